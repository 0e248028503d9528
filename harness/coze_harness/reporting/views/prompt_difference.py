"""The difference of two prompts of a bot, line by line, with the words marked that changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Final, NamedTuple

from coze_harness.reporting.views.answer_difference import MarkedSegment, answer_difference
from coze_harness.text import DiffOperation, diff_lines

_MAX_LINES: Final = 400
"""Changed lines that are shown."""
_AROUND: Final = 12
_EXAMPLE: Final = 30
# A line that is the same ends the last change.
_END: Final = (DiffOperation.SAME, "\n")


class PromptLine(NamedTuple):
    """A line of a difference: ``del`` or ``ins``, or ``same`` between two changes.

    `number` is its number in its own prompt, from 1. `skipped` unchanged lines are left out before
    it.
    """

    op: str
    number: int
    segments: Sequence[MarkedSegment]
    skipped: int


class PromptChange(NamedTuple):
    """A line that changed: its number (of the new prompt, or else of the old one) and both texts.

    A line that was only added or removed is None on the other side.
    """

    number: int
    before: str | None
    after: str | None
    segments: Sequence[MarkedSegment]


class PromptDifference(NamedTuple):
    """The lines to show, the changes, and how many lines the longer prompt has.

    `changes` has each changed line once.
    """

    lines: Sequence[PromptLine]
    changes: Sequence[PromptChange]
    total: int


def prompt_difference(before: str, after: str) -> PromptDifference:
    """Return the difference of two prompts. A line feed at the end of one only is no difference."""
    changes: list[PromptChange] = []
    lines: list[PromptLine] = []
    old = new = skipped = 0
    deleted: list[str] = []
    for op, text in [*diff_lines(_end_line(before), _end_line(after)), _END]:
        own = text.removesuffix("\n").split("\n")
        if op is DiffOperation.DEL:
            deleted = own
            continue
        inserted = own if op is DiffOperation.INS else []
        if deleted or inserted:
            pairs = list(_pairs(deleted, inserted, old, new))
            changes += pairs
            lines += _changed_lines(pairs, old, new, skipped)
            old, new, skipped = old + len(deleted), new + len(inserted), 0
            deleted = []
        if op is DiffOperation.SAME:
            if len(own) == 1 and lines:
                # One line that joins two changes says where they are.
                same = MarkedSegment(DiffOperation.SAME, own[0])
                lines.append(PromptLine("same", new + 1, [same], 0))
            else:
                skipped = len(own)
            old, new = old + len(own), new + len(own)
    while lines and lines[-1].op == "same":
        lines.pop()
    total = max(before.rstrip("\n").count("\n"), after.rstrip("\n").count("\n")) + 1
    return PromptDifference(lines[:_MAX_LINES], changes, total)


def _end_line(text: str) -> str:
    stripped = text.rstrip("\n")
    return f"{stripped}\n" if stripped else ""


def _pairs(
    deleted: Sequence[str], inserted: Sequence[str], old: int, new: int
) -> Iterator[PromptChange]:
    for at, (before, after) in enumerate(zip_longest(deleted, inserted)):
        if after is None:
            segments = [MarkedSegment(DiffOperation.DEL, before)]
            yield PromptChange(old + at + 1, before, None, segments)
        elif before is None:
            segments = [MarkedSegment(DiffOperation.INS, after)]
            yield PromptChange(new + at + 1, None, after, segments)
        else:
            diff = answer_difference(before, after)
            yield PromptChange(new + at + 1, before, after, diff.segments)


def _changed_lines(
    changes: Sequence[PromptChange], old: int, new: int, skipped: int
) -> Iterator[PromptLine]:
    """Yield the lines of changes that follow each other: each line before, then the line after."""
    for at, change in enumerate(changes):
        for op, text, begin in (("del", change.before, old), ("ins", change.after, new)):
            if text is not None:
                own = [one for one in change.segments if one.op in (op, DiffOperation.SAME)]
                yield PromptLine(op, begin + at + 1, own, skipped)
                skipped = 0


def shorten_change(segments: Sequence[MarkedSegment]) -> Sequence[MarkedSegment]:
    """Return a changed line for one line of text: what changed first, with a few words around."""
    at = [number for number, one in enumerate(segments) if one.op is not DiffOperation.SAME]
    facts = [number for number in at if segments[number].is_fact]
    if not at:
        return ()
    first = last = (facts or at)[0]
    while last + 1 < len(segments) and segments[last + 1].op is not DiffOperation.SAME:
        last += 1
    middle = [
        one._replace(text=one.text[:_EXAMPLE])
        for one in segments[first : last + 1]
        if one.is_fact or not facts
    ]
    head = (
        segments[first - 1].text if first and segments[first - 1].op is DiffOperation.SAME else ""
    )
    tail = segments[last + 1].text if last + 1 < len(segments) else ""
    before = head.lstrip("-*# ")[-_AROUND:]
    after = tail[:_AROUND]
    return [
        MarkedSegment(DiffOperation.SAME, before),
        *middle,
        MarkedSegment(DiffOperation.SAME, after),
    ]
