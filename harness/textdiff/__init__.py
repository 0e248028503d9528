"""What differs between two texts, in pieces that a reader knows: words, numbers, graphemes.

One diff for the terminal, Markdown and the page. It never looks at a clock, so that the same two
texts always give the same pieces, and its work is bounded, so that no pair of answers hangs it.
"""

from harness.textdiff.difference import diff, line_diff
from harness.textdiff.likeness import similarity
from harness.textdiff.pieces import Diff, Op, Piece

__all__ = ["Diff", "Op", "Piece", "diff", "line_diff", "similarity"]
