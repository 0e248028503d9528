"""The diff: lines first, then words, numbers and graphemes inside those that changed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby

from coze_harness.text.line_pairing import lined_up
from coze_harness.text.pieces import Diff, Op, Piece, whole
from coze_harness.text.sequence_alignment import Span, aligned, without_islands
from coze_harness.text.text_similarity import similarity
from coze_harness.text.tokenizer import legible, lines, tokens

# Unrelated answers are 0.1 to 0.2 alike in Chinese as in English, retold ones 0.5 and more.
_REWRITTEN = 0.3
# An answer that only grew or shrank is not rewritten: this much of the shorter one still stands.
_STANDING = 0.5

# One such character left between two changes makes them harder to read, not easier.
_CJK = "[⺀-〿ぁ-㏿㐀-鿿가-힣豈-﫿︰-﹏！-｠￠-￦\U00020000-\U0003ffff]"
_ISLAND = re.compile(rf"[^\S\n]+|{_CJK}")


def diff(before: str, after: str) -> Diff:
    """Return what differs between two texts, to be read by a person.

    Lines are lined up first; inside changed ones, words, numbers and graphemes are told apart. An
    equal piece of one Chinese character, or of mere white space, between two changes is taken into
    them. It takes some 20 ms for 8,000 characters at worst, and is the same whenever it is done.
    """
    alike = similarity(before, after)
    if before == after:
        return Diff(whole(before, after), alike, rewritten=False)
    pieces = _joined(_compared(before, after))
    distant = alike < _REWRITTEN or not legible(before, after)
    if distant and not _stands(pieces, min(len(before), len(after))):
        return Diff(whole(before, after), alike, rewritten=True)
    return Diff(pieces, alike, rewritten=False)


def line_diff(before: str, after: str) -> tuple[Piece, ...]:
    r"""Return what differs between two texts line by line; each piece's text is whole lines.

    A changed line is a DEL followed by its INS, pair by pair. A line ends with its ``\n``, which
    only the last line of a text may lack.
    """
    old, new = lines(before), lines(after)
    spans = chain.from_iterable(
        [span]
        if span.equal or (span.stop - span.start) * (span.end - span.begin) <= 1
        else (
            inner.moved(span.start, span.begin)
            for inner in aligned(old[span.start : span.stop], new[span.begin : span.end])
        )
        for span in lined_up(old, new)
    )
    pieces = chain.from_iterable(_told(span, old, new) for span in spans)
    groups = groupby(pieces, key=lambda piece: piece.op)
    return tuple(Piece(op, "".join(piece.text for piece in group)) for op, group in groups)


def _compared(before: str, after: str) -> Iterator[Piece]:
    old, new = lines(before), lines(after)
    for span in lined_up(old, new):
        gone, come = "".join(old[span.start : span.stop]), "".join(new[span.begin : span.end])
        if span.equal or not legible(gone, come):
            yield from whole(gone, come)
        else:
            yield from _inside(tokens(gone), tokens(come))


def _inside(before: Sequence[str], after: Sequence[str]) -> Iterator[Piece]:
    def is_island(span: Span) -> bool:
        return _ISLAND.fullmatch("".join(before[span.start : span.stop])) is not None

    for span in without_islands(aligned(before, after), is_island):
        yield from _told(span, before, after)


def _told(span: Span, before: Sequence[str], after: Sequence[str]) -> tuple[Piece, ...]:
    gone = "".join(before[span.start : span.stop])
    return whole(gone, gone if span.equal else "".join(after[span.begin : span.end]))


def _joined(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """Equal pieces side by side become one; of changes side by side, what went stands first."""
    joined: list[Piece] = []
    for same, group in groupby(pieces, key=lambda piece: piece.op is Op.SAME):
        side_by_side = list(group)
        for op in (Op.SAME,) if same else (Op.DEL, Op.INS):
            text = "".join(piece.text for piece in side_by_side if piece.op is op)
            if text:
                joined.append(Piece(op, text))
    return tuple(joined)


def _stands(pieces: Sequence[Piece], shorter: int) -> bool:
    kept = sum(len(piece.text) for piece in pieces if piece.op is Op.SAME)
    return kept >= _STANDING * shorter
