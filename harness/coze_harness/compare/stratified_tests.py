"""The exact test of a scenario's pass rate, baseline against candidate, stratified by case.

Repeats of one case are interchangeable. So within a case the passed trials are distributed at
random over both sides, as in Fisher's exact test, and the cases are added up. This is the exact
Cochran-Mantel-Haenszel test. Its special cases are:

- one case with repeats: **Fisher's exact test**;
- several cases with one trial on each side: **McNemar's exact test**; only the cases in which one
  side passed count, each with even odds;
- several cases with repeats: **Fisher's exact test, by case**. A case that always fails does not
  weaken it, as it would in one pooled table.

All are one-sided, in the direction of the change that was seen: whether something got worse is the
question. McNemar's test on pairs of repeats (the third with the third) would lose evidence: 6 of 6
before and 0 of 6 after have p = 0.016 with it, and 0.0011 with Fisher's test. Corrected for twenty
scenarios, the former could never be significant.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from coze_harness.compare.exact_tests import (
    ExactTests,
    binomial_weights,
    hypergeometric_weights,
    lower_tail,
)

FISHER: Final = "Fisher's exact"
MCNEMAR: Final = "McNemar's exact"
BY_CASE: Final = "Fisher's exact, by case"

# Probabilities are integers in units of 2**-128. A distribution is multiplied as one large integer
# with 40 bytes for each probability, which is fast in Python; the rounding error is below 1e-30.
_BITS: Final = 128
_BYTES: Final = 40
_ROUNDING: Final = 1e-9


class Stratum(NamedTuple):
    """The trials of a case, passed and all, in the baseline (`before`) and candidate (`after`)."""

    passed_before: int
    before: int
    passed_after: int
    after: int

    @property
    def passed(self) -> int:
        """The number of passed trials of both sides."""
        return self.passed_before + self.passed_after

    @property
    def is_mixed(self) -> bool:
        """Whether both sides have trials, and some passed and some failed."""
        return bool(self.before and self.after) and 0 < self.passed < self.before + self.after


class StratifiedTestResult(NamedTuple):
    """The name and the p-value of a test; `min_p` is the smallest p-value that was possible."""

    test: str
    p: float
    min_p: float


def run_stratified_test(
    strata: Sequence[Stratum], exact: ExactTests
) -> StratifiedTestResult | None:
    """Test whether a scenario passes as often as before; `None` with one trial on each side.

    `strata` are the cases that have judged trials on both sides.
    """
    if sum(s.before for s in strata) < 2 and sum(s.after for s in strata) < 2:
        return None
    mixed = [stratum for stratum in strata if stratum.is_mixed]
    if len(strata) == 1:
        test = FISHER
    elif all(s.before == s.after == 1 for s in strata):
        test = MCNEMAR
    else:
        test = BY_CASE
    if not is_drop(mixed):
        if abs(_excess(mixed)) <= _ROUNDING:
            return StratifiedTestResult(test, 1.0, _smallest_p(test, mixed))
        mixed = [Stratum(s.passed_after, s.after, s.passed_before, s.before) for s in mixed]
    if test == FISHER:
        (one,) = mixed
        p = exact.fisher((one.passed_before, one.before), (one.passed_after, one.after))
    elif test == MCNEMAR:
        p = exact.binomial(sum(s.passed_after for s in mixed), len(mixed))
    else:
        p = _tails(mixed)[0]
    return StratifiedTestResult(test, p, _smallest_p(test, mixed))


def is_drop(strata: Iterable[Stratum]) -> bool:
    """Return whether fewer trials of the candidate passed than expected without a change."""
    return _excess([stratum for stratum in strata if stratum.is_mixed]) < -_ROUNDING


def _excess(mixed: Iterable[Stratum]) -> float:
    """Return how many more trials of the candidate passed than expected without a change."""
    return sum(s.passed_after - s.passed * s.after / (s.before + s.after) for s in mixed)


def _smallest_p(test: str, mixed: Sequence[Stratum]) -> float:
    if not mixed:
        return 1.0
    if test == FISHER:
        (one,) = mixed
        return lower_tail(hypergeometric_weights(one.before, one.after, one.passed)[1], 0)
    if test == MCNEMAR:
        return lower_tail(binomial_weights(len(mixed)), 0)
    return _tails(mixed)[1]


def _tails(mixed: Sequence[Stratum]) -> tuple[float, float]:
    """Return the probability of the outcomes up to the observed one, and of the lowest alone."""
    groups = Counter((s.before, s.after, s.passed) for s in mixed)
    first, total = 0, [1 << _BITS]
    for (before, after, passed), count in groups.items():
        lowest, weights = hypergeometric_weights(before, after, passed)
        ways = sum(weights)
        one = [(weight << _BITS) // ways for weight in weights]
        first += lowest * count
        total = _convolve(total, _convolve_power(one, count))
    observed = sum(s.passed_after for s in mixed) - first
    p = sum(total[: observed + 1]) / (1 << _BITS)
    return min(1.0, p), min(1.0, total[0] / (1 << _BITS))


def _convolve_power(distribution: list[int], count: int) -> list[int]:
    """Return the distribution of the sum of `count` independent, equally distributed numbers."""
    result = [1 << _BITS]
    while count:
        if count & 1:
            result = _convolve(result, distribution)
        count >>= 1
        if count:
            distribution = _convolve(distribution, distribution)
    return result


def _convolve(left: Sequence[int], right: Sequence[int]) -> list[int]:
    """Return the distribution of the sum of two independent numbers."""
    product = _pack(left) * _pack(right)
    size = len(left) + len(right) - 1
    data = product.to_bytes(size * _BYTES, "little")
    return [
        int.from_bytes(data[at : at + _BYTES], "little") >> _BITS
        for at in range(0, size * _BYTES, _BYTES)
    ]


def _pack(distribution: Sequence[int]) -> int:
    chunks = [share.to_bytes(_BYTES, "little") for share in distribution]
    return int.from_bytes(b"".join(chunks), "little")
