"""Answers of other scenarios, for mutants with another scenario's answer."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import islice

from coze_harness.mutation.mutation_operator import stable_hash


class AnswerPool:
    """Provides each scenario with the answers of some others.

    The scenarios form a ring in the order of the hashes of their names, and each gets the answers
    of its successors. So a new scenario changes the mutants of its few predecessors only.

    Args:
        seed: determines the order of the ring.
        answers: one answer of each scenario, by its name.
    """

    def __init__(self, seed: int, answers: Mapping[str, str]) -> None:
        self._seed = seed
        ring = sorted((self._hash(name), name) for name in answers)
        self._hashes = [value for value, _name in ring]
        self._names = [name for _value, name in ring]
        self._answers = answers

    def answers_for(self, scenario: str, count: int = 4) -> Sequence[str]:
        """Return up to `count` answers of other scenarios."""
        start = bisect_right(self._hashes, self._hash(scenario))
        successors = (*self._names[start : start + count + 1], *self._names[: count + 1])
        others = (name for name in dict.fromkeys(successors) if name != scenario)
        return [self._answers[name] for name in islice(others, count)]

    def _hash(self, scenario: str) -> int:
        return stable_hash(f"{self._seed}\n{scenario}")
