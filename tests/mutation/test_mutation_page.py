"""The documentation lists all mutation operators."""

from __future__ import annotations

from pathlib import Path

from coze_harness.mutation import OPERATORS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "mutation.md"


def test_the_page_describes_every_operator() -> None:
    text = PAGE.read_text("utf-8")
    shown = [line for line in text.splitlines() if line.startswith("| `")]
    assert shown == [f"| `{o.name}` | {o.summary} | {o.defect_class} |" for o in OPERATORS]
