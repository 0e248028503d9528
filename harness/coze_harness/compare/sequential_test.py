"""Decides with as few trials as possible whether a suspect passes less often than before.

A **suspect** is a trial that the baseline passes and the candidate failed. It is run again, one
trial after the other, and Wald's sequential probability ratio test compares two hypotheses:

- H0, nothing changed: it passes at the baseline's rate p0, which comes from evidence, as
  (passed + 1) / (attempts + 2). Laplace's estimate is below the share that was seen, the more so
  with little evidence. That keeps a flaky trial with ten lucky verdicts from being called worse.
- H1, it regressed: it passes at p1 = min(0.5, p0 - 0.35).

The failure that made a trial a suspect is not counted: it was selected for having failed. The rest
is independent of that selection, so the allowed share of false alarms is divided by the number of
suspects (Bonferroni) and not by the number of trials, of which most are never run again.

The numbers come from a simulation (docs/compare.md has its table, `tests/compare` repeats it).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum, auto
from math import log
from typing import Final, NamedTuple

from msgspec import Struct

# Shared by all suspects of a comparison. A comparison has up to twice as many false alarms, since
# the baseline's rate is estimated.
_FALSE_ALARMS: Final = 0.01
_MISSES: Final = 0.1
_MIN_RATE: Final = 0.05
_MAX_REGRESSED_RATE: Final = 0.5
_MIN_DROP: Final = 0.35
_LIKELY: Final = 0.9
_MAX_TRIALS: Final = 200

ASKS: Final = 20
"""How often a suspect is run again at most, where no budget is given."""
WANTED_EVIDENCE: Final = 10
THOROUGH_EVIDENCE: Final = 20
"""Attempts of the baseline up to which it is run again too, in turn with the candidate."""


class Decision(Enum):
    """What a sequential test says about a suspect."""

    REGRESSED = auto()
    NOT_REGRESSED = auto()
    UNDECIDED = auto()


class Attempts(NamedTuple):
    """How often something passed and failed."""

    passed: int = 0
    failed: int = 0

    @property
    def total(self) -> int:
        """All attempts."""
        return self.passed + self.failed

    def plus(self, other: Attempts) -> Attempts:
        """Return the sum of two counts."""
        return Attempts(self.passed + other.passed, self.failed + other.failed)


NONE: Final = Attempts()
"""No attempts."""


class SequentialTest(Struct, frozen=True):
    """The test of one suspect.

    Args:
        baseline: attempts of the unchanged bot.
        suspects: the number of suspects of the comparison, at least 1.
    """

    baseline: Attempts
    suspects: int = 1

    def decide(self, candidate: Attempts) -> Decision:
        """Return the decision on a candidate's attempts, without the one that was selected."""
        ratio = self._log_ratio(candidate)
        if ratio >= log(self.suspects / _FALSE_ALARMS):
            return Decision.REGRESSED
        return Decision.NOT_REGRESSED if ratio <= log(_MISSES) else Decision.UNDECIDED

    def smallest_step(self, candidate: Attempts) -> int:
        """Return how many more attempts are needed at least, whatever their verdicts.

        So many can be made at once, and none is wasted. 0 if it is decided.
        """
        for step in range(_MAX_TRIALS):
            ends = (candidate.plus(Attempts(step, 0)), candidate.plus(Attempts(0, step)))
            if any(self.decide(end) is not Decision.UNDECIDED for end in ends):
                return step
        return _MAX_TRIALS

    def likely_enough(self, candidate: Attempts) -> int:
        """Return how many more attempts decide with a probability of 0.9 under H0 and under H1."""
        return max(self._until_likely(candidate, rate) for rate in self.rates())

    def _until_likely(self, candidate: Attempts, rate: float) -> int:
        undecided = {candidate: 1.0}
        for number in range(_MAX_TRIALS):
            undecided = {
                one: share
                for one, share in undecided.items()
                if self.decide(one) is Decision.UNDECIDED
            }
            if sum(undecided.values()) <= 1 - _LIKELY:
                return number
            undecided = _advance(undecided, rate)
        return _MAX_TRIALS

    def rates(self) -> tuple[float, float]:
        """Return the pass rates of H0 and of H1."""
        before = (self.baseline.passed + 1) / (self.baseline.total + 2)
        # A lower rate leaves no room for a drop.
        before = max(before, _MIN_RATE + _MIN_DROP)
        return before, min(_MAX_REGRESSED_RATE, before - _MIN_DROP)

    def _log_ratio(self, candidate: Attempts) -> float:
        before, after = self.rates()
        return candidate.passed * log(after / before) + candidate.failed * log(
            (1 - after) / (1 - before)
        )


def _advance(shares: Mapping[Attempts, float], rate: float) -> dict[Attempts, float]:
    """Return the probabilities of all counts after one more attempt."""
    after: dict[Attempts, float] = {}
    for one, share in shares.items():
        for more, chance in _outcomes(rate):
            end = one.plus(more)
            after[end] = after.get(end, 0.0) + share * chance
    return after


def _outcomes(rate: float) -> Iterator[tuple[Attempts, float]]:
    yield Attempts(1, 0), rate
    yield Attempts(0, 1), 1 - rate
