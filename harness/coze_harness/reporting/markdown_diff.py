"""Differences in Markdown: a fence of lines that went and came, with the words that did in marks.

GitHub colours such lines, and between the marks the eye finds the word, in Chinese, too. Without
colours it still reads: ``[-…-]`` went, ``{+…+}`` came.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple, TypeAlias

import orjson

from coze_harness.reporting.markdown_escape import fenced

_MOST: Final = 1_500
# Unchanged characters beside a change, and unchanged lines.
_AROUND: Final = 30
_LINES_AROUND: Final = 1
_MARKS: Final = {"del": ("[-", "-]"), "ins": ("{+", "+}")}


class _Seg(NamedTuple):
    op: str
    text: str


_Line: TypeAlias = list[_Seg]


def diff_fence(tree: str) -> list[str]:
    """Return a tree of differences (see `diff_view`) as a fence; nothing where nothing differs."""
    lines = list(_lines(_pieces(tree)))
    if not any(line[0] in "-+" for line in lines):
        return []
    shown: list[str] = []
    left = _MOST
    for line in _near(lines):
        cut = line if len(line) <= left else f"{line[:left]}…"
        shown.append(cut)
        left -= len(cut)
        if left <= 0:
            shown.append("  … (the report has it all)")
            break
    return [*fenced(shown, "diff"), ""]


def _pieces(tree: str) -> Iterator[_Seg]:
    _tag, _attributes, *children = orjson.loads(tree)
    for child in children:
        if isinstance(child, str):
            yield _Seg("same", child)
        else:
            yield _Seg(child[0], "".join(child[2:]))


def _lines(pieces: Iterable[_Seg]) -> Iterator[str]:
    """Yield whole lines: those that stayed behind a blank, the others behind ``-`` and ``+``."""
    old: list[_Line] = [[]]
    new: list[_Line] = [[]]
    for op, text in pieces:
        first, *more = text.split("\n")
        for number, part in enumerate((first, *more)):
            if number and op == "same":
                yield from _changed(old, new)
                old, new = [[]], [[]]
            elif number:
                (old if op == "del" else new).append([])
            for lines, gone in ((old, "ins"), (new, "del")):
                if part and op != gone:
                    lines[-1].append(_Seg(op, part))
    yield from _changed(old, new)


def _changed(old: list[_Line], new: list[_Line]) -> Iterator[str]:
    """Yield lines of two sides that begin and end at the same place."""
    before = _common(old, new)
    after = _common(old[before:][::-1], new[before:][::-1])
    for line in old[:before]:
        yield f"  {_joined(line)}"
    for sign, side in (("-", old), ("+", new)):
        gone = side[before : len(side) - after]
        if gone != [[]]:
            yield from (f"{sign} {_marked(line)}" for line in gone)
    for line in old[len(old) - after :]:
        yield f"  {_joined(line)}"


def _common(old: Sequence[_Line], new: Sequence[_Line]) -> int:
    count = 0
    for one, other in zip(old, new, strict=False):
        if _joined(one) != _joined(other):
            break
        count += 1
    return count


def _joined(line: _Line) -> str:
    return "".join([seg.text for seg in line])


def _marked(line: _Line) -> str:
    """Return a changed line; where all of it changed, marks would only be in the way."""
    if not any(seg.op == "same" and seg.text.strip() for seg in line):
        return _joined(line)
    shown: list[str] = []
    for number, (op, text) in enumerate(line):
        if op == "same":
            shown.append(_short(text, first=number == 0, last=number == len(line) - 1))
        else:
            opening, closing = _MARKS[op]
            shown.append(f"{opening}{text}{closing}")
    return "".join(shown)


def _short(text: str, *, first: bool, last: bool) -> str:
    """Return the ends of an unchanged stretch that touch a change."""
    head = "" if first else text[:_AROUND]
    tail = "" if last else text[-_AROUND:]
    if (first and last) or len(text) <= len(head) + len(tail) + 1:
        return text
    return f"{head}…{tail}"


def _near(lines: Sequence[str]) -> Iterator[str]:
    """Yield lines that changed, and the next ones beside them."""
    changed = [number for number, line in enumerate(lines) if line[0] in "-+"]
    shown = {
        near
        for number in changed
        for near in range(number - _LINES_AROUND, number + _LINES_AROUND + 1)
    }
    skipped = False
    for number, line in enumerate(lines):
        if number not in shown:
            skipped = True
            continue
        if skipped:
            yield "  …"
        skipped = False
        yield line
    if skipped:
        yield "  …"
