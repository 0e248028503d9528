"""Jobs in child processes with limited memory, whose time is measured.

One process imports what the jobs need and forks for each: a job costs milliseconds, not a start of
Python. Its limits are those that a user's input must respect, so a job that is killed is a failure.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MEGABYTE = 1_000_000
MAX_MEMORY = 200 * MEGABYTE
MAX_SECONDS = 1.0
# A busy machine is no reason to fail: the processor's time is measured, and this is for what hangs.
_KILL_AFTER = 10


@dataclass(frozen=True)
class JobResult:
    """What a job returned (`None` if it was killed), and its processor time in seconds."""

    value: Any
    seconds: float


class BoundedChild:
    """A warm process that forks for each job."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(self, job: str, *arguments: object) -> JobResult:
        """Run a function, named ``module:function``; arguments and result are JSON."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([job, arguments]) + "\n")
        self._process.stdin.flush()
        return JobResult(**json.loads(self._process.stdout.readline()))


@contextmanager
def bounded_child(modules: Sequence[str]) -> Iterator[BoundedChild]:
    """Start the process; `modules` are imported once."""
    folder = str(Path(__file__).parent)
    process = subprocess.Popen(
        [sys.executable, "-m", "bounded_child", *modules],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([folder, *sys.path])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    with process:
        yield BoundedChild(process)
        assert process.stdin is not None
        process.stdin.close()


def _serve(modules: Sequence[str]) -> None:
    for name in modules:
        importlib.import_module(name)
    for line in sys.stdin:
        job, arguments = json.loads(line)
        sys.stdout.write(json.dumps(_fork(job, arguments)) + "\n")
        sys.stdout.flush()


def _fork(job: str, arguments: Sequence[Any]) -> dict[str, object]:
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        _limit()
        began = time.process_time()
        module, _, name = job.partition(":")
        try:
            value = getattr(importlib.import_module(module), name)(*arguments)
        except BaseException as error:  # noqa: BLE001 (reported to the test)
            value = f"{type(error).__name__}: {error}"
        seconds = time.process_time() - began
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        with os.fdopen(writing, "w", encoding="utf-8") as pipe:
            json.dump({"value": value, "seconds": seconds}, pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as pipe:
        result = pipe.read()
    os.waitpid(child, 0)
    if not result:
        return {"value": None, "seconds": float(_KILL_AFTER)}
    outcome: dict[str, object] = json.loads(result)
    return outcome


def _limit() -> None:
    size = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + MAX_MEMORY, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_CPU, (_KILL_AFTER, _KILL_AFTER))


if __name__ == "__main__":
    _serve(sys.argv[1:])
