"""Exact statistical tests in integer arithmetic: nothing is rounded before the last division.

All tests are one-sided: p is the probability of at most so many passed trials of the candidate.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import comb
from typing import Protocol


class ExactTests(Protocol):
    """The tests that a statistics library can compute as well; both return p, 0..1."""

    def binomial(self, successes: int, trials: int) -> float:
        """Return the probability of at most so many successes with even odds."""
        ...

    def fisher(self, before: tuple[int, int], after: tuple[int, int]) -> float:
        """Return the one-sided p-value of Fisher's exact test: the candidate passes less often.

        Args:
            before: number of passed trials and of all trials of the baseline.
            after: the same for the candidate.
        """
        ...


class PythonTests:
    """The tests without a library."""

    def binomial(self, successes: int, trials: int) -> float:
        """Return the probability of at most so many successes with even odds."""
        return lower_tail(binomial_weights(trials), successes)

    def fisher(self, before: tuple[int, int], after: tuple[int, int]) -> float:
        """Return the one-sided p-value of Fisher's exact test; see `ExactTests`."""
        first, weights = hypergeometric_weights(before[1], after[1], before[0] + after[0])
        return lower_tail(weights, after[0] - first)


def binomial_weights(trials: int) -> list[int]:
    """Return the number of ways to have 0, 1, 2, … successes in a number of trials."""
    weights = [1]
    for k in range(trials):
        # Each coefficient from the one before: comb() takes ten times as long.
        weights.append(weights[-1] * (trials - k) // (k + 1))
    return weights


def hypergeometric_weights(before: int, after: int, passed: int) -> tuple[int, list[int]]:
    """Return the number of ways to distribute passed trials over two sides.

    Args:
        before: number of trials of the baseline.
        after: number of trials of the candidate.
        passed: number of passed trials of both sides.

    Returns:
        The smallest possible number of passed trials of the candidate, and the number of ways for
        this number, the next, and so on.
    """
    first, last = max(0, passed - before), min(after, passed)
    weights = [comb(after, first) * comb(before, passed - first)]
    for k in range(first, last):
        weights.append(
            weights[-1] * (after - k) * (passed - k) // ((k + 1) * (before - passed + k + 1))
        )
    return first, weights


def lower_tail(weights: Sequence[int], observed: int) -> float:
    """Return the share of the outcomes up to the observed one.

    `weights` are the number of ways for each outcome, `observed` is an index in them.
    """
    return sum(weights[: observed + 1]) / sum(weights)


def holm_adjusted(values: Sequence[float | None]) -> list[float | None]:
    """Return p-values of several tests after Holm's correction, in the same order.

    The probability of any false positive among all tests stays below the significance level.
    `None` is a test that is not part of the correction.
    """
    adjusted: list[float | None] = [None] * len(values)
    highest = 0.0
    ranked = sorted((p, index) for index, p in enumerate(values) if p is not None)
    for factor, (p, index) in zip(range(len(ranked), 0, -1), ranked, strict=True):
        adjusted[index] = highest = max(highest, min(1.0, factor * p))
    return adjusted
