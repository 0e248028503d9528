"""The difference of two texts in a terminal: readable without colours, too, and not too wide."""

from __future__ import annotations

import re

import pytest
from coze_harness.reporting.terminal.terminal_writer import TerminalWriter, TextStyle
from rich.cells import cell_len


def _paint(style: TextStyle, text: str) -> str:
    return f"\x1b[{len(style)}m{text}\x1b[0m"


def _copy_lines(lines: list[str]) -> str:
    """Return lines as they are copied from a terminal: without colours."""
    return re.sub(r"\x1b\[\d+m", "", "\n".join(lines))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("我们早上9:00开门。", "我们早上10:00开门。", "我们早上[-9:00-]{+10:00+}开门。"),
        ("可以退。", "不可以退。", "{+不+}可以退。"),
        ("共5元整", "共元整", "共[-5-]元整"),
    ],
)
def test_a_difference_without_colours_keeps_its_marks(
    before: str, after: str, expected: str
) -> None:
    plain = TerminalWriter().difference(before, after, "")
    coloured = TerminalWriter(80, _paint).difference(before, after, "")
    assert plain == [expected]
    assert _copy_lines(coloured) == expected
    assert coloured != plain


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("甲" * 90, "乙" * 90),
        ("a" * 90, "b" * 90),
        ("上午九点开门，晚上六点关门。" * 9, "上午十点开门，晚上8:00关门。" * 9),
    ],
    ids=["Chinese", "words", "mixed"],
)
@pytest.mark.parametrize("width", [30, 41, 80])
def test_no_line_is_wider_than_the_terminal(before: str, after: str, width: int) -> None:
    lines = TerminalWriter(width, _paint).difference(before, after, "回答  ")
    text = _copy_lines(lines)
    assert max(map(cell_len, text.split("\n"))) <= width
    assert text.count("[-") == text.count("-]") or text.endswith("…")
