"""A trial's own view of the network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from coze_harness.model import HttpCall, HttpResponse, replace
from coze_harness.text.sse import frame_times
from coze_harness.transport.http_transport import HttpTransport

# Recorded times are in milliseconds. A stream of single bytes must not fill the memory.
_RESOLUTION: Final = 0.0005


class TimedTransport:
    """Adds times to responses, counted from the trial's first call.

    Args:
        transport: sends the calls.
        monotonic: the clock, in seconds.
        on_chunk: receives the chunks of streams as they arrive.
        root: the project's folder, which the paths of uploads are relative to.
        services: send the calls to other services, by `HttpCall.service`.
    """

    def __init__(
        self,
        transport: HttpTransport,
        monotonic: Callable[[], float],
        on_chunk: Callable[[bytes], None] | None = None,
        root: Path | None = None,
        services: Mapping[str, HttpTransport] = MappingProxyType({}),
    ) -> None:
        self._transport = transport
        self._services = services
        self._root = root
        self._monotonic = monotonic
        self._on_chunk = on_chunk
        self._first_start: float | None = None
        self.calls = 0

    def send(self, call: HttpCall) -> HttpResponse:
        """Return the response to a call, with its start and duration."""
        started = self._monotonic()
        if self._first_start is None:
            self._first_start = started
        self.calls += 1
        chunks: list[tuple[float, int]] = []

        def record_chunk(chunk: bytes) -> None:
            moment = self._monotonic() - first_start
            length = (chunks[-1][1] if chunks else 0) + len(chunk)
            if chunks and moment - chunks[-1][0] < _RESOLUTION:
                chunks[-1] = (chunks[-1][0], length)
            else:
                chunks.append((moment, length))
            if self._on_chunk is not None:
                self._on_chunk(chunk)

        first_start = self._first_start
        if call.upload and self._root is not None:
            call = replace(call, upload=str(self._root / call.upload))
        transport = self._services[call.service] if call.service else self._transport
        response = transport.send(call, record_chunk)
        elapsed = self._monotonic() - started
        return replace(
            response,
            started=started - first_start,
            elapsed=elapsed,
            frame_times=frame_times(response.body, chunks) if chunks else (),
        )
