"""A Coze-compatible server that answers from a script: to record without an account, and to test.

`reading` makes a `Script` of a YAML file, `serving` runs it; the latter needs the extra `serve`.
What is on the wire follows the public documentation of Coze's chat API and the habits of its
official clients; where sources are silent the choice is written down in docs/server.md.
"""
