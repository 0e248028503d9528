"""What the program takes from outside itself, so that everything inside can be given another."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from coze_harness.model.trial import Clock


class SystemClock:
    """The machine's own time."""

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start; never goes back."""
        return time.monotonic()

    def now(self) -> float:
        """Return Unix time in seconds."""
        return time.time()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessContext:
    """Environment, folder, time, chance and processors of one command.

    `temporary` is the system's folder for what need not last; asked for when needed, if `None`.
    """

    environment: Mapping[str, str]
    folder: Path
    processors: int
    clock: Clock = field(default_factory=SystemClock)
    rng: random.Random = field(default_factory=random.SystemRandom)
    temporary: Path | None = None
