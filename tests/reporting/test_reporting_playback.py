"""What a page has for playing streamed answers, and that other pages have nothing of it."""

from __future__ import annotations

import pytest
from builders import key, run, trial
from coze_harness.model import ChangeKind, TrialChange, TrialResult, replace
from coze_harness.reporting.report_formats import PageOptions
from report_rendering import Page, page_of, render_report, trees_of
from report_rich import regressed_trial, rich_run, with_pace

POLLED_RUN = [trial(trial_key=key("a")), trial(trial_key=key("b"))]
STREAMED_RUN = [POLLED_RUN[0], with_pace(POLLED_RUN[1], 1000)]


def scripts(results: list[TrialResult]) -> list[str | None]:
    page = Page(page_of(results, run(results), PageOptions(layout="folder")))
    return [at["src"] for at in page.elements_named("script") if "src" in at]


def cards_that_play(result: TrialResult) -> list[dict[str, str | None]]:
    page = Page(render_report("html", [result], rich_run()))
    return [at for _, at in page.elements if "data-paced" in at]


def test_only_a_page_with_a_streamed_answer_has_the_script_and_its_words() -> None:
    assert scripts(POLLED_RUN) == ["playground.js", "report.js"]
    assert scripts(STREAMED_RUN) == ["playground.js", "playback.js", "report.js"]
    assert "Play both answers" not in render_report("html", POLLED_RUN)
    assert "Play both answers" in render_report("html", STREAMED_RUN)


def test_a_record_has_the_answer_once_and_its_pace_as_numbers() -> None:
    (_, polled_record), (_, streamed_record) = trees_of(render_report("html", STREAMED_RUN))
    assert polled_record is not None
    assert streamed_record is not None
    (before,), (now,) = polled_record["turns"], streamed_record["turns"]
    assert "pace" not in before
    assert [sum(column) for column in zip(*now["pace"], strict=True)] == [1000, len(now["answer"])]
    assert {name: value for name, value in now.items() if name != "pace"} == before


@pytest.mark.parametrize(
    ("before", "now", "plays"), [(True, True, True), (True, False, False), (False, True, False)]
)
def test_a_card_plays_only_if_both_answers_were_streamed(
    before: bool, now: bool, plays: bool
) -> None:
    result = with_pace(regressed_trial(), 1000) if now else regressed_trial()
    other = with_pace(regressed_trial(), 1000) if before else regressed_trial()
    assert result.change is not None
    assert other.change is not None
    result = replace(result, change=replace(result.change, baseline=other.change.baseline))
    attributes = cards_that_play(result)
    expected = [{"class": "change", "data-answer": "different", "data-paced": "refund"}]
    assert attributes == ([{**expected[0], "data-turn": "1"}] if plays else [])


def test_a_trial_without_a_baseline_has_nothing_to_play_side_by_side() -> None:
    new = replace(with_pace(trial(), 1000), change=TrialChange(kind=ChangeKind.NEW, baseline=None))
    assert cards_that_play(new) == []
