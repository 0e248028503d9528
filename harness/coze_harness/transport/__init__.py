"""The network: one pool of connections for all workers.

A call is put together by hand and given to requests' adapter. A `Session` would merge settings that
never change into each request, look into ~/.netrc and the environment, keep cookies and follow
redirects: a third of a call's cost, and nothing that a recording may depend on.
"""

from coze_harness.transport.http_transport import HttpTransport
from coze_harness.transport.network_environment import ca_bundle, proxies_for
from coze_harness.transport.request_signing import TokenSource
from coze_harness.transport.timed_transport import TimedTransport

__all__ = ["HttpTransport", "TimedTransport", "TokenSource", "ca_bundle", "proxies_for"]
