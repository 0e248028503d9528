"""Earlier answers in the page of a run: what a trial shows, and what a page without them saves."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from builders import run
from coze_harness.model import Mode, PreviousRun, RunCost, Summary
from coze_harness.reporting.page_options import PageOptions
from coze_harness.reporting.report_formats import FORMATS, ReportSet
from coze_harness.reporting.run_reports import render_reports
from coze_harness.reporting.views.earlier_view import earlier_view
from coze_harness.results import (
    EarlierAnswer,
    EarlierAnswers,
    EarlierTurn,
    read_earlier_answers,
)
from coze_harness.server.server_process import serve
from earlier_runs import FAILED, PASSED, Outcome, add_run, add_runs, outcome, result_of
from project import SETTINGS, TOKEN, ProjectFolder, chatchat_script
from report_rendering import Page, encode_lines, head_of, read_packed, render_report, trees_of

_HOSTILE = "</script><script>window.__xss=1</script><img src=x onerror=window.__xss=1>\u202e{n}"


def page_of(reports: Path, *runs: Outcome, lang: str = "en") -> str:
    """The page of the last of some runs of one trial."""
    one, folder = add_runs(reports, *({"a": each} for each in runs))
    render_reports(folder, one, options=PageOptions(lang=lang))
    return (folder / "index.html").read_text(encoding="utf-8")


def earlier_nodes(tree: Any) -> list[Any]:
    """The elements of a tree that hold earlier answers."""
    if isinstance(tree, str):
        return []
    own = [tree] if tree[1] and "data-earlier" in tree[1] else []
    return own + [node for child in tree[2:] for node in earlier_nodes(child)]


def attributes_of(tree: Any, name: str) -> list[str]:
    if isinstance(tree, str):
        return []
    own = [tree[1][name]] if tree[1] and name in tree[1] else []
    return own + [value for child in tree[2:] for value in attributes_of(child, name)]


def test_a_failing_trial_shows_the_answer_that_passed_with_its_difference(tmp_path: Path) -> None:
    source = page_of(
        tmp_path, outcome(PASSED, "You have 7 days."), outcome(FAILED, "You have 15 days.")
    )
    (block,) = earlier_nodes(trees_of(source)[0][0])
    assert "open" in block[1]
    assert attributes_of(block, "href") == ["../20260001/index.html#s=a"]
    assert "status.passed" in attributes_of(block, "data-w")
    (tree,) = attributes_of(block, "data-tree")
    assert json.loads(tree)[2:] == ["You have ", ["del", 0, "7"], ["ins", 0, "15"], " days."]
    page = Page(source)
    assert page.faults == []
    # Readers without a script see it, too.
    assert "1 earlier answer" in page.text
    assert "You have 715 days." in page.text
    assert "2026-11-01 10:03" in page.text


def test_a_passing_trial_has_it_folded(tmp_path: Path) -> None:
    source = page_of(tmp_path, outcome(FAILED, "before"), outcome(PASSED, "now"))
    (block,) = earlier_nodes(trees_of(source)[0][0])
    assert "open" not in block[1]


def test_its_words_are_in_the_page_in_both_languages(tmp_path: Path) -> None:
    source = page_of(tmp_path, outcome(PASSED, "before"), outcome(FAILED, "now"), lang="zh")
    assert "之前的 1 个回答" in Page(source).text
    assert "compared" in head_of(source)["words"][0]["earlier"]


def test_a_page_without_earlier_answers_is_as_it_would_be_without_earlier_runs(
    tmp_path: Path,
) -> None:
    same = outcome(FAILED, "same")
    source = page_of(tmp_path, same, same)
    assert "earlier" not in head_of(source)["words"][0]
    one, folder = add_runs(tmp_path, {"a": same})
    assert read_earlier_answers(one, folder) == {}
    render_reports(folder, one)
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert page == render_report("html", [result_of("a", same)], one)


def test_hostile_answers_stay_text(tmp_path: Path) -> None:
    source = page_of(
        tmp_path,
        outcome(PASSED, f"{_HOSTILE} 7", "fine"),
        outcome(FAILED, f"{_HOSTILE} 15", "fine"),
    )
    page = Page(source)
    assert page.faults == []
    assert not page.elements_named("img")
    assert page.text.count("<img src=x onerror=window.__xss=1>") >= 2
    (tree,) = attributes_of(earlier_nodes(trees_of(source)[0][0])[0], "data-tree")
    assert "⟨U+202E⟩" in json.loads(tree)[2]


def test_trials_of_one_shape_share_their_markup(tmp_path: Path) -> None:
    for word in ("first", "second"):
        results = [result_of(f"t{n}", outcome(FAILED, f"{word} {n}")) for n in range(9)]
        one, folder = add_run(tmp_path, results)
    render_reports(folder, one)
    source = (folder / "index.html").read_text(encoding="utf-8")
    trees = [tree for tree, _ in trees_of(source)]
    answers = [attributes_of(earlier_nodes(tree)[0], "data-tree")[0] for tree in trees]
    assert [json.loads(tree)[-1] for tree in answers] == [f" {n}" for n in range(9)]
    assert len(read_packed(source, "c0")["forms"]) == 1


def test_notes_report_what_is_left_out() -> None:
    row = run([result_of("a", outcome(FAILED, "now"))]).rows[0]
    for flags, notes in (
        ((False, False), []),
        ((True, False), ["earlier.more"]),
        ((False, True), ["earlier.unread"]),
    ):
        view = earlier_view(row, EarlierAnswers((), 1, *flags), (), compares=True)
        assert view.notes == notes


def test_the_page_reports_answers_that_were_not_read(tmp_path: Path) -> None:
    one, _ = add_runs(tmp_path, {"a": outcome(PASSED, "before")}, {"a": outcome(FAILED, "now")})
    out = BytesIO()
    with ReportSet({"html": FORMATS["html"]}) as reports:
        reports.add_all(encode_lines([result_of("a", outcome(FAILED, "now"))]))
        reports.write(one, {"html": out}, {"a": EarlierAnswers((), 1, False, True)})
    page = Page(out.getvalue().decode())
    assert page.faults == []
    assert "Older answers were not read" in page.text


def test_without_comparison_an_earlier_answer_is_plain() -> None:
    row = run([result_of("a", outcome(FAILED, "now"))]).rows[0]
    before = PreviousRun(
        run_id="1", started_at="", mode=Mode.REPLAY, summary=Summary(), cost=RunCost()
    )
    answer = EarlierAnswer(0, PASSED, [EarlierTurn(1, "7 days", "", "9 days")], 0)
    for compares, title, parts in (
        (True, "earlier.compared", [["del", 0, "7"], ["ins", 0, "9"], " days"]),
        (False, "earlier.title", ["7 days"]),
    ):
        earlier = EarlierAnswers((answer,), 1, False, False)
        view = earlier_view(row, earlier, (before,), compares=compares)
        assert view.title == title
        assert json.loads(view.answers[0].turns[0].tree)[2:] == parts
        assert view.answers[0].date == "1"


def test_a_bot_recorded_again_is_shown_with_its_earlier_answer(tmp_path: Path) -> None:
    """Through the commands: recorded twice, pruned, reported."""
    project = ProjectFolder(tmp_path / "project", home=tmp_path / "home")
    project.write("harness.yaml", SETTINGS)
    project.write("scenarios/a.yaml", "name: a\nturns: [{prompt: days?, expect: [7 days]}]\n")
    for answer in ("7 days", "15 days"):
        with serve(chatchat_script(f"- prompt: days?\n  answer: You have {answer}.\n")) as server:
            env = {"COZE_API_BASE": server.base_url, "COZE_API_TOKEN": TOKEN}
            assert project.run("record", "--all", env=env).code in (0, 1)
    page = project.path("reports/latest/index.html")
    (block,) = earlier_nodes(trees_of(page.read_text(encoding="utf-8"))[0][0])
    (tree,) = attributes_of(block, "data-tree")
    assert json.loads(tree)[2:] == ["You have ", ["del", 0, "7"], ["ins", 0, "15"], " days."]
    (link,) = attributes_of(block, "href")
    assert (page.resolve().parent / link.partition("#")[0]).resolve().is_file()
    assert project.run("prune", "--keep", "1").code == 0
    assert project.run("report", "latest").code == 0
    assert earlier_nodes(trees_of(page.read_text(encoding="utf-8"))[0][0]) == []


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ("x " * 400, "entirely different", ("x " * 150) + "…"),
        ("same. " * 80 + "7 days", "same. " * 80 + "9 days", "…"),
    ],
)
def test_a_long_answer_is_cut_around_its_first_difference(
    tmp_path: Path, before: str, now: str, expected: str
) -> None:
    source = page_of(tmp_path, outcome(PASSED, before), outcome(FAILED, now))
    (tree,) = attributes_of(earlier_nodes(trees_of(source)[0][0])[0], "data-tree")
    parts = json.loads(tree)[2:]
    text = "".join(part if isinstance(part, str) else part[2] for part in parts)
    assert text.startswith(expected)
    assert len(text) <= 302
    assert len(parts) == 1 or parts[1][2] == "7"
