"""A rate that all conversations share, without holding a thread for those that must wait."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from coze_harness.model import HttpCall, Wait
from coze_harness.model.errors import HarnessError
from coze_harness.model.trial import CallFlow

Value = TypeVar("Value")


class RateLimit:
    """Gives out moments, one after the other, at most so many in a second.

    A moment is reserved, and not asked for again and again: two thousand conversations that wait
    cost nothing, and none is overtaken. (Libraries for this block, or refuse; either would take a
    worker's thread.)

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
        """Reserve the next moment and return how many seconds it is away."""
        with self._lock:
            now = self._monotonic()
            moment = max(now, self._next)
            self._next = moment + self._interval
            return moment - now


def rate_limited(conversation: CallFlow[Value], limit: RateLimit) -> CallFlow[Value]:
    """Return a conversation whose every call waits for its reserved moment."""
    try:
        wish = next(conversation)
        while True:
            if isinstance(wish, HttpCall):
                pause = limit.reserve()
                if pause > 0:
                    yield Wait(pause)
            try:
                answer = yield wish
            except HarnessError as fault:
                wish = conversation.throw(fault)
            else:
                wish = conversation.send(answer)
    except StopIteration as end:
        value: Value = end.value
        return value
    finally:
        conversation.close()
