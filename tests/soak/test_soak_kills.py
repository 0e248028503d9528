"""Kill `accept`, its finishing, `run` and `record` at every file operation; takes minutes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from accepting import (
    NEW,
    OLD,
    ComparedProject,
    accept_killed_at,
    compared_project,
    leftover_files,
    recording_runner,
    recording_states,
)
from kill_checks import check_record_killed, check_run_killed
from kill_points import Runner


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> ComparedProject:
    return compared_project(tmp_path_factory.mktemp("compared"))


@pytest.fixture(scope="module")
def runner(project: ComparedProject) -> Iterator[Runner]:
    with recording_runner(project) as runner:
        yield runner


def test_accept_and_its_finishing_killed_everywhere(
    project: ComparedProject, runner: Runner, tmp_path: Path
) -> None:
    pairs = 0
    for first in count(1):
        for second in count(1):
            copy, acceptance = accept_killed_at(
                project, runner, first, tmp_path / f"{first}-{second}"
            )
            is_begun = ".accept-journal.json" in leftover_files(copy)
            finishing = runner.run(copy, "list", kill_at=second)
            pairs += finishing.is_killed
            done = runner.run(copy, "check")
            assert recording_states(copy) == (
                OLD if recording_states(copy) == OLD and not is_begun else NEW
            )
            assert done.code == (3 if recording_states(copy) == OLD else 0), (first, second, done)
            assert runner.run(copy, "accept").code in (0, 5)
            assert (recording_states(copy), leftover_files(copy)) == (NEW, [])
            if not finishing.is_killed:
                break
        if not acceptance.is_killed:
            break
    assert pairs > 100


def test_run_killed_everywhere(project: ComparedProject, runner: Runner, tmp_path: Path) -> None:
    assert check_run_killed(project, runner, tmp_path, count(1)) > 20


def test_record_killed_everywhere(project: ComparedProject, runner: Runner, tmp_path: Path) -> None:
    assert check_record_killed(project, runner, tmp_path, count(1)) > 20
