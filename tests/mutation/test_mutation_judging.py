"""Spoilt answers before expectations: what is caught, what survives, what is left out."""

from __future__ import annotations

from typing import ClassVar

import pytest
from builders import message, reply
from coze_harness.model import Verdict
from coze_harness.model.errors import CassetteMissingError
from coze_harness.model.location import Location
from coze_harness.model.trial import EvaluationContext
from coze_harness.mutation import (
    MutantResults,
    MutationTarget,
    ScoreBuilder,
    evaluate_mutants,
    skip_reason,
)
from mutation_samples import EN, ZH, subject

STRONG = ("equals: 杭州明天有小雨,气温17到24度。请带伞!",)
WEAK = ("length: {min: 1}",)


def _names(found: MutantResults) -> list[str]:
    return [survivor.operator for survivor in found.survivors]


def test_a_weak_set_lets_nearly_everything_pass_and_a_strong_one_nothing() -> None:
    weak = evaluate_mutants(subject(ZH, *WEAK), [], 1)
    strong = evaluate_mutants(subject(ZH, *STRONG), [], 1)
    assert weak.mutants == strong.mutants == 16
    assert (weak.killed, strong.killed) == (1, 16)
    assert "emptied" not in _names(weak)
    assert strong.survivors == ()


def test_a_survivor_tells_what_it_was_and_what_was_expected() -> None:
    found = evaluate_mutants(subject(ZH, "contains: 小雨", trial="weather[杭州]"), [], 1)
    survivor = next(one for one in found.survivors if one.operator == "number-changed")
    assert (survivor.trial, survivor.turn, survivor.original) == ("weather[杭州]", 1, ZH)
    assert survivor.answer != ZH
    assert survivor.expectations == ('contains "小雨"',)
    assert survivor.hint.startswith("contains: ")


def test_nothing_expected_catches_nothing() -> None:
    found = evaluate_mutants(subject(EN), [], 1)
    assert found.killed == 0
    assert found.mutants == len(found.survivors) == 16


def test_what_is_only_a_warning_catches_nothing() -> None:
    item = f"{{equals: '{EN}', severity: warning}}"
    assert evaluate_mutants(subject(EN, item), [], 1).killed == 0


def test_costs_and_tool_calls_are_those_of_the_recording_and_catch_nothing() -> None:
    given = reply(ZH, tool_calls={"weather": {"city": "杭州"}})
    items = ("tokens: {max: 800}", "latency: {max: 10}", "tool_call: {name: weather}")
    assert evaluate_mutants(subject(given, *items), [], 1).killed == 0


def test_an_expectation_of_the_number_of_answers_does_not_seem_to_see_all() -> None:
    given = reply(messages=[message("请稍等。"), message("{}", type="function_call"), message(ZH)])
    two = evaluate_mutants(subject(given, "messages: {answer: 2, function_call: 1}"), [], 1)
    assert two.killed == 0
    both = evaluate_mutants(subject(given, "messages: {answer: 2}", "contains: 小雨"), [], 1)
    assert both.killed == evaluate_mutants(subject(given, "contains: 小雨"), [], 1).killed > 0


def test_the_answer_is_held_to_the_recorded_one_by_same_as_baseline() -> None:
    found = evaluate_mutants(subject(ZH, "same_as_baseline: {at_least: 0.99}"), [], 1)
    assert found.killed == found.mutants


class _Unsure:
    """An expectation that can judge the recorded answer only."""

    kind: ClassVar[str] = "unsure"
    location = Location("a.yaml", 1)

    def judge(self, context: EvaluationContext) -> Verdict:
        raise CassetteMissingError("nobody has judged this answer")


def test_an_expectation_that_cannot_judge_a_spoilt_answer_counts_as_blind() -> None:
    base = subject(ZH, "contains: 小雨")
    both = MutationTarget(
        trial=base.trial,
        turn=1,
        seen=base.seen,
        expectations=[_Unsure(), *base.expectations],
        verdicts=[*base.verdicts, *base.verdicts],
        wanted=("is liked by a judge", *base.wanted),
    )
    assert evaluate_mutants(both, [], 1).killed == evaluate_mutants(base, [], 1).killed > 0


@pytest.mark.parametrize(
    ("answer", "item", "words"),
    [
        (ZH, "contains: 大雪", 'its recorded answer does not pass: contains "大雪"'),
        (" \n", "length: {max: 9}", "its recorded answer is empty"),
        (ZH, "{contains: 大雪, severity: warning}", ""),
        (ZH, "contains: 小雨", ""),
    ],
)
def test_what_has_no_good_answer_is_not_spoilt(answer: str, item: str, words: str) -> None:
    assert skip_reason(subject(answer, item)) == words


def test_the_seed_decides_and_the_trials_name_does() -> None:
    def spoilt(seed: int, trial: str = "a") -> list[str]:
        return [
            one.answer for one in evaluate_mutants(subject(ZH, trial=trial), [], seed).survivors
        ]

    assert spoilt(1) == spoilt(1)
    assert len({tuple(spoilt(seed)) for seed in range(5)}) > 1
    assert len({tuple(spoilt(1, name)) for name in "abcde"}) > 1


def test_scores_add_up_by_scenario_the_lowest_first_and_none_last() -> None:
    scores = ScoreBuilder()
    scores.add("nothing")
    scores.add("strong", [evaluate_mutants(subject(ZH, *STRONG), [], 1)])
    scores.add(
        "weak",
        [evaluate_mutants(subject(ZH, *WEAK), [], 1), evaluate_mutants(subject(ZH, *WEAK), [], 1)],
    )
    found = scores.sorted()
    assert [score.scenario for score in found] == ["weak", "strong", "nothing"]
    assert [score.score for score in found] == [2 / 32, 1.0, None]
    assert len(found[0].survivors) == 30


def test_of_very_many_survivors_the_first_are_kept_and_all_are_counted() -> None:
    weak = evaluate_mutants(subject(ZH), [], 1)
    scores = ScoreBuilder()
    for _ in range(20):
        scores.add("weak", [weak])
    (score,) = scores.sorted()
    assert (score.mutants, score.killed, len(score.survivors)) == (320, 0, 200)


def test_of_very_many_scenarios_each_keeps_the_first_survivors() -> None:
    weak = evaluate_mutants(subject(ZH), [], 1)
    scores = ScoreBuilder()
    for number in range(8_000):
        scores.add(f"weak {number}", [weak])
    found = scores.sorted()
    assert {(score.mutants, score.survivors) for score in found} == {(16, weak.survivors[:3])}


def test_a_survivor_of_megabytes_is_shown_by_its_beginning() -> None:
    found = evaluate_mutants(subject(ZH * 50_000, "length: {min: 1}"), [], 1)
    for survivor in found.survivors:
        assert len(survivor.answer) < 4_100
        assert len(survivor.original) < 4_100
    assert "(1,050,000 characters in all)" in found.survivors[0].original
