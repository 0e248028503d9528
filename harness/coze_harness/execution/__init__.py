"""Drives conversations, whatever they are about: live ones by due time, replays in batches."""

from coze_harness.execution.flow_driver import Task, play
from coze_harness.execution.live_scheduler import run_live
from coze_harness.execution.process_pool import BATCH, can_fork, in_batches
from coze_harness.execution.rate_limit import RateLimit, limited

__all__ = ["BATCH", "RateLimit", "Task", "can_fork", "in_batches", "limited", "play", "run_live"]
