"""Which items of two sequences belong together, with bounded work."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import NamedTuple

# Comparing n items with m takes n * m / 64 steps and, where positions are needed, n * m / 8 bytes:
# a tenth of a second and 50 MB for 20,000 with 20,000.
_MAX_WORK = 20_000 * 20_000


class AlignedSpan(NamedTuple):
    """Items `start` to `stop` before and `begin` to `end` after, which are equal or replaced."""

    equal: bool
    start: int
    stop: int
    begin: int
    end: int

    def shift(self, before: int, after: int) -> AlignedSpan:
        """Return the span in sequences with `before` and `after` more items at their beginnings."""
        equal, start, stop, begin, end = self
        return AlignedSpan(equal, start + before, stop + before, begin + after, end + after)


def is_alignable(before: Sequence[Hashable], after: Sequence[Hashable]) -> bool:
    """Return whether two sequences are short enough to be compared item by item."""
    return len(before) * len(after) <= _MAX_WORK


def common_ends(before: Sequence[Hashable], after: Sequence[Hashable]) -> tuple[int, int]:
    """Return how many items are equal at the beginning of two sequences, and then at the end."""
    from rapidfuzz.distance import Postfix, Prefix  # 20 ms to import; equal texts do not need it

    head = Prefix.similarity(before, after)
    return head, Postfix.similarity(before[head:], after[head:])


class MatchingBlock(NamedTuple):
    """`size` items from `start` before and from `begin` after that belong together."""

    start: int
    begin: int
    size: int


def align_sequences(before: Sequence[Hashable], after: Sequence[Hashable]) -> Iterator[AlignedSpan]:
    """Yield the spans of two sequences in order: a longest common subsequence, and the rest.

    Two sequences that are too long to be compared are one changed span between their equal ends.
    """
    head, tail = common_ends(before, after)
    stop, end = len(before) - tail, len(after) - tail
    if head:
        yield AlignedSpan(True, 0, head, 0, head)
    for span in _align(before[head:stop], after[head:end]):
        yield span.shift(head, head)
    if tail:
        yield AlignedSpan(True, stop, len(before), end, len(after))


def _align(before: Sequence[Hashable], after: Sequence[Hashable]) -> Iterator[AlignedSpan]:
    if not before and not after:
        return
    matches: list[MatchingBlock] = []
    if before and after and is_alignable(before, after):
        from rapidfuzz.distance import Indel  # 20 ms to import; equal texts do not need it

        blocks = Indel.opcodes(before, after).as_matching_blocks()
        matches = [MatchingBlock(block.a, block.b, block.size) for block in blocks if block.size]
    yield from spans_between(matches, (len(before), len(after)))


def spans_between(
    matches: Iterable[MatchingBlock], lengths: tuple[int, int]
) -> Iterator[AlignedSpan]:
    """Yield matches as equal spans, and what is between them as changed ones.

    Args:
        matches: items that belong together, in order.
        lengths: how many items the two sequences have.
    """
    start = begin = 0
    for match in matches:
        if start < match.start or begin < match.begin:
            yield AlignedSpan(False, start, match.start, begin, match.begin)
        start, begin = match.start + match.size, match.begin + match.size
        yield AlignedSpan(True, match.start, start, match.begin, begin)
    if start < lengths[0] or begin < lengths[1]:
        yield AlignedSpan(False, start, lengths[0], begin, lengths[1])


def merge_islands(
    spans: Iterable[AlignedSpan], is_island: Callable[[AlignedSpan], bool]
) -> Iterator[AlignedSpan]:
    """Yield the spans; each island between two changes becomes part of them."""
    changed: AlignedSpan | None = None
    island: AlignedSpan | None = None
    for span in spans:
        if not span.equal:
            changed = span._replace(start=changed.start, begin=changed.begin) if changed else span
            island = None
        elif changed and not island and is_island(span):
            island = span
        else:
            yield from (one for one in (changed, island, span) if one)
            changed = island = None
    yield from (one for one in (changed, island) if one)
