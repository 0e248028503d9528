"""The findings as text: a plain aligned table, or Markdown for the docs."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from benchmarks.comparing import Found, Line

_HEAD = ("measured", "target", "median", "least", "most", "unit", "")


def plain(one: Found) -> str:
    """Return a row's findings for a terminal."""
    rows = [_HEAD, *(_cells(line) for line in one.lines)]
    widths = [max(_width(row[at]) for row in rows) for at in range(len(_HEAD))]
    lines = [one.title, *(_aligned(row, widths) for row in rows)]
    return "\n".join([*lines, *(f"  {remark}" for remark in one.remarks)]) + "\n"


def markdown(one: Found, circumstances: str) -> str:
    """Return a row's findings for a page."""
    out = [f"| {' | '.join(_HEAD)} |", "|---|---|--:|--:|--:|---|---|"]
    out += [f"| {' | '.join(_cells(line))} |" for line in one.lines]
    out += ["", *(f"- {remark}" for remark in one.remarks), f"- {circumstances}"]
    return f"**{one.title}**\n\n" + "\n".join(out) + "\n"


def placed(page: str, row: str, text: str) -> str:
    """Return a page with a row's findings in their place, between its two marks.

    A page without such marks gets them at its end.
    """
    begin, end = f"<!-- measured: {row} -->", f"<!-- /measured: {row} -->"
    head, found, rest = page.partition(begin)
    _old, closed, tail = rest.partition(end)
    if found and closed:
        return f"{head}{begin}\n{text}{end}{tail}"
    return f"{page}\n{begin}\n{text}{end}\n".lstrip("\n")


def _cells(line: Line) -> tuple[str, ...]:
    target = str(line.aim) if line.aim else ""
    figures = (number(line.value), number(line.least), number(line.most))
    return (line.what, target, *figures, line.unit, line.word)


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
