"""Whose answer takes the place of whose: a choice that a new scenario hardly disturbs."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import islice

from coze_harness.mutation.mutation_operator import hashed


class AnswerPool:
    """Gives each scenario the answers of some others.

    Scenarios stand on a ring by the hash of their names, and each takes from those behind it. So
    another scenario changes what is swapped only for the few right before it.

    Args:
        seed: another one, another order.
        answers: one answer of each scenario.
    """

    def __init__(self, seed: int, answers: Mapping[str, str]) -> None:
        self._seed = seed
        ring = sorted((self._place(name), name) for name in answers)
        self._places = [place for place, _name in ring]
        self._names = [name for _place, name in ring]
        self._answers = answers

    def of(self, scenario: str, count: int = 4) -> Sequence[str]:
        """Return up to `count` answers of other scenarios."""
        if not self._names:
            return ()
        start = bisect_right(self._places, self._place(scenario))
        around = (*self._names[start : start + count + 1], *self._names[: count + 1])
        found = (name for name in dict.fromkeys(around) if name != scenario)
        return [self._answers[name] for name in islice(found, count)]

    def _place(self, scenario: str) -> int:
        return hashed(f"{self._seed}\n{scenario}")
