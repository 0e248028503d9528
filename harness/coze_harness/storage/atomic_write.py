"""Files written so that a reader sees the old content or the new one, never half of it."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

TEMPORARY_SUFFIX: Final = ".tmp"

# A file's name may have 255 bytes, and a character up to four of them.
_MAX_STEM: Final = 20
_TEMPORARY_NAME: Final = re.compile(r"\..{0,20}\.[0-9a-f]{8}\.tmp", re.DOTALL)


def write_atomically(path: Path, chunks: Iterable[bytes], temporaries: Path | None = None) -> None:
    """Write bytes to a temporary file, sync it, then rename it over the file.

    Args:
        path: the file.
        chunks: its new content.
        temporaries: a folder for the temporary file, on the same file system; by default the
            file's own.

    Raises:
        OSError: the disk or its permissions; the old file is unchanged, and no other is left.
    """
    temporary = (temporaries or path.parent) / temporary_name(path.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(chunks)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def temporary_name(name: str) -> str:
    """Return a new name for the temporary file of a file."""
    return f".{name[:_MAX_STEM]}.{secrets.token_hex(4)}{TEMPORARY_SUFFIX}"


def sync_folder(folder: Path) -> None:
    """Make the renames and deletions in a folder durable, where the system can do that."""
    with suppress(OSError):  # Windows opens no folder
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def remove_temporaries(folder: Path) -> None:
    """Delete the temporary files that killed processes left in a folder and below it.

    The caller holds the lock of all that write there: otherwise these files may be in use.
    """
    for parent, _folders, names in os.walk(folder):
        for name in names:
            if _TEMPORARY_NAME.fullmatch(name):
                with suppress(OSError):
                    Path(parent, name).unlink()
