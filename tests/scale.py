"""How much of what could be tried without end is tried: examples, seeds, repetitions, megabytes."""

from __future__ import annotations

import os

SCALE = float(os.environ.get("COZE_TEST_SCALE", "0.25"))
"""1 in `make soak`, which runs all tests in full."""


def scale_down(full: int, *, at_least: int = 1) -> int:
    """Return how many of `full` are tried here."""
    return max(at_least, int(full * SCALE))
