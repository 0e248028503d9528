"""Lines of the terminal: truncated to its width in cells, in colour or with marks.

Colour alone never shows a difference, and what is copied from a terminal has none: removed text is
in ``[-…-]`` and added text in ``{+…+}``; with colours it is struck out or underlined, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from coze_harness.reporting.views.safe_text import show_control_characters
from coze_harness.text import DiffOperation, diff_texts
from coze_harness.text.tokenizer import split_tokens


class TextStyle(StrEnum):
    """The meaning of a part of a line."""

    PLAIN = "plain"
    BAD = "bad"
    GOOD = "good"
    DOUBT = "doubt"
    HEAD = "head"
    REMOVED = "removed"
    ADDED = "added"


class StyledText(NamedTuple):
    """A part of a line."""

    text: str
    style: TextStyle = TextStyle.PLAIN


_STYLES: Final = {
    DiffOperation.SAME: TextStyle.PLAIN,
    DiffOperation.DEL: TextStyle.REMOVED,
    DiffOperation.INS: TextStyle.ADDED,
}
_MARKS: Final = {TextStyle.REMOVED: ("[-", "-]"), TextStyle.ADDED: ("{+", "+}")}
# Numbers of words to show: of unchanged text next to a change, and of a changed text.
_CONTEXT: Final = 14
_MAX_CHANGED: Final = 120
_MAX_LINES: Final = 8
_TEXT_LIMIT: Final = 20_000
_REST: Final = "…"


class TerminalWriter:
    """Formats lines.

    Args:
        width: cells in a line; 0 in a pipe, where lines have no limit.
        paint: colours a text; None without colours.
    """

    def __init__(
        self, width: int = 0, paint: Callable[[TextStyle, str], str] | None = None
    ) -> None:
        self._width = width
        self._paint = paint

    def line(self, *spans: StyledText | str, end: str = "") -> str:
        """Return one line; if it is too long, the part before `end` is truncated."""
        parts = [span if isinstance(span, StyledText) else StyledText(span) for span in spans]
        if self._width:
            parts = _fit(parts, max(self._width - _cells(end), 0))
        return ("".join(map(self._paint_span, parts)) + end).rstrip()

    def difference(self, before: str, after: str, head: str) -> list[str]:
        """Return the difference of two texts as lines, with unchanged text shortened.

        Args:
            before: the old text.
            after: the new text.
            head: begins the first line; the others are indented as much.
        """
        indent = " " * _cells(head)
        lines = self._wrap(_atoms(before, after), len(indent))
        first = [
            f"{head if not number else indent}{''.join(self._paint_span(span) for span in spans)}"
            for number, spans in enumerate(lines[:_MAX_LINES])
        ]
        return [*first, f"{indent}{_REST}"] if len(lines) > _MAX_LINES else first

    def _wrap(self, atoms: Iterator[StyledText], indent: int) -> list[list[StyledText]]:
        room = max(self._width - indent, 20) if self._width else 0
        lines: list[list[StyledText]] = [[]]
        used = 0
        for atom in atoms:
            cells = _cells(atom.text) if room else 0
            if used and used + cells > room:
                lines.append([])
                used = 0
            if cells > room:
                atom = _fit_word(atom, room)
            if not used and len(lines) > 1 and atom.text == " ":
                continue
            used += cells
            last = lines[-1]
            if last and last[-1].style is atom.style:
                last[-1] = StyledText(last[-1].text + atom.text, atom.style)
            else:
                last.append(atom)
        return lines

    def _paint_span(self, span: StyledText) -> str:
        if self._paint is None or span.style is TextStyle.PLAIN:
            return span.text
        return self._paint(span.style, span.text)


def _atoms(before: str, after: str) -> Iterator[StyledText]:
    """Yield the difference word by word; marks are part of the first and last word."""
    pieces = diff_texts(before[:_TEXT_LIMIT], after[:_TEXT_LIMIT]).pieces
    for number, (op, text) in enumerate(pieces):
        style = _STYLES[op]
        words = split_tokens(show_control_characters(text).replace("\n", "⏎").replace("\t", " "))
        if op is DiffOperation.SAME:
            words = _context(words, first=number == 0, last=number == len(pieces) - 1)
        elif len(words) > _MAX_CHANGED:
            words = [*words[:_MAX_CHANGED], "…"]
        if style in _MARKS:
            opening, closing = _MARKS[style]
            words[0] = f"{opening}{words[0]}"
            words[-1] = f"{words[-1]}{closing}"
        yield from (StyledText(word, style) for word in words)


def _fit_word(word: StyledText, width: int) -> StyledText:
    """Return a word of at most `width` cells; one that is truncated keeps its closing mark."""
    closing = _MARKS.get(word.style, ("", ""))[1]
    end = closing if word.text.endswith(closing) else ""
    text = word.text.removesuffix(end)
    (fitted,) = _fit([StyledText(text, word.style)], width - len(end))
    return StyledText(f"{fitted.text}{end}", word.style)


def _context(words: list[str], *, first: bool, last: bool) -> list[str]:
    """Return what is shown of unchanged text: its ends that touch a change."""
    if first and last:
        return words
    head = [] if first else words[:_CONTEXT]
    tail = [] if last else words[-_CONTEXT:]
    room = _CONTEXT + 1 if first or last else 2 * _CONTEXT + 1
    return words if len(words) <= room else [*head, "…", *tail]


def _fit(spans: Sequence[StyledText], width: int) -> list[StyledText]:
    """Return spans of at most `width` cells; the last one may be truncated with ``…``."""
    if _cells("".join(span.text for span in spans)) <= width:
        return list(spans)
    from rich.cells import set_cell_size

    fitted: list[StyledText] = []
    left = max(width - 1, 0)
    for text, style in spans:
        cells = _cells(text)
        if cells > left:
            fitted.append(StyledText(f"{set_cell_size(text, left).rstrip()}…", style))
            break
        fitted.append(StyledText(text, style))
        left -= cells
    return fitted


def _cells(text: str) -> int:
    if text.isascii():
        return len(text)
    from rich.cells import cell_len  # not needed by a run in a pipe

    return cell_len(text)
