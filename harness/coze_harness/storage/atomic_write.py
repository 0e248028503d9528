"""Files written so that a reader sees the old one or the new one, never half of one."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Final

TEMPORARY_SUFFIX: Final = ".tmp"

# A file's name may have 255 bytes, and a character up to four of them.
_LONGEST_STEM: Final = 20


def write_atomically(path: Path, pieces: Iterable[bytes]) -> None:
    """Put bytes into a file by way of a temporary neighbour, synced, then renamed over it.

    Raises:
        OSError: the disk or its permissions; the old file is as it was, and nothing is left over.
    """
    name = f".{path.name[:_LONGEST_STEM]}.{secrets.token_hex(4)}{TEMPORARY_SUFFIX}"
    temporary = path.with_name(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
