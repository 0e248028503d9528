"""Files written so that a reader sees the old content or the new one, never half of it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Final

TEMPORARY_SUFFIX: Final = ".tmp"

# A file's name may have 255 bytes, and a character up to four of them.
_MAX_STEM: Final = 20


def write_atomically(path: Path, chunks: Iterable[bytes]) -> None:
    """Write bytes to a temporary file in the same folder, sync it, then rename it over the file.

    Raises:
        OSError: the disk or its permissions; the old file is unchanged, and no other is left.
    """
    name = f".{path.name[:_MAX_STEM]}.{secrets.token_hex(4)}{TEMPORARY_SUFFIX}"
    temporary = path.with_name(name)
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
