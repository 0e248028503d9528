"""What differs between two texts, in pieces that a reader knows: words, numbers, graphemes.

One diff for the terminal, Markdown and the page. It never looks at a clock, so that the same two
texts always give the same pieces, and its work is bounded, so that no pair of answers hangs it.
"""

from coze_harness.text.pieces import DiffOperation, DiffSegment, TextDiff
from coze_harness.text.text_diff import diff_lines, diff_texts
from coze_harness.text.text_similarity import similarity

__all__ = ["DiffOperation", "DiffSegment", "TextDiff", "diff_lines", "diff_texts", "similarity"]
