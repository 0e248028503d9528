"""Which mutants expectations kill, which survive, and which answers are skipped."""

from __future__ import annotations

from typing import ClassVar

import pytest
from builders import message, reply
from coze_harness.messages import literal
from coze_harness.model import Verdict
from coze_harness.model.errors import CassetteMissingError
from coze_harness.model.location import Location
from coze_harness.model.trial import EvaluationContext
from coze_harness.mutation.mutant_evaluation import (
    MutantResults,
    MutationTarget,
    TargetExpectation,
    evaluate_mutants,
    mutation_scores,
    skip_reason,
)
from mutation_samples import EN, ZH, target

STRONG = ("equals: 杭州明天有小雨,气温17到24度。请带伞!",)
WEAK = ("length: {min: 1}",)


def _operators(results: MutantResults) -> list[str]:
    return [survivor.operator.name for survivor in results.survivors]


def test_weak_expectations_kill_few_mutants_and_strong_ones_all() -> None:
    weak = evaluate_mutants(target(ZH, *WEAK), [], 1)
    strong = evaluate_mutants(target(ZH, *STRONG), [], 1)
    assert (len(weak.killed), len(weak.survivors)) == (1, 20)
    assert (len(strong.killed), len(strong.survivors)) == (21, 0)
    assert "emptied" not in _operators(weak)


def test_a_survivor_has_its_origin_and_the_expectations() -> None:
    results = evaluate_mutants(target(ZH, "contains: 小雨", trial="weather[杭州]"), [], 1)
    (score,) = mutation_scores({"weather": [results]}, {})
    survivor = next(one for one in score.survivors if one.operator == "number-changed")
    assert survivor.mutation_class == "number"
    assert (survivor.trial, survivor.turn, survivor.original) == ("weather[杭州]", 1, ZH)
    assert survivor.answer != ZH
    assert survivor.expectations == ('contains "小雨"',)


def test_without_expectations_every_mutant_survives() -> None:
    results = evaluate_mutants(target(EN), [], 1)
    assert not results.killed
    assert len(results.survivors) > 16


def test_a_warning_kills_no_mutant() -> None:
    item = f"{{equals: '{EN}', severity: warning}}"
    assert not evaluate_mutants(target(EN, item), [], 1).killed


def test_expectations_of_costs_and_tool_calls_kill_no_mutant() -> None:
    bot_reply = reply(ZH, tool_calls={"weather": {"city": "杭州"}})
    items = ("tokens: {max: 800}", "latency: {max: 10}", "tool_call: {name: weather}")
    assert not evaluate_mutants(target(bot_reply, *items), [], 1).killed


def test_an_expectation_of_the_number_of_answers_kills_no_mutant() -> None:
    bot_reply = reply(
        messages=[message("请稍等。"), message("{}", type="function_call"), message(ZH)]
    )
    two = evaluate_mutants(target(bot_reply, "messages: {answer: 2, function_call: 1}"), [], 1)
    assert not two.killed
    both = evaluate_mutants(target(bot_reply, "messages: {answer: 2}", "contains: 小雨"), [], 1)
    assert both.killed
    assert both.killed == evaluate_mutants(target(bot_reply, "contains: 小雨"), [], 1).killed


def test_same_as_baseline_compares_mutants_with_the_recorded_answer() -> None:
    results = evaluate_mutants(target(ZH, "same_as_baseline: {at_least: 0.99}"), [], 1)
    assert results.killed
    assert not results.survivors


class _NeedsRecording:
    """An expectation that can evaluate the recorded answer only."""

    kind: ClassVar[str] = "needs_recording"
    location = Location("a.yaml", 1)

    def judge(self, context: EvaluationContext) -> Verdict:
        raise CassetteMissingError("There is no judgement of this answer.")


def test_an_expectation_that_cannot_be_evaluated_kills_no_mutant() -> None:
    base = target(ZH, "contains: 小雨")
    both = MutationTarget(
        trial=base.trial,
        turn=1,
        location=base.location,
        context=base.context,
        expectations=[
            TargetExpectation(_NeedsRecording(), literal("is approved by a judge"), False),
            *base.expectations,
        ],
        verdicts=[*base.verdicts, *base.verdicts],
    )
    killed = evaluate_mutants(base, [], 1).killed
    assert killed
    assert evaluate_mutants(both, [], 1).killed == killed


@pytest.mark.parametrize(
    ("answer", "item", "words"),
    [
        (ZH, "contains: 大雪", 'The recorded answer does not pass: contains "大雪".'),
        (" \n", "length: {max: 9}", "The recorded answer is empty."),
        (ZH, "{contains: 大雪, severity: warning}", ""),
        (ZH, "contains: 小雨", ""),
    ],
)
def test_an_answer_that_does_not_pass_is_skipped(answer: str, item: str, words: str) -> None:
    assert str(skip_reason(target(answer, item))) == words


