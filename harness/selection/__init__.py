"""Which trials are meant: by an expression and tags, and of these, which are one job's."""

from harness.selection.expressions import Selection
from harness.selection.shards import Card, Cut, deal, digest

__all__ = ["Card", "Cut", "Selection", "deal", "digest"]
