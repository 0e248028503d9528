"""Which trials are meant: by an expression and tags, and of these, which are one job's."""

from coze_harness.execution.sharding import Card, Cut, deal, digest
from coze_harness.scenarios.trial_filter import Selection

__all__ = ["Card", "Cut", "Selection", "deal", "digest"]
