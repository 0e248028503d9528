"""Writing so that a reader sees the old file or the new one, never half of one."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from coze_harness.model.errors import ResultsError
from coze_harness.model.location import Location

LATEST = "latest"

# A run's id becomes a folder's name and a link: no separators, no drive, no hidden file, and not
# one of the names that Windows keeps for devices.
_RUN_ID = re.compile(r"[^\W_][\w.+-]{0,127}(?<!\.)")
_DEVICES = re.compile(r"(?i:con|prn|aux|nul|com\d|lpt\d)(\..*)?")


def checked_run_id(run_id: str) -> str:
    """Return a run's id if it can be a folder's name inside the reports folder.

    Raises:
        ArchiveError: it climbs out, is hidden, reserved, empty or too long.
    """
    if (
        _RUN_ID.fullmatch(run_id)
        and run_id.lower() != LATEST
        and not _DEVICES.fullmatch(run_id)
        and run_id.isprintable()
    ):
        return run_id
    raise ResultsError(
        f"{run_id[:80]!a} cannot be the id of a run.",
        next_step="use letters, digits, '.', '_', '+' and '-', at most 128 of them,"
        " beginning with a letter or digit",
    )


@contextmanager
def wrap_os_errors(doing: str, path: Path) -> Iterator[None]:
    """Turn what the file system refuses into words, with the place.

    Raises:
        ArchiveError: in place of any OSError.
    """
    try:
        yield
    except OSError as fault:
        raise ResultsError(
            f"{doing} did not work: {fault.strerror or type(fault).__name__}.",
            where=Location(str(path)),
            next_step="check that the folder exists, is yours and its disk has room,"
            " or choose another one with --reports",
        ) from fault


def update_latest(folder: Path) -> None:
    """Make `latest`, beside a run's folder, show that run.

    A relative symbolic link, swapped by one rename; where links are impossible, a copy. To be
    called when the folder's reports are written, since a copy does not follow later changes.

    Raises:
        ArchiveError: `latest` is something that no run has made, or cannot be written.
    """
    latest = folder.with_name(LATEST)
    temporary = folder.with_name(f".{LATEST}.{os.getpid()}.tmp")
    if not latest.is_symlink() and latest.exists() and not _is_copy(latest):
        raise ResultsError(
            "This is not the copy of a run's folder, so it is not replaced.",
            where=Location(str(latest)),
            next_step="move it away, and run again",
        )
    with wrap_os_errors("Pointing reports/latest at this run", latest):
        _remove(temporary)
        try:
            temporary.symlink_to(folder.name, target_is_directory=True)
        except (OSError, NotImplementedError):
            shutil.copytree(folder, temporary)
        if latest.is_dir() and not latest.is_symlink():
            _remove(latest)  # a folder cannot be replaced by a rename
        temporary.replace(latest)


def _is_copy(folder: Path) -> bool:
    return (folder / "run.json").is_file()


def _remove(path: Path) -> None:
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        shutil.rmtree(path)
