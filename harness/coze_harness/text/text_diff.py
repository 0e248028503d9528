"""The difference of two texts: lines first, then words, numbers and graphemes in changed lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import chain, groupby
from typing import Final, NamedTuple

from msgspec import Struct

from coze_harness.text.line_pairing import align_lines
from coze_harness.text.sequence_alignment import AlignedSpan, align_sequences, merge_islands
from coze_harness.text.text_similarity import similarity
from coze_harness.text.tokenizer import is_diffable_by_word, split_lines, split_tokens

# Unrelated answers have a similarity of 0.1 to 0.2, in Chinese and in English; paraphrases 0.5 and
# more.
_MIN_SIMILARITY: Final = 0.3
# An answer that only grew or shrank is not rewritten: this share of the shorter one is still there.
_MIN_KEPT: Final = 0.5

# One such character left between two changes makes them harder to read, not easier.
_CJK: Final = "[⺀-〿ぁ-㏿㐀-鿿가-힣豈-﫿︰-﹏！-｠￠-￦\U00020000-\U0003ffff]"
# Compiled when texts first differ: `re` visits each character of a range.
_ISLAND: Final = rf"[^\S\n]+|{_CJK}"


class DiffOperation(StrEnum):
    """What happened to a segment of text."""

    SAME = "same"
    DEL = "del"
    INS = "ins"


class DiffSegment(NamedTuple):
    """A part of a text that is the same, was deleted or was inserted."""

    op: DiffOperation
    text: str


class TextDiff(Struct, frozen=True):
    """What differs between two texts.

    Attributes:
        pieces: in reading order; the SAME and DEL ones joined are the text before, the SAME and INS
            ones the text after. Neighbours differ in `op`; a DEL comes before its INS. No text is
            empty.
        similarity: 0 to 1, as `text.similarity` returns it.
        rewritten: the texts have too little in common, or are too long, for a comparison word by
            word: `pieces` is the whole text before and the whole text after.
    """

    pieces: tuple[DiffSegment, ...]
    similarity: float
    rewritten: bool


def diff_texts(before: str, after: str) -> TextDiff:
    """Return what differs between two texts, for a person to read.

    Lines are aligned first; inside changed ones, words, numbers and graphemes are compared. An
    equal segment of one Chinese character, or of white space only, between two changes becomes part
    of them. It takes up to 20 ms for 8,000 characters, and the result is always the same.
    """
    score = similarity(before, after)
    if before == after:
        return TextDiff(_whole_segments(before, after), score, rewritten=False)
    pieces = _merge_neighbours(_compare(before, after))
    is_distant = score < _MIN_SIMILARITY or not is_diffable_by_word(before, after)
    if is_distant and not _is_mostly_kept(pieces, min(len(before), len(after))):
        return TextDiff(_whole_segments(before, after), score, rewritten=True)
    return TextDiff(pieces, score, rewritten=False)


def diff_lines(before: str, after: str) -> tuple[DiffSegment, ...]:
    r"""Return what differs between two texts line by line; each piece's text is whole lines.

    A changed line is a DEL followed by its INS, pair by pair. A line ends with its ``\n``, which
    only the last line of a text may lack.
    """
    old, new = split_lines(before), split_lines(after)
    spans = chain.from_iterable(
        [span]
        if span.equal or (span.stop - span.start) * (span.end - span.begin) <= 1
        else (
            inner.shift(span.start, span.begin)
            for inner in align_sequences(old[span.start : span.stop], new[span.begin : span.end])
        )
        for span in align_lines(old, new)
    )
    pieces = chain.from_iterable(_span_segments(span, old, new) for span in spans)
    groups = groupby(pieces, key=lambda piece: piece.op)
    return tuple(DiffSegment(op, "".join(piece.text for piece in group)) for op, group in groups)


def _compare(before: str, after: str) -> Iterator[DiffSegment]:
    old, new = split_lines(before), split_lines(after)
    for span in align_lines(old, new):
        deleted = "".join(old[span.start : span.stop])
        inserted = "".join(new[span.begin : span.end])
        if span.equal or not is_diffable_by_word(deleted, inserted):
            yield from _whole_segments(deleted, inserted)
        else:
            yield from _compare_tokens(split_tokens(deleted), split_tokens(inserted))


def _compare_tokens(before: Sequence[str], after: Sequence[str]) -> Iterator[DiffSegment]:
    def is_island(span: AlignedSpan) -> bool:
        return re.fullmatch(_ISLAND, "".join(before[span.start : span.stop])) is not None

    for span in merge_islands(align_sequences(before, after), is_island):
        yield from _span_segments(span, before, after)


def _span_segments(
    span: AlignedSpan, before: Sequence[str], after: Sequence[str]
) -> tuple[DiffSegment, ...]:
    deleted = "".join(before[span.start : span.stop])
    inserted = deleted if span.equal else "".join(after[span.begin : span.end])
    return _whole_segments(deleted, inserted)


def _merge_neighbours(pieces: Iterable[DiffSegment]) -> tuple[DiffSegment, ...]:
    """Join equal neighbours into one, and changed neighbours into one DEL and one INS."""
    merged: list[DiffSegment] = []
    for same, group in groupby(pieces, key=lambda piece: piece.op is DiffOperation.SAME):
        neighbours = list(group)
        for op in (DiffOperation.SAME,) if same else (DiffOperation.DEL, DiffOperation.INS):
            text = "".join(piece.text for piece in neighbours if piece.op is op)
            if text:
                merged.append(DiffSegment(op, text))
    return tuple(merged)


def _is_mostly_kept(pieces: Sequence[DiffSegment], shorter: int) -> bool:
    same_length = sum(len(piece.text) for piece in pieces if piece.op is DiffOperation.SAME)
    return same_length >= _MIN_KEPT * shorter


def _whole_segments(before: str, after: str) -> tuple[DiffSegment, ...]:
    """Return one text as deleted and the other as inserted, or both as the same."""
    if before == after:
        return (DiffSegment(DiffOperation.SAME, before),) if before else ()
    pair = (DiffSegment(DiffOperation.DEL, before), DiffSegment(DiffOperation.INS, after))
    return tuple(segment for segment in pair if segment.text)
