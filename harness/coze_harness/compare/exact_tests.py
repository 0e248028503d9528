"""Exact tests in plain arithmetic: integers until the last division, so nothing is rounded away.

All are two-sided in the way of Fisher: the probability of every outcome that is no likelier than
the one seen, which for a binomial with even odds is twice the smaller tail.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import comb, sqrt
from typing import Final, Protocol

# The 97.5 % point of the normal distribution: 95 % lie between it and its negative.
_Z: Final = 1.959963984540054


class ExactTests(Protocol):
    """The two tests that a statistics library has as well; both give p in 0..1."""

    def binomial(self, successes: int, trials: int) -> float:
        """Return how likely even odds are to give so uneven a number of successes."""
        ...

    def fisher(self, before: tuple[int, int], after: tuple[int, int]) -> float:
        """Return how likely chance is to spread the passes, of both sides, so unevenly.

        Args:
            before: passed, of how many trials.
            after: the same of the other side.
        """
        ...


class PythonTests:
    """The tests without a library."""

    def binomial(self, successes: int, trials: int) -> float:
        """Return the two-sided p of a binomial with even odds."""
        return two_sided(even_odds(trials), successes)

    def fisher(self, before: tuple[int, int], after: tuple[int, int]) -> float:
        """Return the two-sided p of Fisher's exact test."""
        first, ways = outcome_spreads(before[1], after[1], before[0] + after[0])
        return two_sided(ways, after[0] - first)


def even_odds(trials: int) -> list[int]:
    """Return in how many ways so many trials have 0, 1, 2, … successes."""
    ways = [1]
    for k in range(trials):
        # The next binomial from this one: a comb() each time would cost ten times as much.
        ways.append(ways[-1] * (trials - k) // (k + 1))
    return ways


def outcome_spreads(before: int, after: int, passed: int) -> tuple[int, list[int]]:
    """Return in how many ways so many passes fall on two sides of so many trials.

    The ways are by how many of them fall on the second side, beginning with the number returned.
    """
    first, last = max(0, passed - before), min(after, passed)
    ways = [comb(after, first) * comb(before, passed - first)]
    for k in range(first, last):
        ways.append(ways[-1] * (after - k) * (passed - k) // ((k + 1) * (before - passed + k + 1)))
    return first, ways


def two_sided(ways: Sequence[int], seen: int) -> float:
    """Return the share of all ways that belong to outcomes no likelier than the one seen."""
    limit = ways[seen]
    return sum(way for way in ways if way <= limit) / sum(ways)


def smallest_p_value(ways: Sequence[int]) -> float:
    """Return the smallest two-sided p that any outcome could have come to."""
    return two_sided(ways, min(range(len(ways)), key=ways.__getitem__))


def sign_test(
    before: Sequence[float], after: Sequence[float], exact: ExactTests | None = None
) -> float:
    """Return how likely paired scores are to rise (or fall) so often by chance; equal ones are out.

    Raises:
        ValueError: the scores do not pair.
    """
    pairs = list(zip(before, after, strict=True))
    rose = sum(now > was for was, now in pairs)
    fell = sum(now < was for was, now in pairs)
    return (exact or PythonTests()).binomial(rose, rose + fell)


def holm_adjusted(values: Sequence[float]) -> list[float]:
    """Return the p of many tests after Holm's correction, in their own order.

    The share of luck called a change stays below 5 % over all of them together.
    """
    adjusted = [0.0] * len(values)
    highest = 0.0
    ranked = sorted(range(len(values)), key=values.__getitem__)
    for left, number in zip(range(len(values), 0, -1), ranked, strict=True):
        highest = max(highest, min(1.0, left * values[number]))
        adjusted[number] = highest
    return adjusted


def wilson_interval(passed: int, trials: int) -> tuple[float, float]:
    """Return the 95 % Wilson interval of a share; all of 0..1 where there were no trials."""
    if not trials:
        return 0.0, 1.0
    share, square = passed / trials, _Z * _Z
    middle = share + square / (2 * trials)
    spread = _Z * sqrt(share * (1 - share) / trials + square / (4 * trials * trials))
    whole = 1 + square / trials
    # At the ends the sums are 0 and 1, but for the last bit.
    low = (middle - spread) / whole if passed else 0.0
    high = (middle + spread) / whole if passed < trials else 1.0
    return low, high
