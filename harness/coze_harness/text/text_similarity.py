"""How alike two texts are, as one number."""

from __future__ import annotations

from coze_harness.text.sequence_alignment import align_sequences, common_ends, is_alignable
from coze_harness.text.tokenizer import content_tokens, is_diffable_by_word, split_lines

# Texts that differ are never wholly alike, even if they differ in white space only.
_MOST = 0.999


def similarity(before: str, after: str) -> float:
    """Return how alike two texts are: 1.0 for equal ones, 0.0 for those with nothing in common.

    That is twice the number of words, numbers and other characters that they have in common, in the
    same order, by the number that they have together; white space does not count. The same both
    ways round. Of texts too long for that, equal lines or equal beginnings and ends count.
    """
    if before == after:
        return 1.0
    if is_diffable_by_word(before, after):
        return min(_MOST, _shared(content_tokens(before), content_tokens(after)))
    ends = 2 * sum(common_ends(before, after)) / (len(before) + len(after))
    return min(_MOST, max(ends, _shared_lines(before, after)))


def _shared(before: list[str], after: list[str]) -> float:
    if not is_alignable(before, after):
        return 2 * sum(common_ends(before, after)) / (len(before) + len(after))
    from rapidfuzz.distance import Indel  # 20 ms to import; equal texts do not need it

    return Indel.normalized_similarity(before, after)


def _shared_lines(before: str, after: str) -> float:
    # Which of several equally long alignments is found may depend on the order of the two.
    first, second = (split_lines(text) for text in sorted((before, after)))
    spans = [span for span in align_sequences(first, second) if span.equal]
    same = sum(len(line) for span in spans for line in first[span.start : span.stop])
    return 2 * same / (len(before) + len(after))
