"""The network: one pool of connections for all workers.

A call is put together by hand and given to requests' adapter. A `Session` would merge settings that
never change into each request, look into ~/.netrc and the environment, keep cookies and follow
redirects: a third of a call's cost, and nothing that a recording may depend on.
"""

from harness.wire.line import Line
from harness.wire.sending import Wire
from harness.wire.signing import Signer
from harness.wire.surroundings import certificates, proxies_for

__all__ = ["Line", "Signer", "Wire", "certificates", "proxies_for"]
