"""The similarity of two texts, as one number."""

from __future__ import annotations

from coze_harness.text.sequence_alignment import align_sequences, common_ends, is_alignable
from coze_harness.text.tokenizer import content_tokens, is_diffable_by_word, split_lines

# Texts that differ never have 1.0, even if they differ in white space only.
_MAX_DIFFERENT = 0.999


def similarity(before: str, after: str) -> float:
    """Return the similarity of two texts: 1.0 for equal ones, 0.0 for those with nothing in common.

    It is twice the number of words, numbers and other characters that they have in common, in the
    same order, divided by the number in both; white space does not count. It is symmetric. Of texts
    too long for that, equal lines or equal beginnings and ends count.
    """
    if before == after:
        return 1.0
    if is_diffable_by_word(before, after):
        return min(_MAX_DIFFERENT, _token_similarity(content_tokens(before), content_tokens(after)))
    ends = 2 * sum(common_ends(before, after)) / (len(before) + len(after))
    return min(_MAX_DIFFERENT, max(ends, _line_similarity(before, after)))


def _token_similarity(before: list[str], after: list[str]) -> float:
    if not is_alignable(before, after):
        return 2 * sum(common_ends(before, after)) / (len(before) + len(after))
    from rapidfuzz.distance import Indel  # 20 ms to import; equal texts do not need it

    return Indel.normalized_similarity(before, after)


def _line_similarity(before: str, after: str) -> float:
    # Which of several equally long alignments is chosen may depend on the order of the two.
    first, second = (split_lines(text) for text in sorted((before, after)))
    spans = [span for span in align_sequences(first, second) if span.equal]
    same = sum(len(line) for span in spans for line in first[span.start : span.stop])
    return 2 * same / (len(before) + len(after))
