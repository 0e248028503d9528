"""Projects whose cassettes are recorded once, and pytest run in a copy for each test."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from coze_harness.server.server_process import RunningServer, serve
from project import IDENTITY, SETTINGS, TOKEN, WEATHER, WRONG, ProjectFolder, scripted

from pytest_plugin.plugin_running import RunPytest, run_pytest_in


@pytest.fixture
def server() -> Iterator[RunningServer]:
    running = serve(scripted())
    yield running
    running.stop()


@pytest.fixture(scope="session")
def recorded_project(tmp_path_factory: pytest.TempPathFactory) -> ProjectFolder:
    """A project of four trials, one of which fails, with their cassettes."""
    folder = tmp_path_factory.mktemp("recorded")
    made = ProjectFolder(folder / "project", home=folder / "home")
    made.write("harness.yaml", SETTINGS)
    made.write("scenarios/identity.yaml", IDENTITY)
    made.write("scenarios/weather.yaml", WEATHER)
    made.write("scenarios/wrong.yaml", WRONG)
    running = serve(scripted())
    done = made.does(
        "record", env={"COZE_API_BASE": running.base_url, "COZE_API_TOKEN": TOKEN}, drop=["CI"]
    )
    running.stop()
    assert done.code == 1, done.err
    return made


@pytest.fixture
def project(recorded_project: ProjectFolder, tmp_path: Path) -> ProjectFolder:
    """A copy of that project."""
    return recorded_project.copy_to(tmp_path / "project")


@pytest.fixture
def run_pytest(project: ProjectFolder) -> RunPytest:
    """Runs pytest in the project."""
    return partial(run_pytest_in, project)
