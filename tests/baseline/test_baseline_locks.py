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
def folder(compared: ComparedProject, tmp_path: Path) -> Path:
    return compared.copy(tmp_path / "project")


@contextmanager
def writing(folder: Path) -> Iterator[FileLock]:
    holder = LockHolder.current("coze-harness record", "2026-11-26T09:00:00+00:00")
    lock = FileLock.acquire(folder / "cassettes/.lock", holder)
    assert lock is not None
    with lock:
        yield lock


def test_a_second_writer_reports_the_first(folder: Path, runner: Runner) -> None:
    with writing(folder):
        for command in (("accept",), ("check", "--rewrite"), ("record",), ("compare",)):
            done = runner.run(folder, *command)
            assert (done.code, done.out) == (2, ""), (command, done)
            assert "coze-harness record (process " in done.err
            assert "since 2026-11-26 09:00:00" in done.err
            assert ("--wait" in done.err) is (command[0] != "check"), "it has no such option"
        for command in (("run",), ("check",), ("list",), ("compare", "--replay")):
            assert runner.run(folder, *command).err.count("process") == 0, command
    assert recording_states(folder) == OLD


def test_a_writer_that_waits_continues_when_the_first_has_ended(
    folder: Path, runner: Runner
) -> None:
    ended: list[CommandEnd] = []
    with writing(folder):
        thread = threading.Thread(
            target=lambda: ended.append(runner.run(folder, "accept", "--wait"))
        )
        thread.start()
        thread.join(0.3)
        assert thread.is_alive()
        assert recording_states(folder) == OLD
    thread.join(30)
    (done,) = ended
    assert done.code == 0
    assert "coze-harness record (process " in done.err
    assert (recording_states(folder), leftover_files(folder)) == (NEW, [])


def test_a_run_waits_while_recordings_are_replaced(folder: Path, runner: Runner) -> None:
    ended: list[CommandEnd] = []
    thread = threading.Thread(target=lambda: ended.append(runner.run(folder, "list")))
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
    assert ended[0].out.splitlines()[-1] == "6 trials: 5 recorded, 1 missing"


def test_accept_waits_for_those_that_replay(folder: Path, runner: Runner) -> None:
    ended: list[CommandEnd] = []
    thread = threading.Thread(target=lambda: ended.append(runner.run(folder, "accept")))
    lock = FolderLock.acquire(folder / "cassettes", exclusive=False)
    assert lock is not None
    with lock:
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()
        assert recording_states(folder) == OLD
    thread.join(30)
    assert (ended[0].code, recording_states(folder)) == (0, NEW)


def test_a_folder_made_for_the_lock_does_not_stay(folder: Path, runner: Runner) -> None:
    project = ProjectFolder(folder, home=folder.parent / "home")
    project.write("harness.yaml", project.read("harness.yaml") + "cassettes: new/folder\n")
    done = runner.run(folder, "record")
    assert (done.code, done.out) == (2, ""), done  # there is no token
    assert not project.path("new/folder").exists()


def test_a_folder_that_cannot_be_written_is_reported_before_a_bot_is_asked(
    folder: Path, runner: Runner
) -> None:
    (folder / "file").touch()
    done = runner.run(folder, "record", "--cassettes", "file/below")
    assert done.code == 3
    assert "file/below" in done.err


def test_pytest_takes_the_lock_to_record(folder: Path, compared: ComparedProject) -> None:
    with writing(folder):
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--coze-record"],
            cwd=folder,
            env={**compared.project.env, "COZE_API_TOKEN": TOKEN},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert "coze-harness record (process " in done.stdout
    assert recording_states(folder) == OLD
