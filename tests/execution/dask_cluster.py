"""A Dask cluster on loopback: a scheduler and workers, each a process of its own."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

_ADDRESS = re.compile(r"(tcp://127\.0\.0\.1:\d+)")
_SECONDS = 60


@dataclass(frozen=True)
class Cluster:
    """The scheduler's address, and the workers."""

    address: str
    workers: list[subprocess.Popen[str]]


@contextmanager
def cluster(folder: Path, env: Mapping[str, str], workers: int = 2) -> Iterator[Cluster]:
    """Start a cluster; it is gone at the end."""
    running: list[subprocess.Popen[str]] = []

    def start(module: str, *arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{module}", "--no-dashboard", *arguments],
            cwd=folder,
            env=dict(env),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    try:
        scheduler = start("dask_scheduler", "--host", "127.0.0.1", "--port", "0")
        address = _read_address(scheduler, "Scheduler at")
        started = [
            start("dask_worker", address, "--no-nanny", "--nthreads", "1", "--host", "127.0.0.1")
            for _ in range(workers)
        ]
        for worker in started:
            _read_address(worker, "Registered to")
        yield Cluster(address, started)
    finally:
        for process in reversed(running):
            process.kill()
            process.wait(_SECONDS)
            if process.stderr is not None:
                process.stderr.close()


def _read_address(process: subprocess.Popen[str], words: str) -> str:
    """Read a process's log up to the line with these words, and return the address in it."""
    log: list[str] = []
    assert process.stderr is not None
    for line in process.stderr:
        log.append(line)
        match = _ADDRESS.search(line)
        if words in line and match:
            return match[1]
    pytest.fail(f"it ended early:\n{''.join(log)}")
