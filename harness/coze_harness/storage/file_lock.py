"""Locks between processes, kept by the operating system: they end with the process that holds them.

`FileLock` is for one process at a time. `FolderLock` is for many readers or one writer; it needs no
file, so a reader takes it in a folder that it may not write to.

What holds where: on local disks, and between machines on NFS and SMB with locking. A file system
that has no locks gives locks that protect nothing (`is_effective` is false). On Windows,
`FolderLock` protects nothing. An object store has no locks: these modules are for folders on disk.
"""

from __future__ import annotations

import errno
import json
import os
import platform
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeVar

from msgspec import Struct
from msgspec.structs import asdict

from coze_harness.messages import LocalizedText, message

Lock = TypeVar("Lock")

_PAUSE: Final = 0.05
_MAX_CONTENT: Final = 4096
_LOCKED_ERRNOS: Final = frozenset({errno.EACCES, errno.EAGAIN, errno.EDEADLK})
# Windows keeps others from reading locked bytes: this one is far behind the content.
_LOCKED_BYTE: Final = 1 << 30


class LockHolder(Struct, frozen=True, kw_only=True):
    """Who holds a lock: process id, command, start (ISO 8601 in UTC) and machine."""

    pid: int
    command: str
    started: str
    host: str

    @classmethod
    def current(cls, command: str, started: str) -> LockHolder:
        """Return this process as a holder."""
        return cls(pid=os.getpid(), command=command, started=started, host=platform.node())

    def describe(self) -> LocalizedText:
        """Return command, process and start, and the machine if it is not this one."""
        since = self.started.partition("+")[0].replace("T", " ")
        if self.host != platform.node():
            return message(
                "storage.holder.host",
                command=self.command,
                pid=self.pid,
                host=self.host,
                since=since,
            )
        return message("storage.holder", command=self.command, pid=self.pid, since=since)


class FileLock:
    """A lock on a file, which names the holder. Made by `acquire`; a context manager.

    A child process that is forked does not have the lock, so it ends with this process alone. Two
    objects of one process do not exclude each other: take it once. The file is deleted with the
    lock; one that a killed process left is taken over.

    Attributes:
        is_effective: whether the file system has locks.
    """

    def __init__(self, path: Path, descriptor: int, *, is_effective: bool) -> None:
        self.is_effective = is_effective
        self._path = path
        self._descriptor = descriptor

    @classmethod
    def acquire(cls, path: Path, holder: LockHolder) -> FileLock | None:
        """Take the lock, or return `None` if another process has it.

        Raises:
            OSError: the file cannot be created.
        """
        while True:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
            try:
                is_locked = _lock_file(descriptor)
                is_current = _is_file(path, descriptor)
                if is_locked is not False and is_current:
                    os.ftruncate(descriptor, 0)
                    os.write(descriptor, json.dumps(asdict(holder)).encode())
                    lock = cls(path, descriptor, is_effective=bool(is_locked))
                    descriptor = -1
                    return lock
            finally:
                if descriptor >= 0:
                    os.close(descriptor)
            # Else the holder deleted the file between the two calls, and there may be a new one.
            if is_current:
                return None

    def release(self) -> None:
        """Delete the file and give the lock back."""
        if sys.platform == "win32":  # an open file cannot be deleted there
            os.close(self._descriptor)
            self._unlink()
        else:
            self._unlink()
            os.close(self._descriptor)

    def _unlink(self) -> None:
        with suppress(OSError):
            self._path.unlink()

    def __enter__(self) -> FileLock:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


class FolderLock:
    """A lock on a folder, shared by readers or exclusive to a writer. A context manager.

    Forked children share it, and keep it as long as one of them lives.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    def acquire(cls, folder: Path, *, exclusive: bool) -> FolderLock | None:
        """Take the lock, or return `None` if others have it in a way that excludes this."""
        try:
            descriptor = os.open(folder, os.O_RDONLY)
        except OSError:  # there is no such folder, or this is Windows: nothing to protect with
            return cls(-1)
        if _lock_folder(descriptor, exclusive=exclusive):
            return cls(descriptor)
        os.close(descriptor)
        return None

    def release(self) -> None:
        """Give the lock back."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> FolderLock:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def read_holder(path: Path) -> LockHolder | None:
    """Return who holds the lock of a file, as far as the file says it.

    A process that holds the lock itself must not call this: closing the file would end it.
    """
    try:
        with path.open("rb") as file:
            content = json.loads(file.read(_MAX_CONTENT))
        return LockHolder(
            pid=int(content["pid"]),
            command=str(content["command"]),
            started=str(content["started"]),
            host=str(content["host"]),
        )
    except (OSError, ValueError, TypeError, KeyError):
        return None


def wait_for_lock(
    acquire: Callable[[], Lock | None],
    seconds: float | None,
    on_wait: Callable[[], None] = lambda: None,
) -> Lock | None:
    """Call `acquire` until it returns a lock.

    Args:
        acquire: takes the lock, or returns `None`.
        seconds: how long to try; `None`: without end.
        on_wait: called once, if the lock is not free at once.
    """
    lock = acquire()
    if lock is not None or seconds == 0:
        return lock
    on_wait()
    pause = threading.Event()
    attempts = 0
    while lock is None and (seconds is None or attempts * _PAUSE < seconds):
        pause.wait(_PAUSE)
        attempts += 1
        lock = acquire()
    return lock


def _is_file(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


if sys.platform == "win32":
    import msvcrt

    def _lock_file(descriptor: int) -> bool | None:
        """Lock a file for this process; `None`: the file system has no locks."""
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            return False if error.errno in _LOCKED_ERRNOS else None
        finally:
            os.lseek(descriptor, 0, os.SEEK_SET)
        return True

    def _lock_folder(_descriptor: int, *, exclusive: bool) -> bool:
        return exclusive or True

else:
    import fcntl

    def _lock_file(descriptor: int) -> bool | None:
        """Lock a file for this process; `None`: the file system has no locks."""
        # Not flock: forked children would keep that lock alive.
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _LOCKED_BYTE)
        except OSError as error:
            return False if error.errno in _LOCKED_ERRNOS else None
        return True

    def _lock_folder(descriptor: int, *, exclusive: bool) -> bool:
        # Not lockf, which needs a file that may be written to.
        kind = fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:  # the file system has no locks
            return True
        return True
