"""How a scenario is assessed that passes more or less often than before."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from itertools import chain

import pytest
from builders import key, snapshot, trial, turn, verdict
from compare_sides import by_case, compare_all, result, results
from coze_harness.compare.comparison_summary import ComparisonBuilder
from coze_harness.compare.exact_tests import PythonTests
from coze_harness.compare.scipy_tests import ScipyTests
from coze_harness.compare.trial_comparison import compare_trial
from coze_harness.model import (
    Assessment,
    ChangeKind,
    Comparison,
    PassShare,
    ScenarioComparison,
    ScenarioState,
    TrialResult,
    TrialStatus,
    VerdictStatus,
)

SAME_BOT = (snapshot(), snapshot())


def only(
    trials: Iterable[TrialResult], required: Mapping[str, float] | None = None
) -> ScenarioComparison:
    (change,) = compare_all(trials, required).scenarios
    return change


def suite(*sides: tuple[str, str]) -> Iterable[TrialResult]:
    return chain(*(results(*pair, scenario=f"s{n:02}") for n, pair in enumerate(sides)))


def test_six_of_six_before_and_none_after_is_a_real_change() -> None:
    change = only(results("pppppp", "ffffff"))
    assert (change.before.passed, change.before.trials) == (6, 6)
    assert (change.after.passed, change.after.trials) == (0, 6)
    assert change.assessment is Assessment.REAL
    assert change.regressed
    assert change.test == "Fisher's exact"
    assert change.p == change.adjusted == pytest.approx(1 / 924)
    assert change.repeats == 0
    assert not change.flaky


def test_it_stays_real_among_many_scenarios_that_never_fail() -> None:
    change = compare_all(suite(("pppppp", "ffffff"), *[("pppppp", "pppppp")] * 200)).scenarios
    assert change[0].scenario == "s00"
    assert change[0].assessment is Assessment.REAL
    assert change[0].adjusted == change[0].p
    assert {other.assessment for other in change[1:]} == {Assessment.NONE}


def test_p_is_corrected_for_the_scenarios_that_can_be_significant() -> None:
    change = compare_all(suite(("pppppp", "ffffff"), *[("pppfff", "fffppp")] * 19)).scenarios
    assert change[0].adjusted == pytest.approx(20 / 924)
    assert change[0].assessment is Assessment.REAL
    assert {one.adjusted for one in change[1:]} == {1.0}


def test_one_failure_more_is_undecided() -> None:
    change = only(results("pppppp", "ppppff"))
    assert (change.state, change.assessment) == (ScenarioState.UNDECIDED, Assessment.DOUBTFUL)
    assert not change.regressed


def test_a_changed_verdict_with_one_trial_on_each_side_is_undecided() -> None:
    change = only(results("p", "f"))
    assert (change.state, change.regressed) == (ScenarioState.UNDECIDED, False)
    assert (change.test, change.p, change.adjusted) == ("", None, None)


@pytest.mark.parametrize(("repeats", "state"), [(4, "regressed"), (3, "undecided")])
def test_four_trials_on_each_side_decide_what_never_passes_any_more(
    repeats: int, state: str
) -> None:
    assert only(results("p" * repeats, "f" * repeats)).state == state


def test_more_failures_are_no_regression_while_they_may_be_chance() -> None:
    for sides in (("ppp", "pff"), ("p", "pfffff")):
        assert only(results(*sides)).state is ScenarioState.UNDECIDED
    assert only(results("f", "f")).state is ScenarioState.UNCHANGED


def test_as_many_failures_as_the_baseline_has_are_flaky() -> None:
    assert only(results("ppf", "fpp")).state is ScenarioState.FLAKY


def test_a_real_improvement_is_no_regression() -> None:
    change = only(results("ffffff", "pppppp"))
    assert (change.assessment, change.regressed) == (Assessment.REAL, False)
    assert change.state is ScenarioState.IMPROVED


def test_cases_are_paired_and_a_case_that_fails_now_is_undecided() -> None:
    sides = {f"城市{n}": ("p", "p") for n in range(50)}
    change = only(by_case(sides | {"城市7": ("p", "f")}))
    assert (change.before.passed, change.after.passed, change.after.trials) == (
        50,
        49,
        50,
    )
    assert change.test == "McNemar's exact"
    assert change.p == 0.5
    assert change.state is ScenarioState.UNDECIDED


def test_cases_that_swap_their_verdicts_are_not_regressed() -> None:
    change = only(by_case({"甲": ("pp", "ff"), "乙": ("ff", "pp")}))
    assert change.before.passed == change.after.passed
    assert (change.state, change.p) == (ScenarioState.NOT_REGRESSED, 1.0)
    assert change.test == "Fisher's exact, by case"


def test_eight_cases_that_fail_now_are_significant_without_repeats() -> None:
    change = only(by_case({str(n): ("p", "f") for n in range(8)}))
    assert (change.assessment, change.p) == (Assessment.REAL, 1 / 256)


def test_min_pass_rate_allows_a_failed_case_but_not_a_real_drop() -> None:
    sides = {str(n): ("p", "p") for n in range(9)} | {"9": ("p", "f")}
    for required, state in (
        (1.0, ScenarioState.UNDECIDED),
        (0.9, ScenarioState.NOT_REGRESSED),
        (0.95, ScenarioState.UNDECIDED),
    ):
        assert only(by_case(sides), {"退货": required}).state is state
    assert only(results("p" * 20, "p" * 10 + "f" * 10), {"退货": 0.5}).regressed


def test_a_known_failure_is_assessed_and_does_not_regress() -> None:
    change = only(results("pppppp", "kkkkkk"))
    assert (change.assessment, change.regressed) == (Assessment.REAL, False)
    assert only(results("ffffff", "xxxxxx")).after.passed == 6


def test_trials_that_were_not_judged_do_not_count() -> None:
    change = only(results("ppppes", "ppeesf"))
    assert (change.before.passed, change.before.trials) == (4, 4)
    assert (change.after.passed, change.after.trials) == (2, 3)
    broken = only(results("p", "e"))
    assert (broken.assessment, broken.regressed, broken.after.trials) == (Assessment.NONE, False, 0)


def test_cases_of_one_side_do_not_count() -> None:
    change = only(by_case({"旧": ("ppp", ""), "两边": ("ppp", "ppp"), "新": ("", "fff")}))
    assert (change.before.passed, change.after.passed, change.after.trials) == (3, 3, 3)
    assert (change.assessment, change.regressed) == (Assessment.NONE, False)


def test_a_scenario_of_one_side_has_no_change() -> None:
    new, old = only(results("", "pf")), only(results("ppp", ""))
    assert new.before == PassShare(passed=0, trials=0, low=0.0, high=1.0)
    assert (new.after.passed, new.after.trials, new.assessment) == (1, 2, Assessment.NONE)
    assert (old.before.trials, old.after.trials, old.regressed) == (3, 0, False)


def test_a_baseline_recorded_once_counts_once_for_many_repeats() -> None:
    base = result("p")
    change = only(compare_trial(base, result("f", number)) for number in range(1, 7))
    assert (change.before.passed, change.before.trials) == (1, 1)
    assert change.after.trials == 6
    assert change.p == pytest.approx(1 / 7)
    assert change.state is ScenarioState.UNDECIDED


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


def test_a_changed_verdict_of_an_unchanged_bot_is_flaky() -> None:
    change = only(results("p", "f", bots=SAME_BOT))
    assert (change.flaky, change.state) == (True, ScenarioState.FLAKY)
    other = (snapshot(), snapshot(version="1718999999"))
    assert not only(results("p", "f", bots=other)).flaky
    assert not only(results("p", "f", bots=(snapshot(), snapshot(prompt="你是客服。")))).flaky
    assert not only(results("p", "f", bots=(None, None))).flaky
    assert not only(results("p", "p", bots=SAME_BOT)).flaky


def test_an_edited_expectation_does_not_make_a_scenario_flaky() -> None:
    trial_key = key("改过")
    before = trial(trial_key=trial_key, bot_snapshot=snapshot(), turns=[turn(verdicts=[])])
    new = turn(verdicts=[verdict(VerdictStatus.FAILED)])
    after = trial(TrialStatus.FAILED, trial_key=trial_key, bot_snapshot=snapshot(), turns=[new])
    assert not only([compare_trial(before, after)]).flaky


def test_scenarios_are_counted_by_bot_and_regressions_come_first() -> None:
    trials = [
        *results("pp", "pp", scenario="a"),
        *results("pppp", "pppp", scenario="b", bot="one"),
        *results("pppp", "ffff", scenario="b", bot="two"),
        *results("pf", "ff", scenario="c"),
        *results("ffffff", "pppppp", scenario="d"),
        *results("pf", "pf", scenario="e"),
    ]
    random.Random(5).shuffle(trials)
    order = [(one.scenario, one.bot) for one in compare_all(trials).scenarios]
    assert order == [
        ("b", "two"),
        ("c", "chatchat"),
        ("d", "chatchat"),
        ("e", "chatchat"),
        ("a", "chatchat"),
        ("b", "one"),
    ]


def test_a_comparison_has_counts_of_changes_and_the_names_of_both_sides() -> None:
    change = compare_all([*results("ppfp ", "pfpep"), *results("p", "", scenario="gone")])
    assert change.counts == {
        ChangeKind.REGRESSED: 1,
        ChangeKind.BROKEN: 1,
        ChangeKind.IMPROVED: 1,
        ChangeKind.NEW: 1,
        ChangeKind.MISSING: 1,
        ChangeKind.SAME: 1,
    }
    assert (change.baseline, change.candidate) == ("approved", "draft")


def test_no_trials_are_an_empty_comparison() -> None:
    assert compare_all([]) == Comparison(baseline="approved", candidate="draft", counts={})


def test_a_result_that_was_not_compared_is_new() -> None:
    change = compare_all([result("p")])
    assert change.counts == {ChangeKind.NEW: 1}


def test_scipy_and_python_give_the_same_comparison() -> None:
    change = []
    for exact in (PythonTests(), ScipyTests()):
        comparing = ComparisonBuilder("a", "b", exact=exact)
        for one in suite(("pppppp", "ffffff"), ("ppppff", "pffffff"), ("p", "f"), ("pf", "fp")):
            comparing.add(one)
        change.append(comparing.finish().scenarios)
    plain, scipy = change
    assert [(c.scenario, c.assessment, c.repeats) for c in plain] == [
        (c.scenario, c.assessment, c.repeats) for c in scipy
    ]
    assert [c.adjusted or 0 for c in plain] == pytest.approx([c.adjusted or 0 for c in scipy])
