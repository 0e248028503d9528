"""pytest as a user starts it: in a project's folder, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from coze_harness.server.server_process import RunningServer, serve
from project import IDENTITY, SETTINGS, TOKEN, WEATHER, WRONG, Done, ProjectFolder, scripted

from pytest_plugin.plugin_running import Testing


@pytest.fixture
def server() -> Iterator[RunningServer]:
    running = serve(scripted())
    yield running
    running.stop()


@pytest.fixture
def project(tmp_path: Path, server: RunningServer) -> ProjectFolder:
    """A project of four trials, one of them failing, recorded; its tokens are gone again."""
    made = ProjectFolder(tmp_path / "project", home=tmp_path / "home")
    made.write("harness.yaml", SETTINGS)
    made.write("scenarios/identity.yaml", IDENTITY)
    made.write("scenarios/weather.yaml", WEATHER)
    made.write("scenarios/wrong.yaml", WRONG)
    done = made.does(
        "record", env={"COZE_API_BASE": server.base_url, "COZE_API_TOKEN": TOKEN}, drop=["CI"]
    )
    assert done.code == 1, done.err
    return made


@pytest.fixture
def tests(project: ProjectFolder) -> Testing:
    """Runs pytest in the project; `env` is added to an environment without token and network."""

    def run(*arguments: str, env: Mapping[str, str] | None = None) -> Done:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
            cwd=project.root,
            env={**project.env, **(env or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=120,
            check=False,
        )
        return Done(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))

    return run
