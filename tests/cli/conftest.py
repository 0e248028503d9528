"""Projects in temporary folders, and the scripted server that they are recorded from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from comparing_scripts import after, before, write_scenarios
from coze_harness.server.script_schema import ServerScript
from coze_harness.server.server_process import RunningServer
from project import (
    TOKEN,
    ProjectFolder,
    chatchat_script,
    empty_project,
    network_isolation,
    record_from,
    script_server,
    write_trials,
)


@pytest.fixture
def serve_script() -> Iterator[Callable[[ServerScript], RunningServer]]:
    """Starts servers, and stops them when the test is over."""
    with ExitStack() as running:
        yield lambda script: running.enter_context(script_server(script))


@pytest.fixture
def server(serve_script: Callable[[ServerScript], RunningServer]) -> RunningServer:
    return serve_script(chatchat_script())


@pytest.fixture
def empty(tmp_path: Path) -> ProjectFolder:
    """A project with settings and nothing else."""
    return empty_project(tmp_path)


@pytest.fixture
def project(empty: ProjectFolder, server: RunningServer) -> ProjectFolder:
    """A project of four trials, one of them failing; its environment leads to the server."""
    write_trials(empty)
    empty.env |= {"COZE_API_BASE": server.base_url, "COZE_API_TOKEN": TOKEN}
    return empty


@pytest.fixture(scope="session")
def recorded_once(tmp_path_factory: pytest.TempPathFactory) -> ProjectFolder:
    """The same, recorded; without a token. Tests get copies."""
    project = empty_project(tmp_path_factory.mktemp("recorded"))
    write_trials(project)
    record_from(chatchat_script(), project, code=1)
    return project


@pytest.fixture
def recorded_project(recorded_once: ProjectFolder, tmp_path: Path) -> ProjectFolder:
    """The project of four trials, recorded; without a token."""
    return recorded_once.copy_to(tmp_path / "project", home=tmp_path / "home")


@pytest.fixture(scope="session")
def compared_once(tmp_path_factory: pytest.TempPathFactory) -> ProjectFolder:
    project = empty_project(tmp_path_factory.mktemp("compared"))
    write_scenarios(project)
    record_from(before(), project, code=1)
    with script_server(after()) as server:
        env = {"COZE_API_BASE": server.base_url, "COZE_API_TOKEN": TOKEN}
        assert project.run("compare", env=env).code == 1
    return project


@pytest.fixture
def compared_project(compared_once: ProjectFolder, tmp_path: Path) -> ProjectFolder:
    """Four scenarios recorded from a bot, and compared with what it became."""
    return compared_once.copy_to(tmp_path / "project", home=tmp_path / "home")


@pytest.fixture
def offline() -> tuple[str, ...]:
    """What wraps a command so that it has no network at all."""
    wrapper, why_not = network_isolation()
    if why_not:
        pytest.skip(why_not)
    return wrapper
