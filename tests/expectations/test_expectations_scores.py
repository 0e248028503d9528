"""The score of a turn: what it counts, when the turn fails, and what some_of counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import pytest
from builders import reply, turn, verdict
from coze_harness.expectations import judge_expectation, judge_turn
from coze_harness.expectations.combinator_kinds import SomeOf
from coze_harness.expectations.kind import Inconclusive
from coze_harness.messages import message
from coze_harness.model import MIN_SCORE, Severity, TurnResult, Verdict, VerdictStatus
from coze_harness.model.errors import ScenarioError
from coze_harness.model.location import Location
from coze_harness.model.trial import EvaluationContext, Expectation, MinScore
from declaring import answer_context, bare, declare, judge

FOLDER = Location("scenarios/greet.yaml", 3, 16)
PASSES, FAILS, SKIPS = "length: {min: 1}", "length: {max: 1}", "tokens: 5"


def judge_by_items(items: Sequence[str], at_least: float, own: int | None = None) -> TurnResult:
    """Judge the answer `一二三四` by items, of which the first `own` count in the score."""
    expectations = [declare(item) for item in items]
    min_score = MinScore(at_least, len(items) if own is None else own, FOLDER)
    context = EvaluationContext("你好", reply("一二三四", usage=None))
    verdicts, error = judge_turn(expectations, min_score, context)
    assert error is None
    return turn(verdicts=verdicts)


def kinds(verdicts: Sequence[Verdict]) -> list[str]:
    return [one.kind for one in verdicts]


@pytest.mark.parametrize(
    ("items", "score"),
    [
        ([PASSES], 1.0),
        ([FAILS], 0.0),
        ([PASSES, FAILS], 0.5),
        ([f"{PASSES}\nweight: 3", FAILS], 0.75),
        ([f"{PASSES}\nweight: 0.1", f"{FAILS}\nweight: 0.2"], 1 / 3),
        (["similar: {to: 一二三四五六, at_least: 0.5}"], 0.8),
        (["similar: {to: 一二三四五六, at_least: 0.9}"], 0.8),
        (["not: {similar: {to: 一二三四五六, at_least: 0.9}}", PASSES], 0.6),
        ([PASSES, SKIPS], 1.0),
        ([PASSES, f"{FAILS}\nseverity: warning"], 1.0),
        (["any_of: [x, {similar: {to: 一二三四五六}}]", FAILS], 0.4),
    ],
)
def test_the_score_is_the_weighted_mean_of_what_counts(items: list[str], score: float) -> None:
    last = judge_by_items(items, 0.3).verdicts[-1]
    assert last.kind == MIN_SCORE
    assert last.score == pytest.approx(score)
    assert last.status is (VerdictStatus.PASSED if score >= 0.3 else VerdictStatus.FAILED)
    assert last.location == FOLDER


def test_a_score_that_is_just_reached_passes_in_spite_of_rounding() -> None:
    items = [f"{PASSES}\nweight: 0.1", f"{PASSES}\nweight: 0.2", f"{FAILS}\nweight: 0.7"]
    assert judge_by_items(items, 0.3).verdicts[-1].status is VerdictStatus.PASSED
    assert judge_by_items(items, 0.3001).verdicts[-1].status is VerdictStatus.FAILED


def test_a_reason_does_not_round_a_failed_score_up() -> None:
    items = [f"{PASSES}\nweight: 5999", f"{FAILS}\nweight: 4001"]
    assert judge_by_items(items, 0.6).verdicts[-1].reason == message(
        "turn.score.reason", score=0.599, least=0.6
    )


def test_without_a_verdict_that_counts_there_is_no_score() -> None:
    result = judge_by_items([SKIPS, f"{FAILS}\nseverity: warning"], 0.5)
    assert result.verdicts[-1].status is VerdictStatus.SKIPPED
    assert result.failures == ()


def test_a_turn_with_a_low_score_fails_because_of_the_score_and_what_failed() -> None:
    result = judge_by_items([FAILS, PASSES, "contains: 五"], 0.5)
    assert kinds(result.verdicts) == ["length", "length", "contains", MIN_SCORE]
    assert kinds(result.failures) == [MIN_SCORE, "length", "contains"]


def test_a_low_score_fails_a_turn_in_which_every_expectation_passes() -> None:
    result = judge_by_items(["similar: {to: 一二三四五六, at_least: 0.5}"], 0.9)
    assert kinds(result.failures) == [MIN_SCORE]


def test_a_failed_expectation_does_not_fail_a_turn_with_a_high_score() -> None:
    assert judge_by_items([FAILS, PASSES], 0.5).failures == ()


def test_expectations_of_the_scenario_must_pass_at_any_score() -> None:
    result = judge_by_items([FAILS, PASSES, "contains: 五"], 0.5, own=2)
    assert kinds(result.verdicts) == ["length", "length", MIN_SCORE, "contains"]
    assert kinds(result.failures) == ["contains"]


def test_without_a_min_score_every_failure_of_severity_error_fails_the_turn() -> None:
    verdicts = [
        verdict(),
        verdict(VerdictStatus.FAILED, kind="a"),
        verdict(VerdictStatus.FAILED, kind="b", severity=Severity.WARNING),
        verdict(VerdictStatus.SKIPPED, kind="c"),
        verdict(VerdictStatus.FAILED, kind="d"),
    ]
    assert kinds(turn(verdicts=verdicts).failures) == ["a", "d"]


class Raises:
    """An expectation as the code of others may be."""

    kind: ClassVar[str] = "raises"
    location: Location = FOLDER

    def __init__(self, result: object = None) -> None:
        self.result = result

    def judge(self, context: EvaluationContext) -> Verdict:
        if self.result is None:
            raise ZeroDivisionError("division by zero")
        return self.result  # type: ignore[return-value]  # what is wrong here


@pytest.mark.parametrize(("result", "what"), [(None, "kind.raised"), (True, "kind.no_verdict")])
def test_an_expectation_without_a_verdict_is_an_error(result: object, what: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        judge_expectation(Raises(result), answer_context("好"))
    assert caught.value.what.id == what
    assert caught.value.where == FOLDER


def test_an_error_keeps_the_verdicts_before_it_and_no_score() -> None:
    expectations: list[Expectation] = [declare(PASSES), Raises(), declare(PASSES)]
    verdicts, error = judge_turn(expectations, MinScore(0.5, 3, FOLDER), answer_context("好"))
    assert kinds(verdicts) == ["length"]
    assert error is not None
    assert error.what.id == "kind.raised"


# --- some_of -------------------------------------------------------------------------------------

SKIPPED = "{reasoning: {contains: a}}"


@pytest.mark.parametrize(
    ("item", "status"),
    [
        ("some_of: {at_least: 1, of: [a, b]}", "passed"),
        ("some_of: {at_least: 2, of: [a, b]}", "failed"),
        ("some_of: {at_least: 2, of: [a, b, {not: c}]}", "passed"),
        (f"some_of: {{at_least: 2, of: [a, {SKIPPED}]}}", "skipped"),
        (f"some_of: {{at_least: 1, of: [a, {SKIPPED}]}}", "passed"),
        (f"some_of: {{at_least: 2, of: [b, {SKIPPED}]}}", "failed"),
        ("not: {some_of: {at_least: 2, of: [a, b]}}", "passed"),
    ],
)
def test_some_of_counts_the_expectations_that_pass(item: str, status: str) -> None:
    assert judge(item, "a").status.value == status


@pytest.mark.parametrize(("at_least", "is_open"), [(2, True), (3, False)])
def test_some_of_is_inconclusive_if_a_member_that_did_not_end_could_decide(
    at_least: int, is_open: bool
) -> None:
    kind = declare(f"some_of: {{at_least: {at_least}, of: [a, b, c]}}")
    assert isinstance(kind, SomeOf)
    verdicts = [member.evaluate(answer_context("a")) for member in kind.members]
    verdicts[1] = kind.members[1].inconclusive("It did not end.", "")
    assert isinstance(kind.conclude(verdicts), Inconclusive) == is_open


def test_some_of_explains_each_member_that_failed() -> None:
    reason = judge("some_of: {at_least: 2, of: [北京, {name: 宫, contains: 故宫}]}", "上海").reason
    assert (reason.id, reason.params["n"], reason.params["least"]) == ("kind.some_of.failed", 0, 2)
    reasons = reason.params["reasons"]
    assert isinstance(reasons, tuple)
    assert [one if isinstance(one, str) else one.id for one in reasons] == [
        "kind.contains.missing",
        "kind.named",
    ]


@pytest.mark.parametrize(
    ("item", "place", "what"),
    [
        ("some_of: {at_least: 0, of: [a]}", "1:23", "kind.some_of.count"),
        ("some_of: {at_least: 2, of: [a]}", "1:23", "kind.some_of.count"),
        ("some_of: {at_least: 1.5, of: [a, b]}", "1:23", "expectation.number.fraction"),
        ("some_of: {at_least: 1, of: []}", "1:30", "expectation.list_empty"),
        ("some_of: {of: [a]}", "1:12", "expectation.key_required"),
        ("some_of: {at_least: 1}", "1:12", "expectation.key_required"),
        ("some_of: [a, b]", "1:12", "expectation.type_error"),
        ("some_of: {at_least: 1, of: a}", "1:30", "expectation.type_error"),
    ],
)
def test_some_of_needs_a_number_up_to_that_of_its_list(item: str, place: str, what: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        declare(item)
    assert caught.value.what.id.removesuffix(".read") == what
    assert str(caught.value.where) == f"scenarios/greet.yaml:{place}"


def test_a_bare_reply_is_enough() -> None:
    assert judge("some_of: {at_least: 1, of: [a, {messages: {card: 1}}]}", bare()).reason
