"""Lines of two texts paired: the equal ones first, then the similar ones."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Sequence
from itertools import chain

from coze_harness.text.sequence_alignment import (
    AlignedSpan,
    MatchingBlock,
    align_sequences,
    is_alignable,
    spans_between,
)
from coze_harness.text.tokenizer import content_tokens

# Blank lines, rules and brackets are everywhere, so they align nothing.
_DISTINCTIVE = re.compile(r"\w.*\w", re.DOTALL)
# How many pairs of lines are compared for one change; each takes about two microseconds.
_MAX_PAIRS = 2_500
# The least similarity of two lines that are versions of one.
_MIN_SIMILARITY = 0.5
# The least similarity of two blocks of lines that are one text with other line breaks.
_SAME_TEXT = 0.8


def align_lines(before: Sequence[str], after: Sequence[str]) -> Iterator[AlignedSpan]:
    """Yield the spans of two texts' lines: equal lines, pairs of changed ones, and the rest."""
    old: list[Hashable] = _anchors(before, "before")
    new: list[Hashable] = _anchors(after, "after")
    for span in align_sequences(old, new):
        if span.equal:
            yield span
            continue
        _, start, stop, begin, end = span
        for inner in _pair_lines(before[start:stop], after[begin:end]):
            yield inner.shift(start, begin)


def _anchors(lines: Sequence[str], side: str) -> list[Hashable]:
    """Return the lines, with a value that equals no other for those that must not align."""
    return [
        line if _DISTINCTIVE.search(line) else (side, place) for place, line in enumerate(lines)
    ]


def _pair_lines(before: Sequence[str], after: Sequence[str]) -> Iterator[AlignedSpan]:
    rows, columns = len(before), len(after)
    pairs: list[tuple[int, int]] = []
    if rows == columns == 1:
        pairs = [(0, 0)]
    elif rows * columns <= _MAX_PAIRS:
        old, new = (
            [content_tokens(line) for line in before],
            [content_tokens(line) for line in after],
        )
        weights = _weights(before, after, old, new)
        pairs = _best_pairs(weights)
        if _is_reflowed(old, new, sum(weights[i][j] for i, j in pairs)):
            pairs = []
    for span in spans_between((MatchingBlock(i, j, 1) for i, j in pairs), (rows, columns)):
        equal = before[span.start : span.stop] == after[span.begin : span.end]
        yield span._replace(equal=equal)


def _weights(
    before: Sequence[str], after: Sequence[str], old: list[list[str]], new: list[list[str]]
) -> list[list[float]]:
    """Return how much each line before has in common with each line after; 0 for too little."""
    from rapidfuzz.distance import Indel  # 20 ms to import; equal texts do not need it

    return [
        [
            # Equal lines without text (blank ones) weigh little, but more than nothing.
            0.1 + len(mine) + len(theirs)
            if before[i] == after[j]
            else share * (len(mine) + len(theirs))
            if (share := Indel.normalized_similarity(mine, theirs)) >= _MIN_SIMILARITY
            else 0.0
            for j, theirs in enumerate(new)
        ]
        for i, mine in enumerate(old)
    ]


def _is_reflowed(old: list[list[str]], new: list[list[str]], paired: float) -> bool:
    """Return whether the text is the same and only its line breaks differ."""
    from rapidfuzz.distance import Indel  # 20 ms to import; equal texts do not need it

    deleted, inserted = list(chain.from_iterable(old)), list(chain.from_iterable(new))
    if not is_alignable(deleted, inserted):
        return False
    share = Indel.normalized_similarity(deleted, inserted, score_cutoff=_SAME_TEXT)
    return share > 0 and paired < _SAME_TEXT * share * (len(deleted) + len(inserted))


def _best_pairs(weights: list[list[float]]) -> list[tuple[int, int]]:
    """Return the pairs, in order and not crossing, with the largest sum of weights."""
    rows, columns = len(weights), len(weights[0]) if weights else 0
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for i in reversed(range(rows)):
        for j in reversed(range(columns)):
            weight = weights[i][j]
            paired = weight + best[i + 1][j + 1] if weight else 0.0
            best[i][j] = max(paired, best[i + 1][j], best[i][j + 1])
    pairs = []
    i = j = 0
    while i < rows and j < columns:
        # Of equal results, the one that pairs early: a blank line goes with the text above it.
        if weights[i][j] and best[i][j] == weights[i][j] + best[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs
