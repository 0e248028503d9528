"""The documentation lists all mutation operators."""

from __future__ import annotations

from pathlib import Path

from coze_harness.mutation.operator_registry import OPERATORS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "mutation.md"


def test_the_page_describes_every_operator() -> None:
    rows = [line.split(" | ") for line in PAGE.read_text("utf-8").splitlines() if "| `" in line]
    assert [name for name, _change, _defect in rows] == [f"| `{one.name}`" for one in OPERATORS]
    assert all(change.endswith(".") and defect.strip(" |") for _name, change, defect in rows)
