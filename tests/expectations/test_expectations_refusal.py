"""How well `refusal` finds refusals: precision and recall on labelled answers.

The rules were written for batch 0. Each later batch was measured once before its errors were
looked at; docs/scenarios.md has those first measurements.
"""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import NamedTuple

import pytest
from coze_harness.expectations.language.refusal_phrases import find_refusal
from declaring import judge


class LabelledAnswer(NamedTuple):
    text: str
    refuses: bool
    batch: int


def labelled_answers() -> list[LabelledAnswer]:
    lines = (Path(__file__).parent / "refusals.jsonl").read_text("utf-8").splitlines()
    return [LabelledAnswer(**json.loads(line)) for line in lines]


def test_precision_and_recall_on_labelled_answers() -> None:
    answers = labelled_answers()
    detected = [one for one in answers if find_refusal(one.text)]
    right = [one for one in detected if one.refuses]
    refusals = [one for one in answers if one.refuses]
    assert len(refusals) > 150
    assert len(answers) - len(refusals) > 150
    assert len(right) / len(detected) > 0.99
    assert len(right) / len(refusals) > 0.95


@pytest.mark.parametrize(
    ("answer", "part"),
    [
        ("很好。我无法回答这个问题。", "我无法回答"),
        ("Well, I'm unable to help you.", "I'm unable"),
        ("- 不便透露", "不便透露"),
    ],
)
def test_evidence_marks_the_phrase_that_refuses(answer: str, part: str) -> None:
    verdict = judge("refusal: false", answer)
    ((start, end),) = verdict.evidence
    assert answer[start:end] == part


def test_a_remark_at_the_end_of_an_answer_is_no_refusal() -> None:
    answer = "北京今天多云，最高气温二十度。" * 20 + "更远的天气我无法回答。"
    assert judge("refusal: false", answer).status.value == "passed"


@pytest.mark.parametrize("text", ["我无法" * 100_000, "不能" + "x" * 500_000, "I can " * 100_000])
def test_a_long_answer_takes_no_longer_than_its_beginning(text: str) -> None:
    begin = time.perf_counter()
    find_refusal(text)
    assert time.perf_counter() - begin < 0.5
