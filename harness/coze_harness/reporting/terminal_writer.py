"""Lines of the terminal: cut to its width in cells, in colour where it has some, else with marks.

What went and what came is never told by colour alone: without colours it stands in ``[-…-]`` and
``{+…+}``, and with them it is struck out or underlined.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from coze_harness.reporting.visible import show_control_characters
from coze_harness.text import DiffOperation, diff_texts
from coze_harness.text.tokenizer import split_tokens


class TextStyle(StrEnum):
    """What a piece of a line means."""

    PLAIN = "plain"
    BAD = "bad"
    GOOD = "good"
    DOUBT = "doubt"
    HEAD = "head"
    GONE = "gone"
    COME = "come"


class StyledText(NamedTuple):
    """A piece of a line."""

    text: str
    style: TextStyle = TextStyle.PLAIN


_STYLES: Final = {
    DiffOperation.SAME: TextStyle.PLAIN,
    DiffOperation.DEL: TextStyle.GONE,
    DiffOperation.INS: TextStyle.COME,
}
_MARKS: Final = {TextStyle.GONE: ("[-", "-]"), TextStyle.COME: ("{+", "+}")}
# Words of an unchanged stretch that are shown beside a change, and of a changed one in all.
_AROUND: Final = 14
_CHANGED: Final = 120
_MOST_LINES: Final = 8
_LONGEST: Final = 20_000
_REST: Final = "… (the report has it all)"


class TerminalWriter:
    """Writes lines.

    Args:
        width: cells in a line; 0 in a pipe, where no line is too long.
        paint: colours a text; `None` without colours.
    """

    def __init__(
        self, width: int = 0, paint: Callable[[TextStyle, str], str] | None = None
    ) -> None:
        self._width = width
        self._paint = paint

    def line(self, *spans: StyledText | str, end: str = "") -> str:
        """Return one line; where it is too long, what is before `end` is cut."""
        given = [span if isinstance(span, StyledText) else StyledText(span) for span in spans]
        last = [StyledText(end)] if end else []
        if self._width:
            given = _fitted(given, max(self._width - _cells(end), 0))
        return "".join(self._painted(span) for span in (*given, *last)).rstrip()

    def changed(self, before: str, after: str, head: str) -> list[str]:
        """Return the difference of two texts as lines, what stayed the same shortened.

        Args:
            before: the text that was.
            after: the text that is.
            head: begins the first line; the others are indented by as much.
        """
        indent = " " * _cells(head)
        lines = self._wrapped(_atoms(before, after, marks=self._paint is None), len(indent))
        shown = [
            f"{head if not number else indent}{''.join(self._painted(span) for span in spans)}"
            for number, spans in enumerate(lines[:_MOST_LINES])
        ]
        return [*shown, f"{indent}{_REST}"] if len(lines) > _MOST_LINES else shown

    def _wrapped(self, atoms: Iterator[StyledText], indent: int) -> list[list[StyledText]]:
        room = max(self._width - indent, 20) if self._width else 0
        lines: list[list[StyledText]] = [[]]
        used = 0
        for atom in atoms:
            cells = _cells(atom.text) if room else 0
            if used and used + cells > room:
                lines.append([])
                used = 0
            if cells > room:
                (atom,) = _fitted([atom], room)
            if not used and len(lines) > 1 and atom.text == " ":
                continue
            used += cells
            last = lines[-1]
            if last and last[-1].style is atom.style:
                last[-1] = StyledText(last[-1].text + atom.text, atom.style)
            else:
                last.append(atom)
        return lines

    def _painted(self, span: StyledText) -> str:
        if self._paint is None or span.style is TextStyle.PLAIN:
            return span.text
        return self._paint(span.style, span.text)


def _atoms(before: str, after: str, *, marks: bool) -> Iterator[StyledText]:
    """Give the difference word by word; with marks, they are part of the first and last word."""
    pieces = diff_texts(before[:_LONGEST], after[:_LONGEST]).pieces
    for number, (op, text) in enumerate(pieces):
        style = _STYLES[op]
        words = split_tokens(show_control_characters(text).replace("\n", "⏎").replace("\t", " "))
        if op is DiffOperation.SAME:
            words = _context(words, first=number == 0, last=number == len(pieces) - 1)
        elif len(words) > _CHANGED:
            words = [*words[:_CHANGED], "…"]
        if marks and style in _MARKS:
            opening, closing = _MARKS[style]
            words[0] = f"{opening}{words[0]}"
            words[-1] = f"{words[-1]}{closing}"
        yield from (StyledText(word, style) for word in words)


def _context(words: list[str], *, first: bool, last: bool) -> list[str]:
    """Return what is shown of an unchanged stretch: its ends that touch a change."""
    if first and last:
        return words
    if first:
        return words if len(words) <= _AROUND + 1 else ["…", *words[-_AROUND:]]
    if last:
        return words if len(words) <= _AROUND + 1 else [*words[:_AROUND], "…"]
    if len(words) <= 2 * _AROUND + 1:
        return words
    return [*words[:_AROUND], "…", *words[-_AROUND:]]


def _fitted(spans: Sequence[StyledText], width: int) -> list[StyledText]:
    """Return spans that take at most `width` cells, the last of them cut with ``…`` if need be."""
    if _cells("".join(span.text for span in spans)) <= width:
        return list(spans)
    from rich.cells import set_cell_size

    kept: list[StyledText] = []
    left = max(width - 1, 0)
    for text, style in spans:
        cells = _cells(text)
        if cells > left:
            kept.append(StyledText(f"{set_cell_size(text, left).rstrip()}…", style))
            break
        kept.append(StyledText(text, style))
        left -= cells
    return kept


def _cells(text: str) -> int:
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # a run in a pipe has no need of rich

    return cell_len(text)
