"""What differs between two texts, in pieces that a reader knows: words, numbers, graphemes.

One diff for the terminal, Markdown and the page. It never looks at a clock, so that the same two
texts always give the same pieces, and its work is bounded, so that no pair of answers hangs it.
"""

from coze_harness.text.pieces import Diff, Op, Piece
from coze_harness.text.text_diff import diff, line_diff
from coze_harness.text.text_similarity import similarity

__all__ = ["Diff", "Op", "Piece", "diff", "line_diff", "similarity"]
