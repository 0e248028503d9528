"""Every kind has samples, which the documentation shows, and judges them as they say."""

from __future__ import annotations

import re

import pytest
from coze_harness.expectations import KINDS, ExpectationKind
from coze_harness.model import Verdict, VerdictStatus
from coze_harness.model.errors import HarnessError
from kind_samples import FOLDER, SampleItem, sample_items


def test_every_kind_has_a_file_of_samples() -> None:
    assert sorted(path.stem for path in FOLDER.iterdir()) == sorted(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_judges_its_samples_as_they_say(kind: str) -> None:
    wrong = []
    for item in sample_items(kind):
        expectation, verdicts = judge_samples(item)
        assert expectation.kind == kind, item.source
        wrong += [
            (item.source, one.text, verdict.status.value, str(verdict.reason))
            for one, verdict in zip(item.samples, verdicts, strict=True)
            if verdict.status is not one.status
        ]
    assert wrong == []


def judge_samples(item: SampleItem) -> tuple[ExpectationKind, list[Verdict]]:
    """Return the expectation of an item and its verdicts; skip the test if an extra is missing."""
    try:
        expectation = item.build()
        return expectation, [expectation.judge(one.context) for one in item.samples]
    except HarnessError as error:
        if "pip install" in str(error.next_step):
            pytest.skip(str(error))
        raise


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_has_six_samples_that_pass_and_fail(kind: str) -> None:
    samples = [one for item in sample_items(kind) for one in item.samples]
    assert len(samples) >= 6
    assert {one.status for one in samples} >= {VerdictStatus.PASSED, VerdictStatus.FAILED}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if KINDS[kind].scope == "answer"])
def test_a_kind_that_judges_the_answer_has_samples_in_chinese_and_in_english(kind: str) -> None:
    answers = [one.context.reply.answer for item in sample_items(kind) for one in item.samples]
    assert any(re.search(r"[\u4e00-\u9fff]", one) for one in answers)
    assert any(one.isascii() and re.search("[a-z]{3}", one) for one in answers)
