"""The network to each of the services that targets are at."""

from __future__ import annotations

from collections.abc import Mapping

from coze_harness.model import Target
from coze_harness.transport.http_transport import HttpTransport


class ServiceTransports:
    """One transport for each service. A context manager.

    Args:
        transports: by the `base_url` of targets; Coze itself is at the empty one.
    """

    def __init__(self, transports: Mapping[str, HttpTransport]) -> None:
        self._transports = transports

    def for_target(self, target: Target) -> HttpTransport:
        """Return the way to a target's service."""
        return self._transports[target.base_url]

    def __enter__(self) -> ServiceTransports:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        for transport in self._transports.values():
            transport.close()
