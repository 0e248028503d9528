"""Tokens and seconds on both sides: the paired test, what counts as changed, what is too much."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from itertools import product

import pytest
from builders import key, reply, trial, turn
from coze_harness.compare.comparison_summary import ComparisonBuilder
from coze_harness.compare.signed_rank_test import min_signed_rank_p, signed_rank_p
from coze_harness.compare.trial_comparison import compare_trial
from coze_harness.messages import Catalogue
from coze_harness.model import (
    Comparison,
    CostChange,
    CostMeasure,
    ScenarioState,
    TrialResult,
    Usage,
)
from coze_harness.reporting.views.comparison_view import comparison_view
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import wilcoxon  # type: ignore[import-untyped]  # has no types

S = ScenarioState


@pytest.mark.parametrize("pairs", [1, 2, 5, 6, 7, 12, 25])
def test_the_exact_test_equals_scipys(pairs: int) -> None:
    rng = random.Random(pairs)
    for _ in range(20):
        differences = [rng.gauss(0.4, 1) for _ in range(pairs)]
        expected = float(wilcoxon(differences, method="exact").pvalue)
        assert signed_rank_p(differences) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("pairs", [40, 60, 300])
def test_the_approximation_equals_scipys(pairs: int) -> None:
    rng = random.Random(pairs)
    for spread in (0.0, 0.2, 1.0):
        differences = [float(rng.randint(-3, 6)) + spread * rng.random() for _ in range(pairs)]
        expected = wilcoxon(differences, method="approx", correction=False)
        assert signed_rank_p(differences) == pytest.approx(float(expected.pvalue), abs=1e-12)


@given(st.lists(st.integers(-3, 3), max_size=9))
def test_equal_differences_and_none_at_all_are_counted_out(differences: list[int]) -> None:
    sizes = sorted(abs(one) for one in differences if one)
    ranks = [sizes.index(size) + sizes.index(size) + sizes.count(size) + 1 for size in sizes]
    signed = sorted((abs(one), one > 0) for one in differences if one)
    rank_sum = sum(rank for rank, (_, is_up) in zip(ranks, signed, strict=True) if is_up)
    outcomes = [
        sum(rank for rank, up in zip(ranks, signs, strict=True) if up)
        for signs in product((False, True), repeat=len(ranks))
    ]
    lower = sum(one <= rank_sum for one in outcomes) / len(outcomes)
    upper = sum(one >= rank_sum for one in outcomes) / len(outcomes)
    expected = min(1.0, 2 * min(lower, upper))
    assert signed_rank_p([0.1 * one for one in differences]) == pytest.approx(expected)


def test_five_pairs_cannot_be_significant() -> None:
    assert signed_rank_p([1.0] * 5) == min_signed_rank_p(5) == 0.0625
    assert signed_rank_p([1.0] * 6) == min_signed_rank_p(6) < 0.05


def costing(
    tokens: int, seconds: float, number: int, scenario: str, first: float | None = None
) -> TrialResult:
    usage = Usage(total=tokens, input=tokens - 1, output=1)
    answer = reply("好。", usage=usage, seconds=seconds, first_token=first)
    trial_key = key(f"{scenario}[{number}]", scenario=scenario, case=str(number))
    return trial(trial_key=trial_key, turns=[turn(turn_reply=answer)])


def compare_scenarios(
    *scenarios: Sequence[tuple[tuple[int, float], tuple[int, float]]],
    limits: Mapping[str, float] | None = None,
) -> Comparison:
    """Compare scenarios s0, s1, …, each with pairs of tokens and seconds."""
    names = [f"s{number}" for number in range(len(scenarios))]
    builder = ComparisonBuilder(
        "approved", "draft", max_increase=dict.fromkeys(names, limits or {})
    )
    for name, pairs in zip(names, scenarios, strict=True):
        for number, (before, after) in enumerate(pairs):
            builder.add(
                compare_trial(costing(*before, number, name), costing(*after, number, name))
            )
    return builder.finish()


def cost(comparison: Comparison, measure: CostMeasure = CostMeasure.TOKENS) -> CostChange:
    (scenario,) = comparison.scenarios
    return next(one for one in scenario.cost if one.measure is measure)


@pytest.mark.parametrize(
    ("before", "after", "state"),
    [
        ((611, 1.0), (6011, 1.0), S.COST_CHANGED),
        ((140, 2.1), (212, 2.3), S.COST_CHANGED),
        ((140, 0.1), (140, 3.0), S.COST_CHANGED),
        ((611, 3.0), (200, 3.0), S.COST_CHANGED),
        ((611, 2.0), (700, 3.9), S.UNCHANGED),
        # Small numbers double easily.
        ((20, 0.1), (50, 0.6), S.UNCHANGED),
    ],
)
def test_of_one_pair_only_a_large_change_counts(
    before: tuple[int, float], after: tuple[int, float], state: ScenarioState
) -> None:
    comparison = compare_scenarios([(before, after)])
    assert comparison.states == {state: 1}
    assert cost(comparison).p is None
    assert cost(comparison).adjusted is None


def test_six_pairs_decide_about_a_small_change_and_one_scenario_hides_no_other() -> None:
    up = [((100 + n, 1.0), (115 + 2 * n, 1.0)) for n in range(8)]
    noise = [((100 + n, 1.0), (90 + 5 * n, 1.0)) for n in range(8)]
    comparison = compare_scenarios(up, noise, [((500, 1.0), (510, 1.0))])
    assert {one.scenario: one.state for one in comparison.scenarios} == {
        "s0": S.COST_CHANGED,
        "s1": S.UNCHANGED,
        "s2": S.UNCHANGED,
    }
    tokens = comparison.cost[0]
    assert (tokens.measure, tokens.pairs) == (CostMeasure.TOKENS, 17)


def test_a_change_of_all_scenarios_is_decided_together() -> None:
    comparison = compare_scenarios(*([((200 + n, 1.0), (236 + n, 1.1))] for n in range(9)))
    assert comparison.states == {S.UNCHANGED: 9}
    tokens, latency = comparison.cost
    assert tokens.changed
    assert latency.measure is CostMeasure.LATENCY
    assert comparison_view(comparison).cost is not None


def test_repeats_of_one_recording_are_one_pair() -> None:
    builder = ComparisonBuilder("approved", "draft")
    before = costing(100, 1.0, 1, "s0")
    for number in range(1, 9):
        after = costing(120, 1.0, 1, "s0")
        builder.add(compare_trial(before, after))
        del number
    (scenario,) = builder.finish().scenarios
    assert [one.pairs for one in scenario.cost] == [1, 1]
    assert scenario.state is S.UNCHANGED


@pytest.mark.parametrize(
    ("tokens", "exceeded"), [(120, False), (121, True), (100, False), (60, False)]
)
def test_an_increase_above_the_limit_fails(tokens: int, exceeded: bool) -> None:
    comparison = compare_scenarios([((100, 1.0), (tokens, 1.0))], limits={"tokens": 0.2})
    (scenario,) = comparison.scenarios
    assert scenario.exceeds_cost is exceeded
    assert (scenario.state is S.COST_CHANGED) is exceeded


def test_costs_are_words_in_both_languages() -> None:
    comparison = compare_scenarios([((140, 2.1), (212, 2.31))], limits={"tokens": 0.2})
    (view,) = comparison_view(comparison).scenarios
    english, chinese = Catalogue("en"), Catalogue("zh")
    assert english.text(view.assessment) == (
        "The cost of s0 changed: tokens 140 → 212 (+51%), time 2.1 s → 2.3 s (+10%)."
    )
    assert chinese.text(view.assessment) == (
        "s0 开销有变：Token 140 → 212（+51%）、耗时 2.1 秒 → 2.3 秒（+10%）。"
    )
    assert [english.text(one) for one in view.notes] == [
        "Tokens increased by 51%; max_increase allows 20%."
    ]
    assert view.tone == "failed"


def test_an_answer_without_its_cost_is_left_out() -> None:
    builder = ComparisonBuilder("approved", "draft")
    unknown = trial(turns=[turn(turn_reply=reply("好。", usage=None, seconds=None))])
    builder.add(compare_trial(unknown, unknown))
    comparison = builder.finish()
    assert (comparison.scenarios[0].cost, comparison.cost) == ((), ())


def test_the_time_to_the_first_token_is_compared() -> None:
    builder = ComparisonBuilder("approved", "draft")
    builder.add(compare_trial(costing(100, 5, 1, "s0", 0.2), costing(100, 5, 1, "s0", 2.4)))
    comparison = builder.finish()
    assert cost(comparison, CostMeasure.FIRST_TOKEN).changed
    assert comparison.states == {S.COST_CHANGED: 1}
