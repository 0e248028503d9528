"""A trial's own view of the network."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from coze_harness.model import HttpCall, HttpResponse, replace
from coze_harness.text.sse import frame_times
from coze_harness.transport.http_transport import HttpTransport


class TimedTransport:
    """Adds times to responses, counted from the trial's first call.

    Args:
        transport: sends the calls.
        monotonic: the clock, in seconds.
        on_chunk: receives the chunks of streams as they arrive.
        root: the project's folder, which the paths of uploads are relative to.
    """

    def __init__(
        self,
        transport: HttpTransport,
        monotonic: Callable[[], float],
        on_chunk: Callable[[bytes], None] | None = None,
        root: Path | None = None,
    ) -> None:
        self._transport = transport
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

        def record_chunk(chunk: bytes) -> bool:
            now = self._monotonic()
            length = chunks[-1][1] if chunks else 0
            chunks.append((now - first_start, length + len(chunk)))
            if self._on_chunk is not None:
                self._on_chunk(chunk)
            return call.timeout is not None and now - started > call.timeout

        first_start = self._first_start
        if call.upload and self._root is not None:
            call = replace(call, upload=str(self._root / call.upload))
        response = self._transport.send(call, record_chunk)
        elapsed = self._monotonic() - started
        return replace(
            response,
            started=started - first_start,
            elapsed=elapsed,
            frame_times=frame_times(response.body, chunks) if chunks else (),
        )
