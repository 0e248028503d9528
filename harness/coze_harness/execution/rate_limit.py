"""A rate limit that all conversations share; one that waits holds no thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from coze_harness.execution.flow_driver import relay_flow
from coze_harness.model import HttpCall, HttpResponse, Wait
from coze_harness.model.protocols import CallFlow

Value = TypeVar("Value")


class RateLimit:
    """Reserves times for calls, at most `per_second` of them in a second.

    A time is reserved once instead of being polled for: two thousand waiting conversations cost
    nothing, and none overtakes another. (Libraries for this block or reject, either of which takes
    a worker's thread.)

    Args:
        per_second: calls per second, more than 0.
        monotonic: the clock, in seconds.
    """

    def __init__(self, per_second: float, monotonic: Callable[[], float]) -> None:
        self._interval = 1 / per_second
        self._monotonic = monotonic
        self._next = monotonic()
        self._lock = threading.Lock()

    def reserve(self) -> float:
        """Reserve the next time and return how many seconds away it is."""
        with self._lock:
            now = self._monotonic()
            reserved_time = max(now, self._next)
            self._next = reserved_time + self._interval
            return reserved_time - now


def limit_rate(flow: CallFlow[Value], limit: RateLimit) -> CallFlow[Value]:
    """Return a flow whose every call waits for its reserved time."""

    def answer(step: HttpCall | Wait) -> CallFlow[HttpResponse | None]:
        if isinstance(step, HttpCall):
            pause = limit.reserve()
            if pause > 0:
                yield Wait(pause, is_queue=True)
        return (yield step)

    return relay_flow(flow, answer)
