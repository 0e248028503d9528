"""Why the operating system refused something, as messages."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from coze_harness.messages import LocalizedText, literal, message

_REASONS: Final[Mapping[int, LocalizedText]] = MappingProxyType(
    {
        errno.ENOENT: message("os_error.not_found"),
        errno.EACCES: message("os_error.permission"),
        errno.EPERM: message("os_error.not_permitted"),
        errno.EISDIR: message("os_error.is_folder"),
        errno.ENOTDIR: message("os_error.no_folder"),
        errno.EEXIST: message("os_error.exists"),
        errno.ENAMETOOLONG: message("os_error.name_too_long"),
        errno.EROFS: message("os_error.read_only"),
        errno.ENOSPC: message("os_error.disk_full"),
        errno.ELOOP: message("os_error.links"),
        errno.EMFILE: message("os_error.open_files"),
        errno.EADDRINUSE: message("os_error.address_in_use"),
        errno.EADDRNOTAVAIL: message("os_error.no_address"),
    }
)
_DISK_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


def os_error_reason(error: OSError) -> LocalizedText:
    """Return why a file or an address cannot be used, as a part of a sentence.

    An error that is not in the table is in the operating system's words.
    """
    known = _REASONS.get(error.errno or 0)
    return known or literal(error.strerror or str(error) or type(error).__name__)


def is_disk_full(error: OSError) -> bool:
    """Return whether an error means that the disk, or the user's share of it, is full."""
    return error.errno in _DISK_FULL
