"""`same_as_baseline`: what is asked now, held to the answer that was accepted before."""

from __future__ import annotations

import pytest
from coze_harness.messages import LocalizedText
from coze_harness.model import Severity, Verdict
from declaring import answer_context, declare, ids, refusal
from hypothesis import given
from hypothesis import strategies as st

BEFORE = "我们每天九点开门，晚上六点关门。"
RETOLD = "我们每天九点开门，晚上六点打烊。"
OTHER = "对不起，我不清楚。"


def judge_answer(item: str, answer: str, baseline: str | None = BEFORE) -> Verdict:
    return declare(item).judge(answer_context(answer, baseline))


@pytest.mark.parametrize(
    ("item", "answer", "status"),
    [
        ("same_as_baseline: true", BEFORE, "passed"),
        ("same_as_baseline: true", RETOLD, "passed"),
        ("same_as_baseline: true", OTHER, "failed"),
        ("same_as_baseline: true", "", "failed"),
        ("same_as_baseline: {at_least: 0.95}", RETOLD, "failed"),
        ("same_as_baseline: {metric: similar, at_least: 0.01}", RETOLD, "passed"),
        ("same_as_baseline: {metric: equals}", BEFORE, "passed"),
        ("same_as_baseline: {metric: equals}", RETOLD, "failed"),
        (
            "same_as_baseline: {metric: equals, normalize: width}",
            BEFORE.replace("，", ","),
            "passed",
        ),
        ("same_as_baseline: {metric: equals}", BEFORE.replace("，", ","), "failed"),
        ("not: {same_as_baseline: true}", OTHER, "passed"),
        ("not: {same_as_baseline: true}", BEFORE, "failed"),
        ("any_of: [{same_as_baseline: true}, 对不起]", OTHER, "passed"),
    ],
)
def test_an_answer_is_compared_with_the_baseline(item: str, answer: str, status: str) -> None:
    verdict = judge_answer(item, answer)
    assert verdict.status.value == status, verdict.reason


def test_composed_and_decomposed_letters_are_the_same_answer() -> None:
    composed, decomposed = "caf\u00e9 \U0001f600", "cafe\u0301 \U0001f600"
    verdict = judge_answer("same_as_baseline: {metric: equals}", decomposed, composed)
    assert verdict.status.value == "passed"


def test_a_failure_shows_both_answers_and_how_alike_they_are() -> None:
    verdict = judge_answer("same_as_baseline: {at_least: 0.95}", RETOLD)
    assert str(verdict.actual) == RETOLD
    assert ids(verdict.reason) == "kind.same_as_baseline.failed kind.same_as_baseline.baseline"
    assert BEFORE in str(verdict.reason)
    assert verdict.score is not None
    assert 0.75 < verdict.score < 0.95


def test_a_baseline_of_megabytes_is_not_shown_whole() -> None:
    verdict = judge_answer("same_as_baseline: true", "是。", "学术。" * 400_000)
    assert verdict.status.value == "failed"
    assert len(str(verdict.reason)) < 1_000
    hint = verdict.reason.params["hint"]
    assert isinstance(hint, LocalizedText)
    assert (hint.id, hint.params["n"]) == ("kind.same_as_baseline.baseline.long", 1_200_000)


def test_without_a_baseline_nothing_is_judged_not_even_its_opposite() -> None:
    for item in ("same_as_baseline: true", "not: {same_as_baseline: true}"):
        verdict = judge_answer(item, BEFORE, None)
        assert verdict.status.value == "skipped"
        assert verdict.reason.id == "kind.same_as_baseline.absent"


def test_it_takes_what_every_kind_takes() -> None:
    verdict = judge_answer("same_as_baseline: true\nname: 和上次一样\nseverity: warning", OTHER)
    assert (verdict.name, verdict.severity) == ("和上次一样", Severity.WARNING)


@pytest.mark.parametrize(
    ("item", "sentence"),
    [
        (
            "same_as_baseline: {metric: judge}",
            '"metric: judge" is not available in this version',
        ),
        ("same_as_baseline: {metric: equal}", 'Did you mean "equals"?'),
        ("same_as_baseline: {metric: equals, at_least: 0.5}", '"at_least" has no effect'),
        ("same_as_baseline: {at_least: 0}", "it must be more than 0"),
        ("same_as_baseline: {at_least: 80}", "it must be at most 1"),
        ("same_as_baseline: {atleast: 0.8}", 'Did you mean "at_least"?'),
        ("same_as_baseline: false", "must be true, or a mapping"),
        ("same_as_baseline: 我是chatchat", "must be true, or a mapping"),
        ("same_as_baseline:", "nothing is written"),
    ],
)
def test_an_invalid_item_is_rejected_with_what_to_write(item: str, sentence: str) -> None:
    error = refusal(item)
    assert sentence in error
    assert "scenarios/greet.yaml:1:" in error
    assert "  next: " in error


@given(st.text(max_size=40), st.text(max_size=40), st.floats(0.01, 1))
def test_any_two_texts_get_a_verdict_and_equal_ones_pass(
    before: str, after: str, least: float
) -> None:
    expectation = declare(f"same_as_baseline: {{at_least: {least:.4f}}}")
    verdict = expectation.judge(answer_context(after, before))
    if before == after:
        assert verdict.status.value == "passed"
    score = verdict.score
    assert score is not None
    assert 0 <= score <= 1
    assert (verdict.status.value == "passed") is (score >= float(f"{least:.4f}"))
