"""Time as the server sees it: given from outside, so that tests may own it."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol

from coze_harness.model.trial import Clock


class ServerClock(Clock, Protocol):
    """A clock that can also wait, for streams and slow answers."""

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds`; at once if there is nothing to wait for."""
        ...


class RealClock:
    """The machine's own time."""

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start, on the scale of the event loop's timers."""
        return time.monotonic()

    def now(self) -> float:
        """Return Unix time in seconds."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Wait on the event loop."""
        if seconds > 0:
            await asyncio.sleep(seconds)
