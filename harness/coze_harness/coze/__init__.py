"""Coze's API as call flows without I/O: no files and no sockets."""

from coze_harness.coze.bot_snapshot import fetch_bot_snapshot
from coze_harness.coze.coze_conversation import PollSchedule
from coze_harness.coze.message_list import ListMethod
from coze_harness.coze.request_fingerprint import fingerprint
from coze_harness.coze.retry_policy import RetryPolicy
from coze_harness.coze.target_conversation import open_conversation

__all__ = [
    "ListMethod",
    "PollSchedule",
    "RetryPolicy",
    "fetch_bot_snapshot",
    "fingerprint",
    "open_conversation",
]
