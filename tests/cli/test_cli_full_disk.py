"""A full disk is named, and the verdict that exists is printed. Needs a file system of its own."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache

import pytest
from coze_harness.server.server_process import RunningServer
from project import TOKEN, ProjectFolder


@cache
def _why_not() -> str:
    if shutil.which("unshare") is None:
        return "there is no unshare here"
    script = "mount -t tmpfs none /mnt"
    tried = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script], capture_output=True, text=True, check=False
    )
    return f"nothing can be mounted here: {tried.stderr.strip()}" if tried.returncode else ""


def small_disk(project: ProjectFolder, folder: str, size: int) -> tuple[str, ...]:
    """Return what wraps a command so that a folder of the project is a disk of `size` KiB."""
    if reason := _why_not():
        pytest.skip(reason)
    project.path(folder).mkdir(exist_ok=True)
    script = f'mount -t tmpfs -o size={size}k none {folder} && exec "$@"'
    return ("unshare", "-rm", "sh", "-c", script, "sh")


@pytest.mark.parametrize("size", [4, 16, 80])
def test_a_full_disk_is_named_with_the_verdict(recorded_project: ProjectFolder, size: int) -> None:
    shutil.rmtree(recorded_project.path("reports"))
    result = recorded_project.run("run", wrapper=small_disk(recorded_project, "reports", size))
    assert result.code == 2, result
    assert "the disk is full" in result.err
    assert "Internal error" not in result.err
    assert "Traceback" not in result.err
    if size >= 80:  # there was room for the trials
        assert "3 passed" in result.err, result
        assert "1 failed" in result.err


def test_recordings_on_a_full_disk(project: ProjectFolder, server: RunningServer) -> None:
    result = project.run("record", "identity", wrapper=small_disk(project, "cassettes", 4))
    assert result.code == 3, result
    assert "the disk is full" in result.out + result.err
    assert "The only scenario could not be judged" in result.out


def test_output_that_cannot_be_written(recorded_project: ProjectFolder) -> None:
    result = recorded_project.run("list", wrapper=("sh", "-c", 'exec "$@" >/dev/full', "sh"))
    assert result.code == 2, result
    assert "The disk is full." in result.err
    assert TOKEN not in result.err
