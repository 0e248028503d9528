"""Replay on a Dask cluster: a real scheduler and real workers on loopback."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator

import pytest
from dask_cluster import Cluster, cluster
from project import ProjectFolder
from scale import scale_down

from benchmarks.project import build_project

TRIALS = scale_down(4_000)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> ProjectFolder:
    folder = tmp_path_factory.mktemp("cluster")
    build_project(folder / "project", TRIALS)
    return ProjectFolder(folder / "project", home=folder / "home")


@pytest.fixture(scope="module")
def dask(project: ProjectFolder) -> Iterator[Cluster]:
    """A cluster with a worker more than are needed, for the test that kills one."""
    with cluster(project.root, project.env, workers=3) as started:
        yield started


def test_a_cluster_comes_to_the_same_results_as_this_machine(
    project: ProjectFolder, dask: Cluster
) -> None:
    done = project.run("run", "--cluster", dask.address, "-k", "s0000")
    cluster_lines = project.lines("latest")
    assert done.code == 0, done.err
    assert project.run("run", "-k", "s0000").code == 0
    assert cluster_lines == project.lines("latest")
    assert len(cluster_lines) == 100


def test_the_trials_of_a_killed_worker_are_done_by_another_and_none_twice(
    project: ProjectFolder, dask: Cluster
) -> None:
    run = _start_run(project, dask.address)
    dask.workers[0].kill()
    out, err = run.communicate(timeout=120)
    assert run.returncode == 0, err
    assert f"All {TRIALS:,} scenarios passed" in out
    ids = [json.loads(line)["id"] for line in project.lines_as_bytes("latest")]
    assert len(ids) == len(set(ids)) == TRIALS


def test_ctrl_c_keeps_what_is_done(project: ProjectFolder, dask: Cluster) -> None:
    run = _start_run(project, dask.address)
    os.kill(run.pid, signal.SIGINT)
    _out, err = run.communicate(timeout=60)
    assert run.returncode == 130, err
    assert "--resume" in err
    assert 200 <= len(project.lines_as_bytes("latest")) < TRIALS
    done = project.run("run", "--cluster", dask.address, "--resume", "latest")
    assert done.code == 0, done.err
    assert len(project.lines("latest")) == TRIALS


def test_an_address_without_a_scheduler_is_reported(project: ProjectFolder) -> None:
    done = project.run("run", "--cluster", "tcp://127.0.0.1:9")
    assert done.code == 2
    assert "No Dask scheduler answers at tcp://127.0.0.1:9" in done.err


def test_a_scheduler_without_workers_is_reported(project: ProjectFolder) -> None:
    with cluster(project.root, project.env, workers=0) as dask:
        done = project.run("run", "--cluster", dask.address)
    assert done.code == 2
    assert "has no worker" in done.err


def _start_run(project: ProjectFolder, address: str) -> subprocess.Popen[str]:
    """Start a run on a cluster and return it once it has written some of its trials."""
    shutil.rmtree(project.path("reports"), ignore_errors=True)
    run = project.start("run", "--cluster", address, "--no-progress")
    lines = project.path("reports/latest/trials.jsonl")
    while run.poll() is None:
        if lines.exists() and lines.read_bytes().count(b"\n") >= 200:
            return run
        time.sleep(0.01)  # until the other process has written
    pytest.fail(f"it ended before that: {run.communicate()}")
