"""Drives conversations, whatever they are about: live ones by due time, replays in batches."""

from harness.scheduler.batches import BATCH, can_fork, in_batches
from harness.scheduler.limiting import RateLimit, limited
from harness.scheduler.live import run_live
from harness.scheduler.task import Task, play

__all__ = ["BATCH", "RateLimit", "Task", "can_fork", "in_batches", "limited", "play", "run_live"]
