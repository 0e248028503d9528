"""What is to be thought of a scenario that passes more or less often than before."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from itertools import chain

import pytest
from builders import key, snapshot, trial, turn, verdict
from compare_sides import by_case, result, results
from coze_harness.compare import ComparisonBuilder, build_comparison, compare_trial
from coze_harness.compare.exact_tests import PythonTests
from coze_harness.compare.scipy_tests import ScipyTests
from coze_harness.model import (
    Assessment,
    ChangeKind,
    Comparison,
    PassShare,
    ScenarioComparison,
    TrialResult,
    TrialStatus,
    VerdictStatus,
)

SAME_BOT = (snapshot(), snapshot())


def over(trials: Iterable[TrialResult], required: Mapping[str, float] | None = None) -> Comparison:
    return build_comparison("approved", "draft", trials, required)


def only(
    trials: Iterable[TrialResult], required: Mapping[str, float] | None = None
) -> ScenarioComparison:
    (found,) = over(trials, required).scenarios
    return found


def suite(*sides: tuple[str, str]) -> Iterable[TrialResult]:
    return chain(*(results(*pair, scenario=f"s{n:02}") for n, pair in enumerate(sides)))


def test_six_of_six_before_and_none_now_is_a_real_change() -> None:
    found = only(results("pppppp", "ffffff"))
    assert (found.before.passed, found.before.trials) == (6, 6)
    assert (found.after.passed, found.after.trials) == (0, 6)
    assert found.assessment is Assessment.REAL
    assert found.regressed
    assert found.test == "Fisher's exact"
    assert found.p == found.adjusted == pytest.approx(2 / 924)
    assert found.repeats == 0
    assert not found.flaky


def test_it_stays_real_among_many_scenarios_that_never_fail() -> None:
    found = over(suite(("pppppp", "ffffff"), *[("pppppp", "pppppp")] * 200)).scenarios
    assert found[0].scenario == "s00"
    assert found[0].assessment is Assessment.REAL
    assert found[0].adjusted == found[0].p
    assert {other.assessment for other in found[1:]} == {Assessment.NONE}


def test_it_is_corrected_for_the_scenarios_that_might_have_been_found() -> None:
    found = over(suite(("pppppp", "ffffff"), *[("pppfff", "fffppp")] * 19)).scenarios
    assert found[0].adjusted == pytest.approx(20 * 2 / 924)
    assert found[0].assessment is Assessment.REAL
    assert {one.adjusted for one in found[1:]} == {1.0}


def test_one_failure_more_may_be_luck_and_is_told_with_the_repeats_that_would_tell() -> None:
    found = only(results("pppppf", "ppppff"))
    assert found.assessment is Assessment.DOUBTFUL
    assert not found.regressed
    assert found.repeats == 66


@pytest.mark.parametrize(
    ("before", "after", "repeats"),
    [
        ("p", "f", 4),
        ("f", "p", 4),
        ("ppp", "fff", 4),
        ("pppppp", "pppfff", 10),
        ("p" * 20, "p" * 19 + "f", 100),
    ],
)
def test_the_repeats_that_would_tell(before: str, after: str, repeats: int) -> None:
    found = only(results(before, after))
    assert found.assessment is Assessment.DOUBTFUL
    assert found.repeats == repeats


def test_that_many_repeats_do_tell_and_one_less_does_not() -> None:
    assert only(results("p" * 4, "f" * 4)).assessment is Assessment.REAL
    assert only(results("p" * 3, "f" * 3)).assessment is Assessment.DOUBTFUL


def test_more_scenarios_in_doubt_need_more_repeats() -> None:
    found = over(suite(*[("p", "f")] * 20)).scenarios
    assert {one.repeats for one in found} == {6}
    again = over(suite(*[("p" * 6, "f" * 6)] * 20)).scenarios
    assert {one.assessment for one in again} == {Assessment.REAL}


def test_a_flip_that_was_recorded_once_is_a_regression_as_it_stands() -> None:
    found = only(results("p", "f"))
    assert (found.assessment, found.regressed) == (Assessment.DOUBTFUL, True)
    assert (found.test, found.p, found.adjusted) == ("", None, None)


def test_more_evidence_of_the_same_never_excuses_it() -> None:
    for repeats in range(1, 12):
        assert only(results("p" * repeats, "f" * repeats)).regressed
        assert only(results("p", "f" * repeats)).regressed
    crowd = over(suite(*[("pppp", "ffff")] * 2))
    assert all(one.regressed for one in crowd.scenarios)


def test_what_fails_more_often_has_not_regressed_while_it_may_be_luck() -> None:
    assert not only(results("ppp", "pff")).regressed
    assert not only(results("p", "pfffff")).regressed
    assert not only(results("f", "f")).regressed


def test_a_real_gain_is_no_regression() -> None:
    found = only(results("ffffff", "pppppp"))
    assert (found.assessment, found.regressed) == (Assessment.REAL, False)


def test_cases_are_paired_and_a_case_that_fell_regressed() -> None:
    sides = {f"城市{n}": ("p", "p") for n in range(50)}
    found = only(by_case(sides | {"城市7": ("p", "f")}))
    assert (found.before.passed, found.after.passed, found.after.trials) == (50, 49, 50)
    assert found.test == "McNemar's exact"
    assert found.p == 1.0
    assert (found.assessment, found.regressed) == (Assessment.DOUBTFUL, True)


def test_cases_that_swap_are_not_as_often_as_before() -> None:
    found = only(by_case({"甲": ("pp", "ff"), "乙": ("ff", "pp")}))
    assert found.before.passed == found.after.passed
    assert (found.assessment, found.regressed, found.repeats) == (Assessment.DOUBTFUL, True, 100)
    assert found.test == "Fisher's exact, by case"


def test_eight_cases_that_fell_together_are_real_without_any_repeat() -> None:
    found = only(by_case({str(n): ("p", "f") for n in range(8)}))
    assert (found.assessment, found.p) == (Assessment.REAL, 2 / 256)


def test_a_met_min_pass_rate_excuses_a_case_but_not_a_real_drop() -> None:
    sides = {str(n): ("p", "p") for n in range(9)} | {"9": ("p", "f")}
    assert only(by_case(sides)).regressed
    assert not only(by_case(sides), {"退货": 0.9}).regressed
    assert only(by_case(sides), {"退货": 0.95}).regressed
    assert only(results("p" * 20, "p" * 10 + "f" * 10), {"退货": 0.5}).regressed


def test_a_known_failure_is_told_and_does_not_regress() -> None:
    found = only(results("pppppp", "kkkkkk"))
    assert (found.assessment, found.regressed) == (Assessment.REAL, False)
    assert only(results("ffffff", "xxxxxx")).after.passed == 6


def test_what_could_not_be_judged_is_neither_passed_nor_failed() -> None:
    found = only(results("ppppes", "ppeesf"))
    assert (found.before.passed, found.before.trials) == (4, 4)
    assert (found.after.passed, found.after.trials) == (2, 3)
    broken = only(results("p", "e"))
    assert (broken.assessment, broken.regressed, broken.after.trials) == (Assessment.NONE, False, 0)


def test_cases_of_one_side_are_left_out_of_the_shares() -> None:
    found = only(by_case({"旧": ("ppp", ""), "两边": ("ppp", "ppp"), "新": ("", "fff")}))
    assert (found.before.passed, found.after.passed, found.after.trials) == (3, 3, 3)
    assert (found.assessment, found.regressed) == (Assessment.NONE, False)


def test_a_scenario_of_one_side_is_there_and_nothing_is_found() -> None:
    new, gone = only(results("", "pf")), only(results("ppp", ""))
    assert new.before == PassShare(passed=0, trials=0, low=0.0, high=1.0)
    assert (new.after.passed, new.after.trials, new.assessment) == (1, 2, Assessment.NONE)
    assert (gone.before.trials, gone.after.trials, gone.regressed) == (3, 0, False)


def test_a_baseline_that_serves_many_repeats_is_one_draw() -> None:
    base = result("p")
    found = only(compare_trial(base, result("f", number)) for number in range(1, 7))
    assert (found.before.passed, found.before.trials) == (1, 1)
    assert found.after.trials == 6
    assert found.p == pytest.approx(1 / 7)
    assert found.regressed


@pytest.mark.parametrize(
    ("before", "after", "flaky"),
    [("pf", "pp", True), ("pp", "fp", True), ("pp", "ff", False), ("ee", "pe", False)],
)
def test_different_verdicts_of_one_case_on_one_side_are_flaky(
    before: str, after: str, flaky: bool
) -> None:
    assert only(results(before, after)).flaky is flaky


def test_cases_that_differ_from_each_other_are_not_flaky() -> None:
    assert not only(by_case({"甲": ("pp", "pp"), "乙": ("ff", "ff")})).flaky


def test_a_flip_of_an_unchanged_bot_is_flaky_and_still_a_regression() -> None:
    found = only(results("p", "f", bots=SAME_BOT))
    assert (found.flaky, found.regressed) == (True, True)
    other = (snapshot(), snapshot(version="1718999999"))
    assert not only(results("p", "f", bots=other)).flaky
    assert not only(results("p", "f", bots=(snapshot(), snapshot(prompt="你是客服。")))).flaky
    assert not only(results("p", "f", bots=(None, None))).flaky
    assert not only(results("p", "p", bots=SAME_BOT)).flaky


def test_an_edited_expectation_is_not_the_bots_flakiness() -> None:
    named = key("改过")
    before = trial(named=named, asked=snapshot(), turns=[turn(verdicts=[])])
    new = turn(verdicts=[verdict(VerdictStatus.FAILED)])
    after = trial(TrialStatus.FAILED, named=named, asked=snapshot(), turns=[new])
    assert not only([compare_trial(before, after)]).flaky


def test_scenarios_and_bots_are_counted_apart_and_regressions_come_first() -> None:
    trials = [
        *results("pp", "pp", scenario="a"),
        *results("pppp", "pppp", scenario="b", bot="one"),
        *results("pppp", "ffff", scenario="b", bot="two"),
        *results("pf", "ff", scenario="c"),
        *results("ffffff", "pppppp", scenario="d"),
        *results("pf", "pf", scenario="e"),
    ]
    random.Random(5).shuffle(trials)
    order = [(one.scenario, one.bot) for one in over(trials).scenarios]
    assert order == [
        ("b", "two"),
        ("d", "chatchat"),
        ("c", "chatchat"),
        ("e", "chatchat"),
        ("a", "chatchat"),
        ("b", "one"),
    ]


def test_counts_have_each_kind_of_change_that_occurs_and_both_sides_their_names() -> None:
    found = over([*results("ppfp ", "pfpep"), *results("p", "", scenario="gone")])
    assert found.counts == {
        ChangeKind.REGRESSED: 1,
        ChangeKind.BROKEN: 1,
        ChangeKind.IMPROVED: 1,
        ChangeKind.NEW: 1,
        ChangeKind.MISSING: 1,
        ChangeKind.SAME: 1,
    }
    assert (found.baseline, found.candidate) == ("approved", "draft")


def test_nothing_compared_is_an_empty_comparison() -> None:
    assert over([]) == Comparison(baseline="approved", candidate="draft", counts={})


def test_a_result_that_was_not_compared_has_no_baseline() -> None:
    found = over([result("p")])
    assert found.counts == {ChangeKind.NEW: 1}


def test_scipy_and_plain_arithmetic_come_to_the_same_comparison() -> None:
    found = []
    for exact in (PythonTests(), ScipyTests()):
        comparing = ComparisonBuilder("a", "b", exact=exact)
        for one in suite(("pppppp", "ffffff"), ("ppppff", "pffffff"), ("p", "f"), ("pf", "fp")):
            comparing.add(one)
        found.append(comparing.finish().scenarios)
    plain, scipy = found
    assert [(c.scenario, c.assessment, c.repeats) for c in plain] == [
        (c.scenario, c.assessment, c.repeats) for c in scipy
    ]
    assert [c.adjusted or 0 for c in plain] == pytest.approx([c.adjusted or 0 for c in scipy])
