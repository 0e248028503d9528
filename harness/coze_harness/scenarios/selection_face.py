"""Which trials are meant: by an expression and tags, and of these, which are one job's."""

from coze_harness.execution.sharding import ShardItem, ShardNumber, assign_shards, digest_trials
from coze_harness.scenarios.trial_filter import TrialFilter

__all__ = ["ShardItem", "ShardNumber", "TrialFilter", "assign_shards", "digest_trials"]
