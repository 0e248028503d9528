"""Texts: their difference in words, numbers and graphemes, and their similarity.

One diff for the terminal, Markdown and the page. It uses no clock, so that the same two texts
always give the same segments, and its work is bounded, so that no pair of answers takes long.
"""

from coze_harness.text.text_diff import (
    DiffOperation,
    DiffSegment,
    TextDiff,
    diff_lines,
    diff_texts,
)
from coze_harness.text.text_similarity import similarity

__all__ = ["DiffOperation", "DiffSegment", "TextDiff", "diff_lines", "diff_texts", "similarity"]