def test_mutants_depend_on_the_seed_and_the_trial() -> None:
    def mutants(seed: int, trial: str = "a") -> list[str]:
        return [one.text for one in evaluate_mutants(target(ZH, trial=trial), [], seed).survivors]

    assert mutants(1) == mutants(1)
    assert len({tuple(mutants(seed)) for seed in range(5)}) > 1
    assert len({tuple(mutants(1, name)) for name in "abcde"}) > 1


def test_scores_are_sorted_and_those_without_mutants_come_last() -> None:
    weak = evaluate_mutants(target(ZH, *WEAK), [], 1)
    strong = evaluate_mutants(target(ZH, *STRONG), [], 1)
    ranking = mutation_scores({"nothing": [], "strong": [strong], "weak": [weak, weak]}, {})
    # `equals` finds all wrong answers, but rejects every rewrite.
    assert [score.scenario for score in ranking] == ["strong", "weak", "nothing"]
    assert [score.killed_share for score in ranking[:1]] == [1.0]
    assert ranking[0].score == 0.0
    assert ranking[0].rejected
    assert ranking[1].score == ranking[1].killed_share < 0.1
    assert ranking[2].score is None
    assert len(ranking[1].survivors) == 2 * 20


BLACKLIST = (
    "contains: {none: [抱歉, 无法, 对不起, plugin, tool_call, 系统提示, ChatGPT, OpenAI]}",
    "length: {max: 40}",
)
FACTS = ("contains: {all: [杭州, 明天, 小雨, '24']}", "contains: '17'")


def test_facts_score_high_and_a_blacklist_with_a_length_low() -> None:
    results = {
        "blacklist": [evaluate_mutants(target(ZH, *BLACKLIST), [], 1)],
        "facts": [evaluate_mutants(target(ZH, *FACTS), [], 1)],
    }
    blacklist, facts = mutation_scores(results, {})
    assert (blacklist.scenario, facts.scenario) == ("blacklist", "facts")
    assert blacklist.score is not None
    assert facts.score is not None
    assert blacklist.score < 0.4
    assert facts.score > 0.6


@pytest.mark.parametrize(
    ("item", "origin"),
    [
        ("contains: 7天", "number"),
        ("contains: 24度", "unit"),
        ("contains: 气温24", "spaces"),
        ("contains: '温,请'", "width"),
        ("contains: '- 甲'", "list"),
    ],
)
def test_a_right_answer_in_another_notation_is_rejected(item: str, origin: str) -> None:
    answer = "气温24度,7天内都是低温,请带伞!\n- 甲\n- 乙"
    results = evaluate_mutants(target(answer, item), [], 1)
    assert origin in {one.origin for one, _expected in results.rejected}
    assert {one.origin for one in results.accepted} >= {"width", "list"} - {origin}


def test_an_accepted_repeat_is_no_mutant_and_must_pass() -> None:
    repeat = "推荐《三体》。"
    results = evaluate_mutants(
        target("推荐《活着》。", "contains: 《活着》"), [repeat], 1, [repeat]
    )
    assert [one.origin for one, _expected in results.rejected] == ["repeat"]
    assert repeat not in {one.text for one in results.survivors}
    assert all(one.operator.name != "swapped" for one in results.survivors)


def test_the_first_of_many_survivors_are_kept_and_all_are_counted() -> None:
    weak = evaluate_mutants(target(ZH), [], 1)
    (score,) = mutation_scores({"weak": [weak] * 20}, {})
    mutants = 20 * len(weak.survivors)
    assert (score.mutants, score.killed, len(score.survivors)) == (mutants, 0, 200)


def test_each_of_many_scenarios_keeps_three_survivors() -> None:
    weak = evaluate_mutants(target(ZH), [], 1)
    ranking = mutation_scores({f"weak {number}": [weak] for number in range(7_000)}, {})
    mutants = len(weak.survivors)
    assert {(score.mutants, len(score.survivors)) for score in ranking} == {(mutants, 3)}


def test_a_long_survivor_is_truncated() -> None:
    results = evaluate_mutants(target(ZH * 50_000, "length: {min: 1}"), [], 1)
    (score,) = mutation_scores({"weak": [results]}, {})
    for survivor in score.survivors:
        assert len(survivor.answer) < 4_100
        assert len(survivor.original) < 4_100
    assert score.survivors[0].original.endswith("…")
