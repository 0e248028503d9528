"""Whether all scenarios together pass less often than the baseline."""

from __future__ import annotations

import itertools
import math

import pytest
from coze_harness.compare.case_counts import CaseAttempts, CaseCounts
from coze_harness.compare.sequential_test import Attempts
from coze_harness.compare.suite_test import compare_suite, few_passes_p
from coze_harness.model.trial_key import CaseKey
from hypothesis import given
from hypothesis import strategies as st


def case(passed: int, failed: int) -> CaseAttempts:
    return CaseAttempts(CaseCounts(), Attempts(passed, failed), Attempts(), False, True)


@given(st.lists(st.floats(0, 1), max_size=8), st.integers(-1, 9))
def test_the_chance_is_that_of_all_outcomes(rates: list[float], passed: int) -> None:
    expected = sum(
        math.prod(
            rate if outcome else 1 - rate for rate, outcome in zip(rates, outcomes, strict=True)
        )
        for outcomes in itertools.product((0, 1), repeat=len(rates))
        if sum(outcomes) <= passed
    )
    assert few_passes_p(rates, passed) == pytest.approx(expected)


def test_equal_rates_have_a_binomial_distribution() -> None:
    stats = pytest.importorskip("scipy.stats", reason="needs the extra stats")
    for passed in range(101):
        assert few_passes_p([0.9] * 100, passed) == pytest.approx(
            float(stats.binom.cdf(passed, 100, 0.9)), abs=1e-12
        )


def test_small_drops_of_many_scenarios_are_unlikely_together() -> None:
    keys = [CaseKey(f"s{number}", "b", "") for number in range(40)]
    attempts = {key: case(10, 0) for key in keys}
    same = compare_suite({key: number >= 3 for number, key in enumerate(keys)}, attempts)
    worse = compare_suite({key: number >= 10 for number, key in enumerate(keys)}, attempts)
    assert same is not None
    assert worse is not None
    assert (worse.passed, worse.trials, round(worse.expected, 1)) == (30, 40, 36.7)
    assert worse.p < 0.01 < 0.5 < same.p


def test_few_cases_and_cases_without_a_baseline_say_nothing() -> None:
    keys = [CaseKey(f"s{number}", "b", "") for number in range(8)]
    assert compare_suite(dict.fromkeys(keys[:4], False), {key: case(9, 0) for key in keys}) is None
    assert compare_suite(dict.fromkeys(keys, False), {key: case(0, 0) for key in keys}) is None
