"""How alike two texts are, as one number; and what may be compared at all."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from harness.textdiff.tokens import counted, lines

# Comparing n items with m takes n * m / 64 steps and, where the places are wanted, n * m / 8 bytes:
# a tenth of a second and 50 MB for 20,000 with 20,000.
_WORK = 20_000 * 20_000
# Characters of both texts together, above which they are not even taken apart.
_SIZE = 200_000
# Texts that differ are never wholly alike, even if they differ in white space only.
_MOST = 0.999


def similarity(before: str, after: str) -> float:
    """Return how alike two texts are: 1.0 for equal ones, 0.0 for those with nothing in common.

    That is twice the number of words, numbers and other characters that they have in common, in the
    same order, by the number that they have together; white space does not count. The same both
    ways round. Of texts too long for that, equal lines and equal beginnings and ends count.
    """
    if before == after:
        return 1.0
    if legible(before, after):
        return min(_MOST, _shared(counted(before), counted(after)))
    return min(_MOST, max(_shared(before, after), _shared_lines(before, after)))


def legible(before: str, after: str) -> bool:
    """Tell whether two texts are short enough to be taken apart into words."""
    return len(before) + len(after) <= _SIZE


def comparable(before: Sequence[Hashable], after: Sequence[Hashable]) -> bool:
    """Tell whether two sequences are short enough to be compared item by item."""
    return len(before) * len(after) <= _WORK


def common_ends(before: Sequence[Hashable], after: Sequence[Hashable]) -> tuple[int, int]:
    """Return how many items two sequences have in common at the beginning, and then at the end."""
    from rapidfuzz.distance import Postfix, Prefix  # 20 ms to import; equal texts do not need it

    head = Prefix.similarity(before, after)
    return head, Postfix.similarity(before[head:], after[head:])


def _shared(before: Sequence[Hashable], after: Sequence[Hashable]) -> float:
    from rapidfuzz.distance import Indel  # 20 ms to import; equal texts do not need it

    if comparable(before, after):
        return Indel.normalized_similarity(before, after)
    return 2 * sum(common_ends(before, after)) / (len(before) + len(after))


def _shared_lines(before: str, after: str) -> float:
    from rapidfuzz.distance import Indel  # 20 ms to import; equal texts do not need it

    # Which of several equally long alignments is found may depend on the order of the two.
    first, second = (lines(text) for text in sorted((before, after)))
    if not comparable(first, second):
        return 0.0
    blocks = Indel.opcodes(first, second).as_matching_blocks()
    same = sum(len(line) for block in blocks for line in first[block.a : block.a + block.size])
    return 2 * same / (len(before) + len(after))
