"""Properties of all operators, with any answer."""

from __future__ import annotations

import time
import unicodedata

import pytest
from coze_harness.model import VerdictStatus
from coze_harness.mutation.answer_pool import AnswerPool
from coze_harness.mutation.expectation_suggestions import suggest_expectations
from coze_harness.mutation.mutant_evaluation import evaluate_mutants
from coze_harness.mutation.mutation_operator import seeded_random
from coze_harness.mutation.operator_registry import OPERATORS
from hypothesis import given, settings
from hypothesis import strategies as st
from mutation_samples import EN, ZH, declare, target
from scale import scale_down

PIECES = st.sampled_from(
    (
        "我是", "不可以", "三个", "星期三", "2024年10月1日", "《三体》", "，", "。", "!", "\n", " ",
        "- ",
        "is not", "can't", " Monday", "Boston", "9:30 am", "three", "1. ", "**", "`", "{", "}",
        '"a": 1', "[", "]", "12", "３", "👨‍👩‍👧", "🇨🇳", "e\u0301", "é", "\u2028", "\x00", "\ud800",
        "\u202e",
        "#", "```json\n", "|", "---", "》", "第", "十", "号", "http://", "@",
    )
)  # fmt: skip
ANSWERS = st.one_of(
    st.lists(PIECES, max_size=12).map("".join),
    st.text(st.characters(exclude_categories=()), max_size=60),
)
OTHERS = st.lists(ANSWERS, max_size=3)


def _normalize(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


@settings(max_examples=scale_down(400), deadline=None)
@given(answer=ANSWERS, others=OTHERS, seed=st.integers(0, 2**32))
def test_a_mutant_differs_from_the_answer_and_is_deterministic(
    answer: str, others: list[str], seed: int
) -> None:
    for operator in OPERATORS:
        mutant = operator.mutate(answer, seeded_random(seed, "t", 1, operator.name), others)
        assert mutant == operator.mutate(answer, seeded_random(seed, "t", 1, operator.name), others)
        if mutant is not None:
            assert _normalize(mutant) != _normalize(answer), operator.name


@settings(max_examples=scale_down(60), deadline=None)
@given(answer=ANSWERS, seed=st.integers(0, 2**32))
def test_suggestions_pass_the_answer_and_kill_what_they_name(answer: str, seed: int) -> None:
    if not answer.strip():
        return
    results = evaluate_mutants(target(answer), [], seed)
    for suggestion in suggest_expectations([results]):
        assert "\n" not in suggestion.item
        expectation = declare(suggestion.item)
        assert expectation.judge(target(answer).context).status is VerdictStatus.PASSED
        assert suggestion.kills
        for _target, survivor in suggestion.kills:
            verdict = expectation.judge(target(survivor.text).context)
            assert verdict.status is VerdictStatus.FAILED


@pytest.mark.parametrize(
    ("answer", "item"),
    [
        ("这款茶每盒售价 320 元，库存充足。", 'number: "320 元"'),
        ("The parcel weighs 320 kg and is ready.", 'number: "320 kg"'),
        ("房间号是 17，请准时到场。", "number: 17"),
        ("这款茶现在有货，可以直接下单。", "refusal: false"),
    ],
)
def test_a_suggestion_is_of_the_kind_of_its_subject(answer: str, item: str) -> None:
    suggestions = suggest_expectations([evaluate_mutants(target(answer), [], 1)])
    assert item in [one.item for one in suggestions]


@pytest.mark.parametrize("blank", ["", " \n\t", "\u3000"])
def test_a_blank_answer_has_no_mutants(blank: str) -> None:
    for operator in OPERATORS:
        assert operator.mutate(blank, seeded_random(1, "t", 1, operator.name), [ZH]) is None


def test_the_random_source_depends_on_seed_trial_turn_and_operator_only() -> None:
    values = {
        seeded_random(*of).getrandbits(64)
        for of in ((1, "a", 1, "cut"), (2, "a", 1, "cut"), (1, "b", 1, "cut"), (1, "a", 2, "cut"),
                   (1, "a", 1, "refused"))
    }  # fmt: skip
    assert len(values) == 5
    assert seeded_random(1, "场景\ud800", 1, "cut").getrandbits(64) == 479027117431853039


def test_a_new_scenario_changes_the_swapped_answers_of_few_others() -> None:
    answers = {f"场景{n}": f"回答{n}" for n in range(200)}
    before, after = AnswerPool(1, answers), AnswerPool(1, {**answers, "新": "新的回答"})
    changed = [n for n in answers if before.answers_for(n)[0] != after.answers_for(n)[0]]
    assert len(changed) == 1
    for name in answers:
        others = before.answers_for(name)
        assert len(set(others)) == 4
        assert answers[name] not in others


def test_a_single_scenario_has_no_other_answers() -> None:
    assert list(AnswerPool(1, {"a": "答"}).answers_for("a")) == []
    assert list(AnswerPool(1, {}).answers_for("a")) == []
    assert list(AnswerPool(1, {"a": "甲", "b": "乙"}).answers_for("a")) == ["乙"]


@pytest.mark.parametrize(
    "text",
    [
        ZH * 40_000, EN * 14_000, " " * 1_000_000 + "a", "." * 1_000_000, "[a](" * 250_000,
        "-" * 1_000_000 + "x", "a" + "\u0301" * 500_000, "[" * 500_000, "```\n" * 200_000,
        "\ud800" * 500_000, "*" * 1_000_000, "1" * 1_000_000, "\n" * 1_000_000 + "x",
    ],
    ids=["zh", "en", "blank", "dots", "links", "rule", "accents", "nested", "fences", "halves",
         "stars", "digits", "lines"],
)  # fmt: skip
def test_a_megabyte_takes_linear_time(text: str) -> None:
    started = time.perf_counter()
    for operator in OPERATORS:
        operator.mutate(text, seeded_random(1, "t", 1, operator.name), [])
    results = evaluate_mutants(target(text), [], 1)
    for suggestion in suggest_expectations([results]):
        assert len(suggestion.item) < 1_000
    # It takes about half a second; anything that is not linear takes hours.
    assert time.perf_counter() - started < 60
