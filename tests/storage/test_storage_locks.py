"""Locks between real processes: they exclude each other, name the holder, and end with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import coze_harness
import pytest
from coze_harness.storage.atomic_write import remove_temporaries, write_atomically
from coze_harness.storage.file_lock import (
    FileLock,
    FolderLock,
    LockHolder,
    read_holder,
    wait_for_lock,
)

HOLD = """
import os, sys
from pathlib import Path
from coze_harness.storage.file_lock import FileLock, FolderLock, LockHolder
path, kind = Path(sys.argv[1]), sys.argv[2]
if kind == "file":
    lock = FileLock.acquire(path, LockHolder.current("coze-harness record", "2026-11-26T09:00:00+00:00"))
else:
    lock = FolderLock.acquire(path, exclusive=kind == "exclusive")
if "fork" in sys.argv and os.fork() == 0:
    os.close(0)
    os.read(int(sys.argv[4]), 1)
    os._exit(0)
print("taken" if lock else "refused", flush=True)
sys.stdin.read()
if lock:
    lock.release()
"""  # noqa: E501

Hold = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def hold() -> Iterator[Hold]:
    """Starts processes that take a lock and keep it until their input ends."""
    processes: list[subprocess.Popen[str]] = []

    def start(path: Path, kind: str = "file", *more: str, keep: int = 0) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(path), kind, *more],
            env={**os.environ, "PYTHONPATH": str(Path(coze_harness.__file__).parent.parent)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            pass_fds=(keep,) if keep else (),
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.communicate()


def answer(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def own(path: Path) -> FileLock | None:
    return FileLock.acquire(path, LockHolder.current("test", "2026-11-26T10:00:00+00:00"))


def test_a_lock_names_its_holder_and_is_deleted_with_it(tmp_path: Path, hold: Hold) -> None:
    path = tmp_path / ".lock"
    process = hold(path)
    assert answer(process) == "taken"
    assert own(path) is None
    holder = read_holder(path)
    assert holder is not None
    assert (holder.pid, holder.command) == (process.pid, "coze-harness record")
    assert str(process.pid) in str(holder.describe())
    assert "2026-11-26 09:00:00" in str(holder.describe())
    process.communicate()
    assert not path.exists()
    lock = own(path)
    assert lock is not None
    assert lock.is_effective
    with lock:
        assert answer(hold(path)) == "refused"
    assert list(tmp_path.iterdir()) == []


def test_the_lock_of_a_killed_process_is_taken_over(tmp_path: Path, hold: Hold) -> None:
    path = tmp_path / ".lock"
    process = hold(path)
    assert answer(process) == "taken"
    process.kill()
    process.wait()
    assert path.exists()
    lock = own(path)
    assert lock is not None
    lock.release()
    assert not path.exists()


def test_a_forked_child_does_not_keep_the_lock_of_its_dead_parent(
    tmp_path: Path, hold: Hold
) -> None:
    path = tmp_path / ".lock"
    read_end, write_end = os.pipe()
    process = hold(path, "file", "fork", str(read_end), keep=read_end)
    os.close(read_end)
    assert answer(process) == "taken"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    lock = own(path)
    assert lock is not None
    lock.release()
    os.close(write_end)


def test_waiting_ends_when_the_holder_does(tmp_path: Path, hold: Hold) -> None:
    path = tmp_path / ".lock"
    process = hold(path)
    assert answer(process) == "taken"
    assert wait_for_lock(lambda: own(path), 0, lambda: None) is None
    waited: list[str] = []
    assert wait_for_lock(lambda: own(path), 0.1, lambda: waited.append("once")) is None

    def on_wait() -> None:
        waited.append("twice")
        process.communicate()

    lock = wait_for_lock(lambda: own(path), None, on_wait)
    assert lock is not None
    lock.release()
    assert waited == ["once", "twice"]


def test_a_folder_has_many_readers_or_one_writer(tmp_path: Path, hold: Hold) -> None:
    first, second = hold(tmp_path, "shared"), hold(tmp_path, "shared")
    assert answer(first) == answer(second) == "taken"
    assert FolderLock.acquire(tmp_path, exclusive=True) is None
    first.communicate()
    assert FolderLock.acquire(tmp_path, exclusive=True) is None
    second.kill()
    second.wait()
    lock = FolderLock.acquire(tmp_path, exclusive=True)
    assert lock is not None
    with lock:
        assert answer(hold(tmp_path, "shared")) == "refused"
    assert answer(hold(tmp_path, "shared")) == "taken"
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_can_be_locked_by_anyone(tmp_path: Path) -> None:
    for exclusive in (True, False):
        lock = FolderLock.acquire(tmp_path / "missing", exclusive=exclusive)
        assert lock is not None
        lock.release()


def test_temporary_files_are_recognised_by_their_names(tmp_path: Path) -> None:
    inner = tmp_path / "deep"
    inner.mkdir()
    left = [inner / ".identity.yaml.0a1b2c3d.tmp", tmp_path / ".一二三.0a1b2c3d.tmp"]
    mine = [tmp_path / name for name in ("notes.tmp", ".notes.tmp", ".x.0A1B2C3D.tmp", "x.yaml")]
    for path in (*left, *mine):
        path.write_bytes(b"x")
    remove_temporaries(tmp_path)
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == sorted(mine)


def test_a_temporary_file_can_be_in_another_folder(tmp_path: Path) -> None:
    inner = tmp_path / "run"
    inner.mkdir()
    write_atomically(tmp_path / "index.html", [b"a", b"b"], temporaries=inner)
    assert (tmp_path / "index.html").read_bytes() == b"ab"
    assert list(inner.iterdir()) == []
    with pytest.raises(FileNotFoundError):
        write_atomically(tmp_path / "index.html", [b"c"], temporaries=tmp_path / "missing")
    assert (tmp_path / "index.html").read_bytes() == b"ab"
