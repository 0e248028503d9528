"""Scenarios by bots: what is shown where several bots met the same scenario."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence

import pytest
from builders import key, run
from coze_harness.messages import Catalogue
from coze_harness.model import Run, TrialRow, TrialStatus, replace
from coze_harness.reporting.files.markdown_report import MarkdownWriter
from coze_harness.reporting.fragment_spool import Fragments, FragmentSpool
from coze_harness.reporting.html import HtmlWriter
from coze_harness.reporting.terminal.terminal_summary import bot_table
from coze_harness.reporting.views.bot_matrix import build_matrix, preview_answer
from coze_harness.reporting.views.failure_causes import Causes
from coze_harness.reporting.views.run_view import run_view

P, F, E = TrialStatus.PASSED, TrialStatus.FAILED, TrialStatus.ERROR


def rows(*places: tuple[str, str, str, TrialStatus]) -> list[TrialRow]:
    results: list[TrialRow] = []
    for number, (scenario, case, bot, status) in enumerate(places):
        trial_key = key(f"{scenario}@{bot}#{number}", scenario=scenario, bot=bot, case=case)
        results.append(TrialRow(key=trial_key, status=status, seconds=1.0))
    return results


def of_rows(members: Sequence[TrialRow]) -> Run:
    return replace(run([]), rows=tuple(members))


def page(of: Sequence[TrialRow], writer: HtmlWriter | MarkdownWriter) -> str:
    out = io.BytesIO()
    with FragmentSpool() as spool:
        run_of_rows = of_rows(of)
        writer.write(run_of_rows, run_view(run_of_rows, Causes()), Fragments(spool, 0), out)
    return out.getvalue().decode()


def encode_answers(*answers: str) -> bytes:
    return json.dumps({"turns": [{"answer": answer} for answer in answers]}).encode()


def test_one_bot_alone_has_no_matrix() -> None:
    assert build_matrix(rows(("a", "", "gpt", P), ("b", "", "claude", P))) is None
    assert bot_table(of_rows(rows(("a", "", "gpt", P))), words=Catalogue()) == []


def test_lines_that_differ_come_first_and_totals_count_what_is_shared() -> None:
    matrix = build_matrix(
        rows(
            ("same", "", "gpt", P), ("same", "", "claude", P),
            ("alone", "", "gpt", F),
            ("other", "北京", "gpt", P), ("other", "北京", "claude", F),
        )
    )  # fmt: skip
    assert matrix is not None
    assert matrix.bots == ["gpt", "claude"]
    assert matrix.totals == ["2/2", "1/2"]
    assert [(line.name, line.differs) for line in matrix.rows] == [
        ("other[北京]", True),
        ("same", False),
    ]


def test_a_cell_shows_its_worst_trial_and_how_many_passed() -> None:
    matrix = build_matrix(
        rows(("a", "", "gpt", P), ("a", "", "gpt", E), ("a", "", "gpt", P), ("a", "", "claude", P))
    )
    assert matrix is not None
    first, second = matrix.rows[0].cells
    assert first is not None
    assert second is not None
    assert (first.status, first.share) == (E, "2/3")
    assert (second.status, second.share) == (P, "")


def test_a_bot_that_did_not_run_leaves_its_cell_empty() -> None:
    matrix = build_matrix(
        rows(
            ("a", "", "gpt", P), ("a", "", "claude", P), ("b", "", "gpt", P), ("b", "", "gemini", P)
        )
    )
    assert matrix is not None
    assert [cell is None for cell in matrix.rows[1].cells] == [False, True, False]


def test_a_preview_is_the_last_answer_and_the_whole_text_where_it_is_longer() -> None:
    short = preview_answer(encode_answers("", "七天\n内可退。"))
    assert short is not None
    assert (short.beginning, short.text, short.language) == ("七天 内可退。", "", "zh")
    long = preview_answer(encode_answers("first", "x" * 61, ""))
    assert long is not None
    assert (long.beginning, long.text) == (f"{'x' * 60}…", "x" * 61)
    huge = preview_answer(encode_answers("\u202e" + "y" * 5_000))
    assert huge is not None
    assert "\u202e" not in huge.beginning + huge.text
    assert len(huge.text) < 1_200


@pytest.mark.parametrize("record", [b"null", b"", b'{"turns":[{"answer":null}]}', b"{"])
def test_what_has_no_answer_has_no_preview(record: bytes) -> None:
    assert preview_answer(record) is None


def test_every_output_has_the_table_and_hostile_names_are_text() -> None:
    hostile = "<script>alert(1)</script>|@all"
    of = rows(("退货", "", hostile, P), ("退货", "", "豆包", F))
    html = page(of, HtmlWriter())
    assert '<table class="matrix">' in html
    assert "<script>alert" not in html
    markdown = page(of, MarkdownWriter())
    assert "| `退货` | ✓ passed | ✗ failed |" in markdown
    lines = bot_table(of_rows(of), words=Catalogue())
    assert lines[0].startswith("bots side by side")
    assert "✓ passed" in lines[1]
    assert "✗ failed" in lines[1]


def test_the_terminals_table_keeps_its_columns_in_chinese_and_its_width() -> None:
    from rich.cells import cell_len

    of = rows(
        ("退货政策", "", "豆包", P),
        ("退货政策", "", "gpt", F),
        ("a", "", "豆包", P),
        ("a", "", "gpt", P),
    )
    head, *lines = bot_table(of_rows(of), words=Catalogue())
    starts = {cell_len(line[: line.index("passed")]) for line in lines if "✓ passed" in line[:40]}
    assert len(starts) <= 2
    assert all(cell_len(line) <= 24 for line in bot_table(of_rows(of), width=24, words=Catalogue()))
    assert cell_len(head) >= 30
