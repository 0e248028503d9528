"""Coze's API as conversations without I/O. This room knows no files and no sockets."""

from coze_harness.coze.bot_snapshot import snapshot
from coze_harness.coze.coze_conversation import CozeDialogue, Pace
from coze_harness.coze.request_fingerprint import fingerprint
from coze_harness.coze.retry_policy import Patience

__all__ = ["CozeDialogue", "Pace", "Patience", "fingerprint", "snapshot"]
