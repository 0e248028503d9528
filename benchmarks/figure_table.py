"""Results as text: an aligned table for a terminal, or Markdown for the documentation."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from benchmarks.figures import BenchmarkResult, Figure

_HEAD = ("measured", "target", "median", "least", "most", "unit", "")


def format_plain(result: BenchmarkResult) -> str:
    """Return a benchmark's result for a terminal."""
    rows = [_HEAD, *map(_cells, result.figures)]
    widths = [max(_width(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = [result.title, *(_align(row, widths) for row in rows)]
    return "\n".join([*lines, *(f"  {remark}" for remark in result.remarks)]) + "\n"


def format_markdown(result: BenchmarkResult, setup: str) -> str:
    """Return a benchmark's result for a page; `setup` names machine and versions."""
    lines = [f"| {' | '.join(_HEAD)} |", "|---|---|--:|--:|--:|---|---|"]
    lines += [f"| {' | '.join(_cells(figure))} |" for figure in result.figures]
    lines += ["", *(f"- {remark}" for remark in result.remarks), f"- {setup}"]
    return f"**{result.title}**\n\n" + "\n".join(lines) + "\n"


def insert_result(page: str, benchmark: str, text: str) -> str:
    """Return a page with a benchmark's result between its two marks.

    A page without these marks gets them at its end.
    """
    begin, end = f"<!-- measured: {benchmark} -->", f"<!-- /measured: {benchmark} -->"
    head, opening, rest = page.partition(begin)
    _old, closing, tail = rest.partition(end)
    if opening and closing:
        return f"{head}{begin}\n{text}{end}{tail}"
    return f"{page}\n{begin}\n{text}{end}\n".lstrip("\n")


def _cells(figure: Figure) -> tuple[str, ...]:
    numbers = map(format_number, (figure.value, figure.least, figure.most))
    return (figure.name, str(figure.goal or ""), *numbers, figure.unit, figure.verdict)


def format_number(value: float) -> str:
    """Return a number with about three significant digits."""
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def _align(cells: Sequence[str], widths: Sequence[int]) -> str:
    columns: list[str] = []
    for column, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        padding = " " * (width - _width(cell))
        columns.append(padding + cell if 2 <= column <= 4 else cell + padding)
    return "  ".join(columns).rstrip()


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)
