"""Who may read and write the recordings now: locks, and what a killed process left behind.

`record`, `compare` and `accept` write one at a time. What replays recordings needs no lock of
theirs; it is only kept apart from the moment in which `accept` replaces them.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from coze_harness.cassettes import ACCEPT_JOURNAL, LOCK_FILE
from coze_harness.commands.project import Project
from coze_harness.model.errors import CassetteError, CassetteWriteError, UsageError
from coze_harness.model.location import Location
from coze_harness.storage.file_lock import (
    FileLock,
    FolderLock,
    LockHolder,
    read_holder,
    wait_for_lock,
)

if TYPE_CHECKING:
    from coze_harness.baseline.accept_journal import AcceptEnd

Note: TypeAlias = Callable[[str], None]
"""Receives a line for the user."""

_REPLACING: Final = 60.0
"""How long an accept may take to replace recordings, in seconds; it takes milliseconds."""
_SETTLING: Final = 10.0
_READING: Final = 10.0


def lock_for_reading(project: Project, note: Note) -> FolderLock | nullcontext[None]:
    """Keep `accept` from replacing recordings while they are read; finish one that was killed.

    Use the returned lock as a context manager.

    Raises:
        CassetteError: an accept has not ended, and cannot be finished here.
    """
    cassettes = _local_folder(project)
    if cassettes is None:
        return nullcontext()
    while True:
        acquire = partial(FolderLock.acquire, cassettes, exclusive=False)
        lock = wait_for_lock(acquire, _REPLACING, lambda: None)
        if lock is None:
            raise CassetteError(
                f"The recordings are being replaced by {_holder(cassettes)}.",
                where=Location(str(project.folders.relative_path(cassettes))),
                next_step="try again when it has ended.",
            )
        if not _has_journal(cassettes):
            return lock
        # No living process holds the folder, so the process that wrote the journal is dead.
        lock.release()
        finish_interrupted_accept(project, note)


def lock_for_writing(project: Project, command: str, *, wait: bool, note: Note) -> None:
    """Take the lock of those that write recordings or candidates, until the project is closed.

    An accept that was killed is finished, and temporary files of killed processes are deleted. The
    lock is of this machine or of its network file system; recordings at a URL have none.

    Args:
        project: the project.
        command: the command to report to others.
        wait: whether to wait for another process that writes.
        note: receives a line for the user.

    Raises:
        UsageError: another process has the lock.
        CassetteWriteError: the folder of recordings cannot be written.
        CassetteError: an interrupted accept cannot be finished.
    """
    cassettes = _local_folder(project)
    if cassettes is None:
        return
    is_new = not cassettes.exists()
    try:
        cassettes.mkdir(parents=True, exist_ok=True)
        lock = wait_for_lock(
            partial(_acquire, project, cassettes, command),
            None if wait else 0,
            lambda: note(f"Waiting for {_holder(cassettes)}."),
        )
    except OSError as error:
        raise CassetteWriteError(
            f"Recordings cannot be written here: {error.strerror}.",
            where=Location(str(project.folders.relative_path(cassettes))),
            next_step="correct the permissions of the folder, or choose another with --cassettes.",
        ) from error
    if lock is None:
        raise UsageError(
            f"Another process writes these recordings: {_holder(cassettes)}.",
            where=Location(str(project.folders.relative_path(cassettes))),
            next_step="wait until it has ended, or add --wait."
            if command.startswith("coze-harness")
            else "wait until it has ended.",
        )
    if is_new:
        project.resources.callback(_remove_if_empty, cassettes)
    project.resources.enter_context(lock)
    if lock.is_effective:
        # These of living processes belong to holders of the lock, and there is one.
        from coze_harness.storage.atomic_write import remove_temporaries

        remove_temporaries(cassettes)
    if _has_journal(cassettes):
        _finish(project, cassettes, note)


def lock_for_evidence(project: Project, cassettes: Path) -> FileLock | None:
    """Take the lock of those that write recordings; `None` if another process keeps it too long.

    Raises:
        OSError: the folder cannot be written.
    """
    cassettes.mkdir(parents=True, exist_ok=True)
    acquire = partial(_acquire, project, cassettes, "adding evidence")
    return wait_for_lock(acquire, _SETTLING, lambda: None)


def lock_for_replacing(project: Project, *, wait: bool, note: Note) -> FolderLock:
    """Keep others from reading recordings while they are replaced. Use it as a context manager.

    Raises:
        UsageError: another process is reading them.
    """
    lock = wait_for_lock(
        partial(FolderLock.acquire, project.local_cassettes, exclusive=True),
        None if wait else _READING,
        lambda: note("Waiting for a process that replays the recordings."),
    )
    if lock is None:
        raise UsageError(
            "Another process is replaying the recordings.",
            where=Location(str(project.folders.relative_path(project.local_cassettes))),
            next_step="accept again when it has ended, or add --wait.",
        )
    return lock


def finish_interrupted_accept(project: Project, note: Note) -> None:
    """Finish an accept whose process was killed, if there is one, and say so in one line.

    Raises:
        CassetteError: that is not possible here: the baseline may be part old and part new.
    """
    cassettes = _local_folder(project)
    if cassettes is None or not _has_journal(cassettes):
        return
    reason = ""
    try:
        acquire = partial(_acquire, project, cassettes, "finishing an interrupted accept")
        lock = wait_for_lock(acquire, _SETTLING, lambda: None)
    except OSError as error:
        lock, reason = None, f"this folder cannot be written: {error.strerror}"
    if lock is not None:
        with lock:
            # Another process may have been faster.
            if _has_journal(cassettes):
                _finish(project, cassettes, note)
    elif _has_journal(cassettes):
        raise _unfinished(project, cassettes, reason or f"it is used by {_holder(cassettes)}")


def _finish(project: Project, cassettes: Path, note: Note) -> None:
    from coze_harness.baseline.accept_journal import finish_accept

    acquire = partial(FolderLock.acquire, cassettes, exclusive=True)
    lock = wait_for_lock(acquire, _REPLACING, lambda: None)
    if lock is None:
        raise _unfinished(project, cassettes, "another process is reading the recordings")
    with lock:
        try:
            end = finish_accept(cassettes)
        except CassetteWriteError as error:
            raise _unfinished(project, cassettes, _located(project, error)) from error
    note(_describe(project, cassettes, end))


def _describe(project: Project, cassettes: Path, end: AcceptEnd) -> str:
    """Return what was done with an interrupted accept, as one line."""
    if end.error is not None:
        text = (
            f"Undid the interrupted {end.journal}: {_located(project, end.error)} The old"
            " recordings are back, and the candidates remain."
        )
    else:
        text = f"Finished the interrupted {end.journal}."
    if end.edited:
        names = ", ".join(str(project.folders.relative_path(cassettes / one)) for one in end.edited)
        text += f" Kept, because they were edited since: {names}."
    return text


def _located(project: Project, error: CassetteWriteError) -> str:
    path = project.folders.relative_path(Path(error.where.path)) if error.where else ""
    return f"{path}: {error.what}"


def _unfinished(project: Project, cassettes: Path, reason: str) -> CassetteError:
    from coze_harness.baseline.accept_journal import read_journal

    journal = read_journal(cassettes)
    return CassetteError(
        f"An {journal} was interrupted, and it cannot be finished: {reason.rstrip('.')}."
        " The recordings may be part old and part new.",
        where=Location(str(project.folders.relative_path(cassettes / ACCEPT_JOURNAL))),
        next_step="run coze-harness check where the folder can be written: it finishes the accept.",
    )


def _acquire(project: Project, cassettes: Path, command: str) -> FileLock | None:
    started = datetime.fromtimestamp(project.process.clock.now(), UTC)
    holder = LockHolder.current(command, started.isoformat(timespec="seconds"))
    return FileLock.acquire(cassettes / LOCK_FILE, holder)


def _holder(cassettes: Path) -> str:
    return str(read_holder(cassettes / LOCK_FILE) or "another process")


def _has_journal(cassettes: Path) -> bool:
    return os.path.lexists(cassettes / ACCEPT_JOURNAL)


def _local_folder(project: Project) -> Path | None:
    cassettes = project.settings.cassettes
    return cassettes if isinstance(cassettes, Path) else None


def _remove_if_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        return
