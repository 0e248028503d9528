"""`run` and `record` leave whole files, at whatever file operation their process is killed.

All operations one by one: tests/soak/test_soak_kills.py.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from accepting import OLD, ComparedProject, compared_project, recording_runner, recording_states
from kill_checks import check_record_killed, check_run_killed
from kill_points import Runner


@pytest.fixture(scope="module")
def base_project(tmp_path_factory: pytest.TempPathFactory) -> ComparedProject:
    base_project = compared_project(tmp_path_factory.mktemp("compared"))
    shutil.rmtree(base_project.project.path("cassettes/.candidate"))
    return base_project


@pytest.fixture(scope="module")
def runner(base_project: ComparedProject) -> Iterator[Runner]:
    with recording_runner(base_project) as runner:
        yield runner


def test_a_killed_run_leaves_whole_files(
    base_project: ComparedProject, runner: Runner, tmp_path: Path
) -> None:
    assert recording_states(base_project.project.root) == OLD
    assert check_run_killed(base_project, runner, tmp_path, count(2, 3)) > 20


def test_a_killed_recording_leaves_whole_files(
    base_project: ComparedProject, runner: Runner, tmp_path: Path
) -> None:
    assert check_record_killed(base_project, runner, tmp_path, count(2, 5)) > 20
