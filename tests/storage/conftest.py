"""A real S3-compatible server in a process of its own, and projects whose folders are there."""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from coze_harness.server.server_process import RunningServer, serve
from project import IDENTITY, SETTINGS, TOKEN, WEATHER, WRONG, ProjectFolder, scripted

from storage.bucket import Bucket

_NUMBERS = count(1)
_SECONDS = 60


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """The address of moto's standalone server, which has taken a free port itself."""
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]
    environment = {"PATH": os.environ.get("PATH", ""), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment
    ) as process:
        assert process.stderr is not None
        try:
            yield _address(process.stderr.fileno())
        finally:
            process.terminate()


def _address(stream: int) -> str:
    """Return the address that the server says it listens on."""
    said = b""
    while not (found := re.search(rb"http://127\.0\.0\.1:\d+", said)):
        ready, _, _ = select.select([stream], [], [], _SECONDS)
        piece = os.read(stream, 4096) if ready else b""
        assert piece, f"moto's server does not start: {said!r}"
        said += piece
    return found[0].decode()


@pytest.fixture
def bucket(s3_server: str) -> Bucket:
    """A new bucket."""
    made = Bucket(s3_server, f"harness-{os.getpid()}-{next(_NUMBERS)}")
    made.make()
    return made


@pytest.fixture
def server() -> Iterator[RunningServer]:
    running = serve(scripted())
    yield running
    running.stop()


@pytest.fixture
def project(tmp_path: Path, server: RunningServer, bucket: Bucket) -> ProjectFolder:
    """A project of four trials, one of them failing, whose folders are in the bucket."""
    project = ProjectFolder(tmp_path / "project", home=tmp_path / "home")
    folders = f"cassettes: {bucket.url}/录音\nreports: {bucket.url}/reports\n"
    project.write("harness.yaml", SETTINGS + folders)
    project.write("scenarios/identity.yaml", IDENTITY)
    project.write("scenarios/weather.yaml", WEATHER)
    project.write("scenarios/wrong.yaml", WRONG)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    project.env |= {
        "COZE_API_BASE": server.base_url,
        "COZE_API_TOKEN": TOKEN,
        "TMPDIR": str(temporary),
        **bucket.environment,
    }
    return project


@pytest.fixture
def recorded(project: ProjectFolder) -> ProjectFolder:
    """The same, recorded; without a token from here on."""
    done = project.does("record")
    assert done.code == 1, done
    del project.env["COZE_API_TOKEN"]
    del project.env["COZE_API_BASE"]
    return project
