"""One process writes recordings at a time; those that read them are kept apart from `accept`."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from accepting import NEW, OLD, ComparedProject, leftover_files, recording_states
from coze_harness.storage.file_lock import FileLock, FolderLock, LockHolder
from kill_points import CommandEnd, Runner
from project import TOKEN, ProjectFolder


@pytest.fixture
def folder(comparison: ComparedProject, tmp_path: Path) -> Path:
    return comparison.copy(tmp_path / "project")


@contextmanager
def hold_lock(folder: Path) -> Iterator[FileLock]:
    holder = LockHolder.current("coze-harness record", "2026-11-26T09:00:00+00:00")
    lock = FileLock.acquire(folder / "cassettes/.lock", holder)
    assert lock is not None
    with lock:
        yield lock


def test_a_second_writer_reports_the_first(folder: Path, runner: Runner) -> None:
    with hold_lock(folder):
        for command in (("accept",), ("check", "--rewrite"), ("record",), ("compare",)):
            result = runner.run(folder, *command)
            assert (result.code, result.out) == (2, ""), (command, result)
            assert "coze-harness record (process " in result.err
            assert "since 2026-11-26 09:00:00" in result.err
            assert ("--wait" in result.err) is (command[0] != "check"), "it has no such option"
        for command in (("run",), ("check",), ("list",), ("compare", "--replay")):
            assert runner.run(folder, *command).err.count("process") == 0, command
    assert recording_states(folder) == OLD


def test_a_writer_that_waits_continues_when_the_first_has_ended(
    folder: Path, runner: Runner
) -> None:
    ends: list[CommandEnd] = []
    with hold_lock(folder):
        thread = threading.Thread(
            target=lambda: ends.append(runner.run(folder, "accept", "--wait"))
        )
        thread.start()
        thread.join(0.3)
        assert thread.is_alive()
        assert recording_states(folder) == OLD
    thread.join(30)
    (result,) = ends
    assert result.code == 0
    assert "coze-harness record (process " in result.err
    assert (recording_states(folder), leftover_files(folder)) == (NEW, [])


def test_a_run_waits_while_recordings_are_replaced(folder: Path, runner: Runner) -> None:
    ends: list[CommandEnd] = []
    thread = threading.Thread(target=lambda: ends.append(runner.run(folder, "list")))
    lock = FolderLock.acquire(folder / "cassettes", exclusive=True)
    assert lock is not None
    with lock:
        # As in the middle of an accept.
        (folder / "cassettes/a+2.yaml").rename(folder / "moved")
        thread.start()
        thread.join(0.3)
        assert thread.is_alive()
        (folder / "moved").rename(folder / "cassettes/a+2.yaml")
    thread.join(30)
    assert ends[0].out.splitlines()[-1] == "6 trials: 5 recorded, 1 missing"


def test_accept_waits_for_those_that_replay(folder: Path, runner: Runner) -> None:
    ends: list[CommandEnd] = []
    thread = threading.Thread(target=lambda: ends.append(runner.run(folder, "accept")))
    lock = FolderLock.acquire(folder / "cassettes", exclusive=False)
    assert lock is not None
    with lock:
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()
        assert recording_states(folder) == OLD
    thread.join(30)
    assert (ends[0].code, recording_states(folder)) == (0, NEW)


def test_a_folder_made_for_the_lock_does_not_stay(folder: Path, runner: Runner) -> None:
    project = ProjectFolder(folder, home=folder.parent / "home")
    project.write("harness.yaml", project.read("harness.yaml") + "cassettes: new/folder\n")
    result = runner.run(folder, "record")
    assert (result.code, result.out) == (2, ""), result  # there is no token
    assert not project.path("new/folder").exists()


def test_a_folder_that_cannot_be_written_is_reported_before_a_bot_is_asked(
    folder: Path, runner: Runner
) -> None:
    (folder / "file").touch()
    result = runner.run(folder, "record", "--cassettes", "file/below")
    assert result.code == 3
    assert "file/below" in result.err


def test_pytest_takes_the_lock_to_record(folder: Path, comparison: ComparedProject) -> None:
    with hold_lock(folder):
        result = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--coze-record"],
            cwd=folder,
            env={**comparison.project.env, "COZE_API_TOKEN": TOKEN},
            capture_output=True,
            text=True,
            check=False,
        )
    assert result.returncode == 1
    assert "coze-harness record (process " in result.stdout
    assert recording_states(folder) == OLD
