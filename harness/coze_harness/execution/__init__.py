"""Executes trials: live conversations by due time, replays in batches of processes."""

from coze_harness.execution.flow_driver import FlowTask, run_flow
from coze_harness.execution.process_pool import BATCH_SIZE, can_fork, map_in_processes
from coze_harness.execution.rate_limit import RateLimit, rate_limited

__all__ = [
    "BATCH_SIZE",
    "FlowTask",
    "RateLimit",
    "can_fork",
    "map_in_processes",
    "rate_limited",
    "run_flow",
]
