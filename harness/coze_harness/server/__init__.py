"""A Coze-compatible server that answers from a script: to record without an account, and to test.

`script_reader` reads a YAML file into a `ServerScript`, `server_process` serves it; both need the
extra `serve`. The wire follows the public documentation of Coze's API and the behaviour of its
official clients; docs/server.md lists the decisions where they are silent.
"""
