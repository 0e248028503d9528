"""A trial's own view of the wire."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from coze_harness.model import HttpCall, HttpResponse
from coze_harness.text.sse import frame_times
from coze_harness.transport.http_transport import HttpTransport


class TimedTransport:
    """A trial's own view of the wire: the same answers, with times from the trial's first call.

    Args:
        wire: what answers.
        monotonic: the clock, in seconds.
        hear: given the pieces of streams as they come.
        root: the project's folder, from which the paths of uploads count.
    """

    def __init__(
        self,
        wire: HttpTransport,
        monotonic: Callable[[], float],
        hear: Callable[[bytes], None] | None = None,
        root: Path | None = None,
    ) -> None:
        self._wire = wire
        self._root = root
        self._monotonic = monotonic
        self._hear = hear
        self._begun: float | None = None
        self.calls = 0

    def send(self, call: HttpCall) -> HttpResponse:
        """Return the answer to a call, with when it was asked and how long it took."""
        started = self._monotonic()
        if self._begun is None:
            self._begun = started
        self.calls += 1
        chunks: list[tuple[float, int]] = []

        def hear(piece: bytes) -> bool:
            now = self._monotonic()
            length = chunks[-1][1] if chunks else 0
            chunks.append((now - begun, length + len(piece)))
            if self._hear is not None:
                self._hear(piece)
            return call.timeout is not None and now - started > call.timeout

        begun = self._begun
        if call.upload and self._root is not None:
            call = replace(call, upload=str(self._root / call.upload))
        answer = self._wire.send(call, hear)
        elapsed = self._monotonic() - started
        return replace(
            answer,
            started=started - begun,
            elapsed=elapsed,
            frame_times=frame_times(answer.body, chunks) if chunks else (),
        )
