"""Answers that still pass but whose facts differ: in trials, in scenarios, in words."""

from __future__ import annotations

import pytest
from builders import key, reply, trial, turn, verdict
from coze_harness.compare.comparison_summary import ComparisonBuilder
from coze_harness.compare.trial_comparison import compare_trial
from coze_harness.messages import Catalogue
from coze_harness.model import (
    ChangeKind,
    Comparison,
    FactDifference,
    ScenarioState,
    TrialResult,
    TrialStatus,
    VerdictStatus,
)
from coze_harness.reporting.views.comparison_view import comparison_view
from coze_harness.results import decode_trial, encode_trial

S = ScenarioState


def conversation(
    *answers: str, status: TrialStatus = TrialStatus.PASSED, repeat: int = 1
) -> TrialResult:
    judged = VerdictStatus.PASSED if status is TrialStatus.PASSED else VerdictStatus.FAILED
    return trial(
        status,
        trial_key=key(f"refund#{repeat}", scenario="refund", trial=repeat),
        turns=[turn(turn_reply=reply(one), verdicts=[verdict(judged)]) for one in answers],
    )


def compare_results(*results: TrialResult) -> Comparison:
    builder = ComparisonBuilder("approved", "draft")
    for one in results:
        builder.add(one)
    return builder.finish()


@pytest.mark.parametrize(
    ("before", "after", "kind", "sections"),
    [
        ("运费5元。", "运费50元。", "number", ("5元", "50元")),
        ("退款需要 7 天。", "退款需要 15 天。", "number", ("7 天", "15 天")),
        ("可以退货。", "不可以退货。", "negation", ("可以退货", "不可以退货")),
        ("运费5元。", "运费5美元。", "unit", ("5元", "5美元")),
        ("We open at 9:00.", "We open at 10:00.", "date", ("9:00", "10:00")),
        ("It is free.", "It is free. Shipping costs 5 euros.", "number", (None, "5 euros")),
        ("运费5元，包邮。", "包邮。", "number", ("5元", None)),
    ],
)
def test_an_answer_that_passes_with_other_facts_is_reported(
    before: str, after: str, kind: str, sections: tuple[str | None, str | None]
) -> None:
    result = compare_trial(conversation(before), conversation(after))
    assert result.change is not None
    assert result.change.kind is ChangeKind.FACTS_CHANGED
    (fact,) = result.change.turns[0].facts
    assert (fact.kind, fact.before, fact.after) == (kind, *sections)
    assert decode_trial(encode_trial(result)) == result
    (scenario,) = compare_results(result).scenarios
    assert (scenario.state, scenario.facts) == (S.FACTS_CHANGED, (fact,))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("营业时间是9点到18点。", "我们 9:00 至 18:00 营业。"),
        ("我们收五元。", "我们收 5 元。"),
        ("You cannot return it.", "You can't return it."),
    ],
)
def test_another_notation_is_no_other_fact(before: str, after: str) -> None:
    result = compare_trial(conversation(before), conversation(after))
    assert result.change is not None
    assert result.change.kind in (ChangeKind.TEXT_CHANGED, ChangeKind.DIFFERENT)
    assert compare_results(result).states == {S.TEXT_CHANGED: 1}


def test_facts_that_an_accepted_repeat_has_are_no_change() -> None:
    accepted = [conversation("温度是 20 度。"), conversation("温度是 25 度。", repeat=2)]
    wrong = conversation("温度是 30 度。", status=TrialStatus.FAILED, repeat=3)

    def change(after: str) -> ChangeKind | None:
        result = compare_trial(accepted[0], conversation(after), [*accepted, wrong])
        return result.change.kind if result.change else None

    assert change("现在温度是 25 度。") is ChangeKind.TEXT_CHANGED
    assert change("温度是 28 度。") is ChangeKind.FACTS_CHANGED
    # An answer that failed is not accepted.
    assert change("温度是 30 度。") is ChangeKind.FACTS_CHANGED


def test_only_turns_whose_answer_changed_have_facts() -> None:
    result = compare_trial(conversation("5元。", "共 2 件。"), conversation("5元。", "共 3 件。"))
    assert result.change is not None
    assert [len(one.facts) for one in result.change.turns] == [0, 1]


def test_a_scenario_that_fails_on_both_sides_has_no_facts_to_accept() -> None:
    failed = TrialStatus.FAILED
    result = compare_trial(
        conversation("5元。", status=failed), conversation("50元。", status=failed)
    )
    assert compare_results(result).states == {S.TEXT_CHANGED: 1}
    # Its difference is still there to be read.
    assert result.change is not None
    assert result.change.turns[0].facts


def test_facts_come_before_flaky_and_improved() -> None:
    failed, changed = (
        TrialStatus.FAILED,
        compare_trial(conversation("5元。"), conversation("50元。")),
    )
    better = compare_trial(
        conversation("5元。", status=failed, repeat=2), conversation("5元。", repeat=2)
    )
    assert compare_results(changed, better).states == {S.FACTS_CHANGED: 1}


def test_facts_are_words_in_both_languages() -> None:
    result = compare_trial(conversation("退款需要 7 天。"), conversation("退款需要 15 天。"))
    (view,) = comparison_view(compare_results(result)).scenarios
    assert Catalogue("en").text(view.assessment) == (
        'refund still passes, but facts changed: "7 天" → "15 天".'
    )
    assert Catalogue("zh").text(view.assessment) == (
        "refund 仍通过，但事实有变：“7 天” → “15 天”。"
    )


def test_of_many_facts_the_first_are_shown() -> None:
    before = conversation("、".join(f"{n}号房{n}元" for n in range(100, 130)))
    result = compare_trial(
        before, conversation("、".join(f"{n}号房{n + 500}元" for n in range(100, 130)))
    )
    (scenario,) = compare_results(result).scenarios
    assert len(scenario.facts) == 20
    assert all(isinstance(one, FactDifference) for one in scenario.facts)
    (view,) = comparison_view(compare_results(result)).scenarios
    assert "另有 17 处" in Catalogue("zh").text(view.assessment)
