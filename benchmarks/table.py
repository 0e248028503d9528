"""The findings as text: a plain aligned table, or Markdown for the docs."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from benchmarks.comparing import Found, Line

_HEAD = ("measured", "asked", "median", "least", "most", "unit", "")


def plain(found: Sequence[Found]) -> str:
    """Return findings for a terminal."""
    rows = [[_cells(line) for line in one.lines] for one in found]
    everything = [_HEAD, *(cells for one in rows for cells in one)]
    widths = [max(_width(row[at]) for row in everything) for at in range(len(_HEAD))]
    out: list[str] = []
    for one, lines in zip(found, rows, strict=True):
        out += ["", one.title, _aligned(_HEAD, widths)]
        out += [_aligned(cells, widths) for cells in lines]
        out += [f"  {remark}" for remark in one.remarks]
    return "\n".join(out).lstrip("\n") + "\n"


def markdown(found: Sequence[Found]) -> str:
    """Return findings for a page."""
    out: list[str] = []
    for one in found:
        out += [f"### {one.title}", "", f"| {' | '.join(_HEAD)} |", "|---|---|--:|--:|--:|---|---|"]
        out += [f"| {' | '.join(_cells(line))} |" for line in one.lines]
        out.append("")
        if one.remarks:
            out += [*(f"- {remark}" for remark in one.remarks), ""]
    return "\n".join(out)


def _cells(line: Line) -> tuple[str, ...]:
    asked = str(line.aim) if line.aim else ""
    figures = (number(line.value), number(line.least), number(line.most))
    return (line.what, asked, *figures, line.unit, line.word)


def number(value: float) -> str:
    """Return a number with about three digits that count."""
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [
        " " * (width - _width(cell)) + cell if 2 <= at <= 4 else cell + " " * (width - _width(cell))
        for at, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "  ".join(padded).rstrip()


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)
