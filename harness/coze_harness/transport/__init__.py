"""The network: one connection pool for all workers.

Requests are built here and sent by requests' adapter. A `Session` would merge settings that never
change into each request, read ~/.netrc and the environment, keep cookies and follow redirects: a
third of a call's cost, and nothing that a recording may depend on.
"""

from coze_harness.transport.http_transport import HttpTransport
from coze_harness.transport.network_environment import ca_bundle, proxies_for
from coze_harness.transport.request_signing import TokenSource
from coze_harness.transport.service_transports import ServiceTransports
from coze_harness.transport.timed_transport import TimedTransport

__all__ = [
    "HttpTransport",
    "ServiceTransports",
    "TimedTransport",
    "TokenSource",
    "ca_bundle",
    "proxies_for",
]
