"""The diff: lines first, then words, numbers and graphemes inside those that changed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby

from coze_harness.text.line_pairing import align_lines
from coze_harness.text.pieces import DiffOperation, DiffSegment, TextDiff, replaced_whole
from coze_harness.text.sequence_alignment import AlignedSpan, align_sequences, merge_islands
from coze_harness.text.text_similarity import similarity
from coze_harness.text.tokenizer import is_diffable_by_word, split_lines, split_tokens

# Unrelated answers are 0.1 to 0.2 alike in Chinese as in English, retold ones 0.5 and more.
_REWRITTEN = 0.3
# An answer that only grew or shrank is not rewritten: this much of the shorter one still stands.
_STANDING = 0.5

# One such character left between two changes makes them harder to read, not easier.
_CJK = "[⺀-〿ぁ-㏿㐀-鿿가-힣豈-﫿︰-﹏！-｠￠-￦\U00020000-\U0003ffff]"
_ISLAND = re.compile(rf"[^\S\n]+|{_CJK}")


def diff_texts(before: str, after: str) -> TextDiff:
    """Return what differs between two texts, to be read by a person.

    Lines are lined up first; inside changed ones, words, numbers and graphemes are told apart. An
    equal piece of one Chinese character, or of mere white space, between two changes is taken into
    them. It takes some 20 ms for 8,000 characters at worst, and is the same whenever it is done.
    """
    alike = similarity(before, after)
    if before == after:
        return TextDiff(replaced_whole(before, after), alike, rewritten=False)
    pieces = _joined(_compared(before, after))
    distant = alike < _REWRITTEN or not is_diffable_by_word(before, after)
    if distant and not _stands(pieces, min(len(before), len(after))):
        return TextDiff(replaced_whole(before, after), alike, rewritten=True)
    return TextDiff(pieces, alike, rewritten=False)


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
            inner.moved(span.start, span.begin)
            for inner in align_sequences(old[span.start : span.stop], new[span.begin : span.end])
        )
        for span in align_lines(old, new)
    )
    pieces = chain.from_iterable(_told(span, old, new) for span in spans)
    groups = groupby(pieces, key=lambda piece: piece.op)
    return tuple(DiffSegment(op, "".join(piece.text for piece in group)) for op, group in groups)


def _compared(before: str, after: str) -> Iterator[DiffSegment]:
    old, new = split_lines(before), split_lines(after)
    for span in align_lines(old, new):
        gone, come = "".join(old[span.start : span.stop]), "".join(new[span.begin : span.end])
        if span.equal or not is_diffable_by_word(gone, come):
            yield from replaced_whole(gone, come)
        else:
            yield from _inside(split_tokens(gone), split_tokens(come))


def _inside(before: Sequence[str], after: Sequence[str]) -> Iterator[DiffSegment]:
    def is_island(span: AlignedSpan) -> bool:
        return _ISLAND.fullmatch("".join(before[span.start : span.stop])) is not None

    for span in merge_islands(align_sequences(before, after), is_island):
        yield from _told(span, before, after)


def _told(
    span: AlignedSpan, before: Sequence[str], after: Sequence[str]
) -> tuple[DiffSegment, ...]:
    gone = "".join(before[span.start : span.stop])
    return replaced_whole(gone, gone if span.equal else "".join(after[span.begin : span.end]))


def _joined(pieces: Iterable[DiffSegment]) -> tuple[DiffSegment, ...]:
    """Equal pieces side by side become one; of changes side by side, what went stands first."""
    joined: list[DiffSegment] = []
    for same, group in groupby(pieces, key=lambda piece: piece.op is DiffOperation.SAME):
        side_by_side = list(group)
        for op in (DiffOperation.SAME,) if same else (DiffOperation.DEL, DiffOperation.INS):
            text = "".join(piece.text for piece in side_by_side if piece.op is op)
            if text:
                joined.append(DiffSegment(op, text))
    return tuple(joined)


def _stands(pieces: Sequence[DiffSegment], shorter: int) -> bool:
    kept = sum(len(piece.text) for piece in pieces if piece.op is DiffOperation.SAME)
    return kept >= _STANDING * shorter
