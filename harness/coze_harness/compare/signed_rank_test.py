"""Wilcoxon's signed-rank test of paired differences, two-sided."""

from __future__ import annotations

from collections.abc import Sequence
from math import erfc, sqrt
from typing import Final

from coze_harness.compare.exact_tests import lower_tail

_MAX_EXACT: Final = 25
"""Pairs up to which all signs are counted; with more, the normal approximation is as good."""
_DIGITS: Final = 12
"""Differences that are equal up to rounding errors have the same rank."""


def signed_rank_p(differences: Sequence[float]) -> float:
    """Return the two-sided p-value: how likely such ranks are if both signs are.

    Pairs without a difference are left out, and equal differences share their mean rank. Both are
    common: many answers have the same number of tokens.
    """
    sizes = [round(abs(one), _DIGITS) for one in differences]
    signed = [(size, one > 0) for size, one in zip(sizes, differences, strict=True) if size]
    if not signed:
        return 1.0
    ranks = _doubled_ranks([size for size, _ in signed])
    total = sum(ranks)
    positive = sum(rank for rank, (_, is_up) in zip(ranks, signed, strict=True) if is_up)
    smaller = min(positive, total - positive)
    if len(ranks) <= _MAX_EXACT:
        return min(1.0, 2 * lower_tail(_subset_sums(ranks), smaller))
    # The ranks are doubled, so their squares are four times as large, and so is the variance.
    deviation = sqrt(sum(rank * rank for rank in ranks)) / 2
    return min(1.0, erfc((total / 2 - smaller) / deviation / sqrt(2)))


def min_signed_rank_p(pairs: int) -> float:
    """Return the smallest p-value that a number of pairs can have: all differences have a sign."""
    return min(1.0, 2.0 ** (1 - pairs))


def _doubled_ranks(sizes: Sequence[float]) -> list[int]:
    """Return twice the rank of each size, so that the mean rank of equal ones is whole."""
    ordered = sorted(sizes)
    first = {size: position for position, size in reversed(list(enumerate(ordered, 1)))}
    last = {size: position for position, size in enumerate(ordered, 1)}
    return [first[size] + last[size] for size in sizes]


def _subset_sums(ranks: Sequence[int]) -> list[int]:
    """Return the number of ways to choose ranks with each sum, from 0."""
    ways = [1]
    for rank in ranks:
        shifted = [0] * rank + ways
        ways = [a + b for a, b in zip(ways + [0] * rank, shifted, strict=True)]
    return ways
