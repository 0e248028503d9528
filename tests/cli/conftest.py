"""Projects in temporary folders, and the scripted server that they are recorded from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from coze_harness.server.script_schema import ServerScript
from coze_harness.server.server_process import RunningServer, serve
from project import (
    IDENTITY,
    SETTINGS,
    TOKEN,
    WEATHER,
    WRONG,
    ProjectFolder,
    scripted,
    without_network,
)


@pytest.fixture
def serving() -> Iterator[Callable[[ServerScript], RunningServer]]:
    """Starts servers, and stops them when the test is over."""
    running: list[RunningServer] = []

    def start(script: ServerScript) -> RunningServer:
        running.append(serve(script))
        return running[-1]

    yield start
    for server in running:
        server.stop()


@pytest.fixture
def server(serving: Callable[[ServerScript], RunningServer]) -> RunningServer:
    return serving(scripted())


@pytest.fixture
def empty(tmp_path: Path) -> ProjectFolder:
    """A project with settings and nothing else."""
    project = ProjectFolder(tmp_path / "project", home=tmp_path / "home")
    project.write("harness.yaml", SETTINGS)
    (project.root / "scenarios").mkdir()
    return project


@pytest.fixture
def project(empty: ProjectFolder, server: RunningServer) -> ProjectFolder:
    """A project of four trials, one of them failing; its environment leads to the server."""
    empty.write("scenarios/identity.yaml", IDENTITY)
    empty.write("scenarios/weather.yaml", WEATHER)
    empty.write("scenarios/wrong.yaml", WRONG)
    empty.env |= {"COZE_API_BASE": server.base_url, "COZE_API_TOKEN": TOKEN}
    return empty


@pytest.fixture
def recorded(project: ProjectFolder) -> ProjectFolder:
    """The same, recorded; without a token from here on."""
    done = project.does("record")
    assert done.code == 1, done
    del project.env["COZE_API_TOKEN"]
    del project.env["COZE_API_BASE"]
    return project


@pytest.fixture
def offline() -> tuple[str, ...]:
    """What wraps a command so that it has no network at all."""
    wrapper, why_not = without_network()
    if why_not:
        pytest.skip(why_not)
    return wrapper
