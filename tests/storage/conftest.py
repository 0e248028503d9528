"""A real S3-compatible server in a process of its own, and projects whose folders are there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from coze_harness.server.server_process import RunningServer
from project import SETTINGS, TOKEN, ProjectFolder, chatchat_script, script_server, write_trials

from storage.bucket import Bucket

_NUMBERS = count(1)
_SECONDS = 60


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of moto's standalone server, which has taken a free port itself."""
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]
    environment = {"PATH": os.environ.get("PATH", ""), "PYTHONUNBUFFERED": "1"}
    # A file and no pipe: the server logs every request, and nobody would empty the pipe.
    log = tmp_path_factory.mktemp("moto") / "log"
    with (
        log.open("wb") as stream,
        subprocess.Popen(command, stdout=stream, stderr=stream, env=environment) as process,
    ):
        try:
            yield _address(log, process)
        finally:
            process.terminate()


def _address(log: Path, process: subprocess.Popen[bytes]) -> str:
    """Return the address that the server says it listens on."""
    deadline = time.monotonic() + _SECONDS
    while not (address := re.search(r"http://127\.0\.0\.1:\d+", log.read_text("utf-8"))):
        running = process.poll() is None and time.monotonic() < deadline
        assert running, f"moto's server does not start: {log.read_text('utf-8')}"
        time.sleep(0.05)
    return address[0]


@pytest.fixture
def bucket(s3_server: str) -> Bucket:
    """A new bucket."""
    bucket = Bucket(s3_server, f"harness-{os.getpid()}-{next(_NUMBERS)}")
    bucket.make()
    return bucket


@pytest.fixture
def server() -> Iterator[RunningServer]:
    with script_server(chatchat_script()) as running:
        yield running


@pytest.fixture
def project(tmp_path: Path, server: RunningServer, bucket: Bucket) -> ProjectFolder:
    """A project of four trials, one of them failing, whose folders are in the bucket."""
    project = ProjectFolder(tmp_path / "project", home=tmp_path / "home")
    folders = f"cassettes: {bucket.url}/录音\nreports: {bucket.url}/reports\n"
    project.write("harness.yaml", SETTINGS + folders)
    write_trials(project)
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
def recorded_project(project: ProjectFolder) -> ProjectFolder:
    """The same, recorded; without a token from here on."""
    done = project.run("record")
    assert done.code == 1, done
    del project.env["COZE_API_TOKEN"]
    del project.env["COZE_API_BASE"]
    return project
