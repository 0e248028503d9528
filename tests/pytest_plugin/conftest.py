"""Projects whose cassettes are recorded once, and pytest run in a copy for each test."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from coze_harness.server.server_process import RunningServer
from project import (
    ProjectFolder,
    chatchat_script,
    empty_project,
    record_from,
    script_server,
    write_trials,
)

from pytest_plugin.plugin_running import RunPytest, run_pytest_in


@pytest.fixture
def server() -> Iterator[RunningServer]:
    with script_server(chatchat_script()) as running:
        yield running


@pytest.fixture(scope="session")
def recorded_project(tmp_path_factory: pytest.TempPathFactory) -> ProjectFolder:
    """A project of four trials, one of which fails, with their cassettes."""
    folder = tmp_path_factory.mktemp("recorded")
    project = empty_project(folder)
    write_trials(project)
    record_from(chatchat_script(), project, code=1)
    return project


@pytest.fixture
def project(recorded_project: ProjectFolder, tmp_path: Path) -> ProjectFolder:
    """A copy of that project."""
    return recorded_project.copy_to(tmp_path / "project")


@pytest.fixture
def run_pytest(project: ProjectFolder) -> RunPytest:
    """Runs pytest in the project."""
    return partial(run_pytest_in, project)
