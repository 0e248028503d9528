"""The difference of two answers, in which a fact that changed is one piece and is marked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby
from typing import TYPE_CHECKING, Final, NamedTuple

from coze_harness.text import DiffOperation, DiffSegment, diff_texts

if TYPE_CHECKING:  # its patterns take a tenth of a small run, and only comparisons need them
    from coze_harness.text.facts import Fact, FactChanges

# A statement that was negated is longer than what changed in it.
_WHOLE_KINDS: Final = frozenset({"number", "unit", "date", "name"})
# Facts of longer texts are not marked: finding them takes a millisecond for each 500 characters.
_MAX_MARKED: Final = 8_000


class MarkedSegment(NamedTuple):
    """A part of a difference; `is_fact`: it is a number, date, name or negation that changed."""

    op: DiffOperation
    text: str
    is_fact: bool = False


class AnswerDifference(NamedTuple):
    """The segments of a difference; `rewritten`: both texts are whole, one after the other."""

    segments: Sequence[MarkedSegment]
    rewritten: bool


def answer_difference(before: str, after: str) -> AnswerDifference:
    """Return the difference of two texts with the facts that changed.

    A number, date or name that changed is never cut: of ``5–7 天`` and ``3 天``, all is replaced.
    """
    diff = diff_texts(before, after)
    segments: list[MarkedSegment] = []
    if before != after and len(before) + len(after) <= _MAX_MARKED:
        from coze_harness.text.facts import compare_facts  # see above

        if changes := compare_facts(before, after):
            segments += mark_facts(diff.pieces, *_changed_facts(before, after, changes))
    return AnswerDifference(
        segments or [MarkedSegment(*piece) for piece in diff.pieces], diff.rewritten
    )


def _changed_facts(
    before: str, after: str, changes: FactChanges
) -> tuple[Sequence[Fact], Sequence[Fact]]:
    """Return the facts of each text that changed: all occurrences, of which a change has one."""
    every = (*changes.changed, *changes.added, *changes.removed)
    return (
        _occurrences(before, [change.before for change in every if change.before]),
        _occurrences(after, [change.after for change in every if change.after]),
    )


def _occurrences(text: str, facts: Sequence[Fact]) -> Sequence[Fact]:
    from coze_harness.text.facts import extract_facts  # see above

    keys = {(fact.kind, fact.value) for fact in facts}
    return [*facts, *(one for one in extract_facts(text) if (one.kind, one.value) in keys)]


def mark_facts(
    pieces: Iterable[DiffSegment], lost: Sequence[Fact], gained: Sequence[Fact]
) -> Iterator[MarkedSegment]:
    """Yield a difference in which facts that changed are whole and marked.

    Args:
        pieces: the difference of two texts.
        lost: the facts of the text before that changed.
        gained: the facts of the text after that changed.
    """
    old, new = _Spans(lost), _Spans(gained)
    deleted: list[tuple[str, bool]] = []
    inserted: list[tuple[str, bool]] = []
    begin = start = 0
    for op, text in pieces:
        if op is DiffOperation.DEL:
            deleted += old.split(text, begin)
            begin += len(text)
        elif op is DiffOperation.INS:
            inserted += new.split(text, start)
            start += len(text)
        else:
            for part, is_cut in _cut(text, begin, start, old, new):
                if is_cut:
                    deleted += old.split(part, begin)
                    inserted += new.split(part, start)
                else:
                    yield from _changed_parts(deleted, inserted)
                    deleted, inserted = [], []
                    yield MarkedSegment(DiffOperation.SAME, part)
                begin += len(part)
                start += len(part)
    yield from _changed_parts(deleted, inserted)


class _Spans:
    """Where the facts of one text are."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        self._marked = set(chain.from_iterable(range(fact.start, fact.end) for fact in facts))
        self._whole = set(
            chain.from_iterable(
                range(fact.start, fact.end) for fact in facts if fact.kind in _WHOLE_KINDS
            )
        )

    def is_whole(self, at: int) -> bool:
        """Return whether a character belongs to a fact that is not cut."""
        return at in self._whole

    def split(self, text: str, begin: int) -> Iterator[tuple[str, bool]]:
        """Yield the parts of a text that starts at `begin`, and whether they belong to a fact."""
        for is_fact, group in groupby(
            enumerate(text, begin), key=lambda pair: pair[0] in self._marked
        ):
            yield "".join([character for _, character in group]), is_fact


def _cut(text: str, begin: int, start: int, old: _Spans, new: _Spans) -> Iterator[tuple[str, bool]]:
    """Yield the parts of an unchanged text, and whether they belong to a fact that changed."""
    for is_cut, group in groupby(
        enumerate(text),
        key=lambda pair: old.is_whole(begin + pair[0]) or new.is_whole(start + pair[0]),
    ):
        yield "".join([character for _, character in group]), is_cut


def _changed_parts(
    deleted: Sequence[tuple[str, bool]], inserted: Sequence[tuple[str, bool]]
) -> Iterator[MarkedSegment]:
    for op, parts in ((DiffOperation.DEL, deleted), (DiffOperation.INS, inserted)):
        for is_fact, group in groupby(parts, key=lambda part: part[1]):
            text = "".join([part for part, _ in group])
            if text:
                yield MarkedSegment(op, text, is_fact)
