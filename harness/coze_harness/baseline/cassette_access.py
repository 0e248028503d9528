"""Who may read and write the recordings now: locks, and what a killed process left behind.

`record`, `compare` and `accept` write one at a time. What replays recordings needs no lock of
theirs; it is only kept apart from the moment in which `accept` replaces them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from msgspec import Struct

from coze_harness.cassettes import ACCEPT_JOURNAL, LOCK_FILE
from coze_harness.messages import LocalizedText, UserText, message
from coze_harness.model.errors import CassetteError, CassetteWriteError, UsageError
from coze_harness.model.location import Location
from coze_harness.model.protocols import Clock
from coze_harness.storage.atomic_write import remove_temporaries
from coze_harness.storage.file_lock import (
    FileLock,
    FolderLock,
    LockHolder,
    read_holder,
    wait_for_lock,
)
from coze_harness.storage.project_folders import ProjectFolders
from coze_harness.storage.storage_errors import failure_reason

if TYPE_CHECKING:
    from coze_harness.baseline.accept_journal import AcceptEnd

Note: TypeAlias = Callable[[UserText], None]
"""Receives a line for the user."""

_REPLACING: Final = 60.0
"""How long an accept may take to replace recordings, in seconds; it takes milliseconds."""
_SETTLING: Final = 10.0
_READING: Final = 10.0


class CassetteAccess(Struct, frozen=True):
    """The locks of a project's recordings.

    They are of this machine or of its network file system; recordings at a URL have none.

    `folder` is that of the recordings, absolute; `None` if they are at a URL.
    """

    folder: Path | None
    folders: ProjectFolders
    clock: Clock

    def lock_for_reading(self, note: Note) -> FolderLock | nullcontext[None]:
        """Keep `accept` from replacing recordings while they are read; finish one that was killed.

        Use the returned lock as a context manager.

        Raises:
            CassetteError: an accept has not ended, and cannot be finished here.
        """
        cassettes = self.folder
        if cassettes is None:
            return nullcontext()
        while True:
            acquire = partial(FolderLock.acquire, cassettes, exclusive=False)
            lock = wait_for_lock(acquire, _REPLACING)
            if lock is None:
                raise CassetteError(
                    message("lock.recordings_replaced", holder=_holder(cassettes)),
                    where=self._location(cassettes),
                    next_step=message("lock.recordings_replaced.next"),
                )
            if not _has_journal(cassettes):
                return lock
            # No living process holds the folder, so the process that wrote the journal is dead.
            lock.release()
            self.finish_interrupted_accept(note)

    @contextmanager
    def lock_for_writing(
        self, command: str, *, wait: bool | None = None, note: Note
    ) -> Iterator[None]:
        """Hold the lock of those that write recordings or candidates.

        An accept that was killed is finished, and temporary files of killed processes are deleted.

        Args:
            command: the command to report to others.
            wait: whether to wait for another process that writes; `None`: the command has no
                `--wait`.
            note: receives a line for the user.

        Raises:
            UsageError: another process has the lock.
            CassetteWriteError: the folder of recordings cannot be written.
            CassetteError: an interrupted accept cannot be finished.
        """
        cassettes = self.folder
        if cassettes is None:
            yield
            return
        is_new = not cassettes.exists()
        lock = self._acquire_for_writing(cassettes, command, wait=wait, note=note)
        try:
            with lock:
                if lock.is_effective:
                    # These of living processes belong to holders of the lock, and there is one.
                    remove_temporaries(cassettes)
                if _has_journal(cassettes):
                    self._finish(cassettes, note)
                yield
        finally:
            if is_new:
                _remove_if_empty(cassettes)

    def _acquire_for_writing(
        self, cassettes: Path, command: str, *, wait: bool | None, note: Note
    ) -> FileLock:
        try:
            cassettes.mkdir(parents=True, exist_ok=True)
            lock = wait_for_lock(
                partial(self._acquire, cassettes, command),
                None if wait else 0,
                lambda: note(message("lock.waiting", holder=_holder(cassettes))),
            )
        except OSError as error:
            raise CassetteWriteError(
                message("lock.unwritable", reason=failure_reason(error)),
                where=self._location(cassettes),
                next_step=message("lock.unwritable.next"),
            ) from error
        if lock is None:
            raise UsageError(
                message("lock.writing", holder=_holder(cassettes)),
                where=self._location(cassettes),
                next_step=message("lock.writing.next")
                if wait is None
                else message("lock.writing.next_wait"),
            )
        return lock

    def lock_for_evidence(self, cassettes: Path) -> FileLock | None:
        """Take the lock of those that write recordings; `None` if another keeps it too long.

        Raises:
            OSError: the folder cannot be written.
        """
        cassettes.mkdir(parents=True, exist_ok=True)
        acquire = partial(self._acquire, cassettes, "adding evidence")
        return wait_for_lock(acquire, _SETTLING)

    def lock_for_replacing(
        self, cassettes: Path, *, wait: bool | None = None, note: Note
    ) -> FolderLock:
        """Keep others from reading recordings while they are replaced; a context manager.

        Args:
            cassettes: the folder of recordings.
            wait: whether to wait until nobody reads them, and not only for ten seconds; `None`: the
                command has no `--wait`.
            note: receives a line for the user.

        Raises:
            UsageError: another process is reading them.
        """
        lock = wait_for_lock(
            partial(FolderLock.acquire, cassettes, exclusive=True),
            None if wait else _READING,
            lambda: note(message("lock.waiting_for_replay")),
        )
        if lock is None:
            raise UsageError(
                message("lock.replaying"),
                where=self._location(cassettes),
                next_step=message("lock.replaying.later")
                if wait is None
                else message("lock.replaying.next"),
            )
        return lock

    def finish_interrupted_accept(self, note: Note) -> None:
        """Finish an accept whose process was killed, if there is one, and say so in one line.

        Raises:
            CassetteError: that is not possible here: the baseline may be part old and part new.
        """
        cassettes = self.folder
        if cassettes is None or not _has_journal(cassettes):
            return
        reason: LocalizedText | None = None
        try:
            acquire = partial(self._acquire, cassettes, "coze-harness accept")
            lock = wait_for_lock(acquire, _SETTLING)
        except OSError as error:
            lock, reason = None, message("accept.lock_unwritable", reason=failure_reason(error))
        if lock is not None:
            with lock:
                # Another process may have been faster.
                if _has_journal(cassettes):
                    self._finish(cassettes, note)
        elif _has_journal(cassettes):
            used = message("accept.lock_used", holder=_holder(cassettes))
            raise self._unfinished_error(cassettes, reason or used)

    def _finish(self, cassettes: Path, note: Note) -> None:
        from coze_harness.baseline.accept_journal import finish_accept

        acquire = partial(FolderLock.acquire, cassettes, exclusive=True)
        lock = wait_for_lock(acquire, _REPLACING)
        if lock is None:
            raise self._unfinished_error(cassettes, message("accept.lock_reading"))
        with lock:
            try:
                end = finish_accept(cassettes)
            except CassetteWriteError as error:
                raise self._unfinished_error(cassettes, self._describe_error(error)) from error
        note(self._describe(cassettes, end))

    def _describe(self, cassettes: Path, end: AcceptEnd) -> LocalizedText:
        """Return what was done with an interrupted accept, as one line."""
        accept = end.journal.describe()
        done = message("accept.finished", accept=accept)
        if end.error is not None:
            done = message("accept.undone", accept=accept, reason=self._describe_error(end.error))
        if end.edited:
            names = tuple([str(self.folders.relative_path(cassettes / one)) for one in end.edited])
            done = message("accept.kept", done=done, files=names)
        return done

    def _describe_error(self, error: CassetteWriteError) -> LocalizedText:
        if error.where is None:
            return error.what
        path = self.folders.relative_path(Path(error.where.path))
        return message("error.located", where=str(path), what=error.what)

    def _unfinished_error(self, cassettes: Path, reason: LocalizedText) -> CassetteError:
        from coze_harness.baseline.accept_journal import read_journal

        journal = read_journal(cassettes)
        return CassetteError(
            message("accept.unfinished", accept=journal.describe(), reason=reason),
            where=self._location(cassettes / ACCEPT_JOURNAL),
            next_step=message("accept.unfinished.next"),
        )

    def _acquire(self, cassettes: Path, command: str) -> FileLock | None:
        started = datetime.fromtimestamp(self.clock.now(), UTC)
        holder = LockHolder.current(command, started.isoformat(timespec="seconds"))
        return FileLock.acquire(cassettes / LOCK_FILE, holder)

    def _location(self, path: Path) -> Location:
        return Location(str(self.folders.relative_path(path)))


def _holder(cassettes: Path) -> LocalizedText:
    holder = read_holder(cassettes / LOCK_FILE)
    return holder.describe() if holder else message("storage.holder.unknown")


def _has_journal(cassettes: Path) -> bool:
    return os.path.lexists(cassettes / ACCEPT_JOURNAL)


def _remove_if_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        return
