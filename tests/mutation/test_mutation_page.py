"""The page on spoilings is in step with the table of them."""

from __future__ import annotations

from pathlib import Path

from coze_harness.mutation import OPERATORS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "mutation.md"


def test_the_page_tells_every_spoiling_as_the_table_does() -> None:
    text = PAGE.read_text("utf-8")
    shown = [line for line in text.splitlines() if line.startswith("| `")]
    assert shown == [f"| `{s.name}` | {s.summary} | {s.defect_class} |" for s in OPERATORS]
    assert len(OPERATORS) == 19
    assert "in nineteen ways" in text
