"""What a command takes from its process: environment, folder, time and randomness."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct, field

from coze_harness.model.protocols import Clock


class SystemClock:
    """The system's clock."""

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start; the value never decreases."""
        return time.monotonic()

    def now(self) -> float:
        """Return Unix time in seconds."""
        return time.time()


class ProcessContext(Struct, frozen=True, kw_only=True):
    """Environment variables, working folder, number of processors, clock and randomness.

    `temporary` is the folder for temporary files; `None` means the system's, looked up when needed.
    """

    environment: Mapping[str, str]
    folder: Path
    processors: int
    clock: Clock = field(default_factory=SystemClock)
    rng: random.Random = field(default_factory=random.SystemRandom)
    temporary: Path | None = None
