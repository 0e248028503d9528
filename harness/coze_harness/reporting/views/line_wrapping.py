"""Lines of a terminal: widths in cells, and wrapping between words and between wide characters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

_WIDE: Final = (
    "\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f"
    "\uff00-\uff60\uffe0-\uffe6\U00020000-\U0003fffd"
)
# No line ends with the first ones, and none begins with the others.
_OPENING: Final = "（《〈「『【〔“‘"
_CLOSING: Final = "，。；：！？、）》〉」』】〕”’…—～%％"
_UNITS: Final = (  # compiled when a line is first wrapped: `re` visits each character of a range
    rf"\s+|[{_OPENING}]*(?:[^\s{_WIDE}{_OPENING}{_CLOSING}]+|[{_WIDE}][])}}\"'.,:;!?]*)[{_CLOSING}]*"
    rf"|[{_OPENING}{_CLOSING}]+"
)


def cell_width(text: str) -> int:
    """Return how many cells of a terminal a text takes; a Chinese character takes two.

    By Unicode's East Asian Width. rich, which measures emoji by their sequences too, takes longer
    to import than a small run to report.
    """
    if text.isascii():
        return len(text)
    return sum([_character_width(character) for character in text])


@lru_cache(maxsize=4096)
def _character_width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def pad_cells(text: str, width: int) -> str:
    """Return a text with spaces up to a number of cells."""
    return text + " " * max(width - cell_width(text), 0)


def wrap_line(text: str, width: int) -> Iterator[str]:
    """Yield a line as lines of at most `width` cells. Only a longer word is wider; none is cut."""
    if cell_width(text) <= width:
        yield text
        return
    line, used = "", 0
    for unit in re.findall(_UNITS, text):
        cells = cell_width(unit)
        if line and used + cells > width and not unit.isspace():
            yield line.rstrip()
            line, used = "", 0
        line += unit
        used += cells
    if line:
        yield line.rstrip()


def wrap_labelled(line: str, width: int) -> Iterator[str]:
    """Yield a line in parts of at most `width` cells; the others are as far in as its text."""
    if cell_width(line) <= width:
        yield line
        return
    bare = line.lstrip()
    before = len(line) - len(bare)
    head, gap, rest = bare.partition(" ")
    indent = before + 2
    if head.endswith((":", "：")):
        # The text after a label, in its column.
        indent = before + cell_width(head + gap) + len(rest) - len(rest.lstrip())
        bare = rest.lstrip()
        first = line[: len(line) - len(bare)]
    else:
        first = " " * before
    parts = list(wrap_line(bare, max(width - max(indent, cell_width(first)), 8)))
    yield first + parts[0]
    yield from (" " * indent + part for part in parts[1:])


def fit_line(line: str, width: int) -> str:
    """Return a line of at most `width` cells, truncated with ``…``; 0 keeps the whole line."""
    if not width or cell_width(line) <= width:
        return line
    from rich.cells import set_cell_size

    return f"{set_cell_size(line, max(width - 1, 0)).rstrip()}…"
