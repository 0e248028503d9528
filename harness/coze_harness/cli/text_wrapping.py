"""Wraps texts by the width of their characters in a terminal; a Chinese one is two cells wide."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

_WIDE: Final = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
# No line begins with the first ones, and none ends with the others.
_CLOSING: Final = "，。；：！？）、”’》…"
_OPENING: Final = "（“‘《"
_UNIT: Final = re.compile(
    rf"\s+|[{_OPENING}]*(?:[^\s{_WIDE}{_OPENING}{_CLOSING}]+|[{_WIDE}])[{_CLOSING}]*|."
)


def wrap_cells(text: str, width: int) -> list[str]:
    """Return a text as lines of at most `width` cells; only a longer word exceeds them."""
    from rich.cells import cell_len

    lines: list[str] = []
    line, used = "", 0
    for unit in _UNIT.findall(text):
        cells = cell_len(unit.rstrip())
        if line and used + cells > width:
            lines.append(line.rstrip())
            line, used = "", 0
        if not line and unit.isspace():
            continue
        line, used = line + unit, used + cell_len(unit)
    return [*lines, line.rstrip()] if line else lines


def definition_lines(
    entries: Sequence[tuple[str, str]], *, width: int, most: int = 24
) -> Iterator[str]:
    """Yield names with their texts in a second column.

    Args:
        entries: each name and its text.
        width: cells of a line.
        most: cells of the longest name that has its text on the same line.
    """
    from rich.cells import cell_len

    column = 4 + max((size for name, _ in entries if (size := cell_len(name)) <= most), default=0)
    for name, text in entries:
        first, *others = wrap_cells(text, width - column) or [""]
        size = cell_len(name)
        if size > most:
            yield f"  {name}"
            yield f"{' ' * column}{first}"
        else:
            yield f"  {name}{' ' * (column - 2 - size)}{first}".rstrip()
        yield from (f"{' ' * column}{line}" for line in others)
