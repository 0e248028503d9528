"""Coze's API as conversations without I/O. This room knows no files and no sockets."""

from harness.coze.asked import fingerprint
from harness.coze.dialogue import CozeDialogue, Pace
from harness.coze.patience import Patience
from harness.coze.snapshot import snapshot

__all__ = ["CozeDialogue", "Pace", "Patience", "fingerprint", "snapshot"]
