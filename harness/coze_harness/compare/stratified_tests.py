"""The exact test for how often a scenario passed: case by case, before against now.

Repeats of one case are draws of the same lot, and which of them stand side by side is an accident
of their numbers. So within a case the passes of both sides are spread by chance over both sides,
as in Fisher's exact test; cases are added up. This is the exact Cochran-Mantel-Haenszel test, and
the two tests that people know are its ends:

- one case with repeats: **Fisher's exact test**;
- cases that pair, one trial a side each: **McNemar's exact test**, since only cases with one pass
  and one failure can fall either way, each with even odds;
- cases with repeats: **Fisher's exact test by case**, which a case that always fails does not
  blur, as it would in one pooled table.

Pairing repeat 3 with repeat 3 and asking McNemar would throw evidence away: 6 of 6 before and 0 of
6 now have p = 0.031 so, and 0.0022 by Fisher; after correction over twenty scenarios the first can
never be told from luck.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from coze_harness.compare.exact_tests import (
    ExactTests,
    even_odds,
    outcome_spreads,
    smallest_p_value,
    two_sided,
)

FISHER: Final = "Fisher's exact"
MCNEMAR: Final = "McNemar's exact"
BY_CASE: Final = "Fisher's exact, by case"

# Probabilities as integers of 128 bits: products of them are sums of limbs of one large integer,
# which Python multiplies fast, and what is lost is below 1e-30.
_BITS: Final = 128
_LIMB: Final = 40
# Outcomes that are equally likely may differ in their last bits.
_TIES: Final = 1 << 64


class Stratum(NamedTuple):
    """A case: how many of its trials passed, before and now."""

    passed_before: int
    before: int
    passed_after: int
    after: int

    @property
    def passed(self) -> int:
        """How many passed on both sides together."""
        return self.passed_before + self.passed_after

    @property
    def is_mixed(self) -> bool:
        """Whether both sides have trials and not all came to the same; else nothing can be told."""
        return bool(self.before and self.after) and 0 < self.passed < self.before + self.after


class StratifiedTestResult(NamedTuple):
    """A test's result. `least` is the smallest p that these counts could have given at all."""

    test: str
    p: float
    least: float


def run_stratified_test(
    strata: Sequence[Stratum], exact: ExactTests
) -> StratifiedTestResult | None:
    """Test whether a scenario passes as often as before; `None` where one trial a side stands.

    Args:
        strata: the cases that have judged trials on both sides.
        exact: who computes the tests that have a name of their own.
    """
    if sum(s.before for s in strata) < 2 and sum(s.after for s in strata) < 2:
        return None
    mixed = [stratum for stratum in strata if stratum.is_mixed]
    if len(strata) == 1:
        return _fisher(mixed, exact)
    if all(s.before == s.after == 1 for s in strata):
        return _mcnemar(mixed, exact)
    if not mixed:
        return StratifiedTestResult(BY_CASE, 1.0, 1.0)
    return _by_case(mixed)


def plain_p(strata: Iterable[Stratum]) -> float:
    """Return the p of the test by case, whatever the cases; for many looks at what might be."""
    mixed = [stratum for stratum in strata if stratum.is_mixed]
    if not mixed:
        return 1.0
    if len(mixed) == 1:
        first, ways = outcome_spreads(mixed[0].before, mixed[0].after, mixed[0].passed)
        return two_sided(ways, mixed[0].passed_after - first)
    return _by_case(mixed).p


def is_drop(strata: Iterable[Stratum]) -> bool:
    """Tell whether fewer passed now than chance would have given this side."""
    excess = 0.0
    for s in strata:
        if s.is_mixed:
            excess += s.passed_after - s.passed * s.after / (s.before + s.after)
    return excess < 0


def _fisher(mixed: Sequence[Stratum], exact: ExactTests) -> StratifiedTestResult:
    if not mixed:
        return StratifiedTestResult(FISHER, 1.0, 1.0)
    (one,) = mixed
    p = exact.fisher((one.passed_before, one.before), (one.passed_after, one.after))
    return StratifiedTestResult(
        FISHER, p, smallest_p_value(outcome_spreads(one.before, one.after, one.passed)[1])
    )


def _mcnemar(mixed: Sequence[Stratum], exact: ExactTests) -> StratifiedTestResult:
    if not mixed:
        return StratifiedTestResult(MCNEMAR, 1.0, 1.0)
    rose = sum(stratum.passed_after for stratum in mixed)
    return StratifiedTestResult(
        MCNEMAR, exact.binomial(rose, len(mixed)), smallest_p_value(even_odds(len(mixed)))
    )


def _by_case(mixed: Sequence[Stratum]) -> StratifiedTestResult:
    groups = Counter((s.before, s.after, s.passed) for s in mixed)
    first, shares = 0, [1 << _BITS]
    for (before, after, passed), count in groups.items():
        begin, ways = outcome_spreads(before, after, passed)
        total = sum(ways)
        one = [(way << _BITS) // total for way in ways]
        first += begin * count
        shares = _product(shares, _power(one, count))
    seen = shares[sum(s.passed_after for s in mixed) - first]
    return StratifiedTestResult(BY_CASE, _as_likely(shares, seen), _as_likely(shares, min(shares)))


def _as_likely(shares: Sequence[int], seen: int) -> float:
    limit = seen + (seen >> 32) + _TIES
    return min(1.0, sum(share for share in shares if share <= limit) / (1 << _BITS))


def _power(shares: list[int], count: int) -> list[int]:
    """Return the distribution of a sum of so many independent numbers of one distribution."""
    result = [1 << _BITS]
    while count:
        if count & 1:
            result = _product(result, shares)
        count >>= 1
        if count:
            shares = _product(shares, shares)
    return result


def _product(left: Sequence[int], right: Sequence[int]) -> list[int]:
    """Return the distribution of the sum of two numbers, each given by its own."""
    limbs = _packed(left) * _packed(right)
    size = len(left) + len(right) - 1
    data = limbs.to_bytes(size * _LIMB, "little")
    return [
        int.from_bytes(data[at : at + _LIMB], "little") >> _BITS
        for at in range(0, size * _LIMB, _LIMB)
    ]


def _packed(shares: Sequence[int]) -> int:
    return int.from_bytes(b"".join([share.to_bytes(_LIMB, "little") for share in shares]), "little")
