"""Answers of other scenarios, for mutants with another scenario's answer."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Final

from coze_harness.mutation.mutation_operator import stable_hash

_COUNT: Final = 4


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
        self._names = sorted(answers, key=lambda name: (self._hash(name), name))
        self._hashes = [self._hash(name) for name in self._names]
        self._answers = answers

    def answers_for(self, scenario: str) -> Sequence[str]:
        """Return up to four answers of other scenarios."""
        start = bisect_right(self._hashes, self._hash(scenario))
        successors = (*self._names[start : start + _COUNT + 1], *self._names[: _COUNT + 1])
        others = [name for name in dict.fromkeys(successors) if name != scenario]
        return [self._answers[name] for name in others[:_COUNT]]

    def _hash(self, scenario: str) -> int:
        return stable_hash(f"{self._seed}\n{scenario}")
