"""Exact tests, checked with scipy, by counting all outcomes, and by their properties."""

from __future__ import annotations

from itertools import product
from math import comb

import pytest
from coze_harness.compare.exact_tests import PythonTests, holm_adjusted
from coze_harness.compare.scipy_tests import ScipyTests, best_available_tests
from coze_harness.compare.stratified_tests import (
    BY_CASE,
    FISHER,
    MCNEMAR,
    Stratum,
    is_drop,
    run_stratified_test,
)
from coze_harness.model import PassShare
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest  # type: ignore[import-untyped]  # has no types

PLAIN, SCIPY = PythonTests(), ScipyTests()


def side(draw: st.DrawFn, most: int) -> tuple[int, int]:
    trials = draw(st.integers(0, most))
    return draw(st.integers(0, trials)), trials


@st.composite
def strata(draw: st.DrawFn, most: int = 4) -> Stratum:
    return Stratum(*side(draw, most), *side(draw, most))


def swap_sides(one: Stratum) -> Stratum:
    return Stratum(one.passed_after, one.after, one.passed_before, one.before)


def counted_out(cases: list[Stratum]) -> float:
    """The p by looking at every outcome that the cases' passes allow."""
    ways: dict[int, int] = {}
    ranges = [range(min(s.after, s.passed) + 1) for s in cases]
    for outcome in product(*ranges):
        weight = 1
        for one, now in zip(cases, outcome, strict=True):
            weight *= comb(one.after, now) * comb(one.before, one.passed - now)
        ways[sum(outcome)] = ways.get(sum(outcome), 0) + weight
    passes = sum(s.passed_after for s in cases)
    return sum(way for passed, way in ways.items() if passed <= passes) / sum(ways.values())


@pytest.mark.parametrize("before", [0, 1, 2, 6, 20, 37])
@pytest.mark.parametrize("after", [0, 1, 3, 6, 20])
def test_fishers_test_equals_scipys(before: int, after: int) -> None:
    for x in {0, before // 3, before // 2, before}:
        for y in {0, after // 3, after // 2, after}:
            ours = PLAIN.fisher((x, before), (y, after))
            assert ours == pytest.approx(SCIPY.fisher((x, before), (y, after)), abs=1e-9)


@pytest.mark.parametrize("trials", [0, 1, 2, 5, 12, 61])
def test_the_binomial_test_and_wilsons_interval_equal_scipys(trials: int) -> None:
    for k in range(trials + 1):
        assert PLAIN.binomial(k, trials) == pytest.approx(SCIPY.binomial(k, trials), abs=1e-9)
        if trials:
            theirs = binomtest(k, trials).proportion_ci(method="wilson")
            share = PassShare.of(k, trials)
            interval = pytest.approx((theirs.low, theirs.high), abs=1e-9)
            assert (share.low, share.high) == interval


def test_textbook_examples() -> None:
    assert PLAIN.fisher((3, 4), (1, 4)) == pytest.approx(17 / 70)  # the lady tasting tea
    assert PLAIN.binomial(0, 6) == 1 / 64
    assert PLAIN.fisher((6, 6), (0, 6)) == pytest.approx(1 / 924)
    assert PassShare.of(0, 0) == PassShare(passed=0, trials=0, low=0.0, high=1.0)
    assert PassShare.of(6, 6).low == pytest.approx(0.6097, abs=1e-4)
    assert PassShare.of(6, 6).high == 1.0


def test_holms_correction() -> None:
    assert holm_adjusted([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm_adjusted([]) == []
    assert holm_adjusted([0.9, 0.8]) == [1.0, 1.0]
    # A test that is not part of the correction leaves the others as they are without it.
    assert holm_adjusted([0.01, None, 0.04]) == pytest.approx([0.02, None, 0.04])


@given(st.lists(st.floats(0, 1), max_size=12))
def test_correction_never_lowers_p_and_keeps_the_order(values: list[float]) -> None:
    adjusted = [p for p in holm_adjusted(values) if p is not None]
    assert all(p <= q <= 1 for p, q in zip(values, adjusted, strict=True))
    ranked = sorted(range(len(values)), key=values.__getitem__)
    assert [adjusted[n] for n in ranked] == sorted(adjusted)


@given(st.lists(strata(), min_size=1, max_size=4))
def test_the_test_by_case_equals_counting_every_outcome(cases: list[Stratum]) -> None:
    mixed = [one for one in cases if one.is_mixed]
    outcome = run_stratified_test([one for one in cases if one.before and one.after], PLAIN)
    if outcome is not None and is_drop(mixed):
        assert outcome.p == pytest.approx(counted_out(mixed), abs=1e-12)


@given(st.lists(strata(12), min_size=1, max_size=5))
def test_p_is_a_probability_and_symmetric(cases: list[Stratum]) -> None:
    for exact in (PLAIN, SCIPY):
        outcome = run_stratified_test([c for c in cases if c.before and c.after], exact)
        if outcome is not None:
            assert 0 < outcome.min_p <= outcome.p * (1 + 1e-9)
            assert outcome.p <= 1 + 1e-9
            back = run_stratified_test(
                [swap_sides(c) for c in cases if c.before and c.after], exact
            )
            assert back is not None
            assert back.p == pytest.approx(outcome.p, abs=1e-12)
    assert not (is_drop(cases) and is_drop([swap_sides(one) for one in cases]))


def test_one_case_with_repeats_uses_fishers_test() -> None:
    outcome = run_stratified_test([Stratum(6, 6, 0, 6)], PLAIN)
    assert outcome is not None
    assert outcome.test == FISHER
    assert outcome.p == pytest.approx(0.0010823, abs=1e-7)


def test_cases_with_one_trial_each_use_mcnemars_test() -> None:
    fell, rose = Stratum(1, 1, 0, 1), Stratum(0, 1, 1, 1)
    stayed = [Stratum(1, 1, 1, 1)] * 30 + [Stratum(0, 1, 0, 1)] * 7
    outcome = run_stratified_test([*stayed, *[fell] * 9, rose], PLAIN)
    assert outcome is not None
    assert outcome.test == MCNEMAR
    assert outcome.p == pytest.approx(binomtest(1, 10, alternative="less").pvalue)


def test_a_case_that_always_fails_does_not_weaken_the_test() -> None:
    broken = [Stratum(0, 6, 0, 6)] * 4
    outcome = run_stratified_test([Stratum(6, 6, 0, 6), *broken], PLAIN)
    assert outcome is not None
    assert outcome.test == BY_CASE
    assert outcome.p == pytest.approx(1 / 924)


def test_one_trial_on_each_side_cannot_be_tested() -> None:
    assert run_stratified_test([Stratum(1, 1, 0, 1)], PLAIN) is None
    assert run_stratified_test([], PLAIN) is None
    assert run_stratified_test([Stratum(1, 1, 0, 2)], PLAIN) is not None


def test_a_thousand_cases_of_twenty_repeats_can_be_tested() -> None:
    cases = [Stratum(n % 20, 20, (n * 7 + 3) % 20, 20) for n in range(1000)]
    outcome = run_stratified_test(cases, PLAIN)
    assert outcome is not None
    assert 0 <= outcome.p <= 1


def test_scipy_is_used_if_it_is_installed() -> None:
    assert isinstance(best_available_tests(), ScipyTests)
