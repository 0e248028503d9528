"""Why storage failed, as messages."""

from __future__ import annotations

import errno

from coze_harness.messages import LocalizedText, UserText, as_message, message
from coze_harness.messages.os_error_reason import is_disk_full, os_error_reason


class RemoteError(OSError):
    """A store that fails; `reason` says why, `next_step` what to do."""

    def __init__(self, reason: UserText, next_step: LocalizedText) -> None:
        super().__init__(errno.EIO, str(reason))
        self.reason = as_message(reason)
        self.next_step = next_step


class FolderUrlError(ValueError):
    """A text is not the URL of a folder."""

    def __init__(self, what: LocalizedText) -> None:
        super().__init__(what)
        self.what = what


def failure_reason(error: OSError) -> LocalizedText:
    """Return why a file or a store failed, as a part of a sentence."""
    if isinstance(error, RemoteError):
        return error.reason
    if is_disk_full(error):
        return message("storage.disk_full")
    return os_error_reason(error)
