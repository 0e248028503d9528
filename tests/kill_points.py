"""Commands that are killed at one of their file operations, forked from one warm process.

As a script, it reads one job as JSON from each line of its input, and answers each with one line.
A job is a command that is to be run in a folder; it is killed (SIGKILL) before the file operation
with the number `kill_at` below that folder. Operations that change nothing do not count.
"""

from __future__ import annotations

import json
import os
import pkgutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import IO, Any, NoReturn

import coze_harness
from coze_harness.cli.main import run as run_command

_CHANGING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_EVENTS = {
    "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.symlink", "os.link", "os.truncate",
}  # fmt: skip


@dataclass(frozen=True)
class CommandEnd:
    """How a command ended. `is_killed`: there was an operation with that number."""

    is_killed: bool
    code: int
    out: str
    err: str


class Runner:
    """Runs commands in children of one warm process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._input: IO[str] = process.stdin
        self._output: IO[str] = process.stdout

    def run(self, folder: Path, *command: str, kill_at: int = 0) -> CommandEnd:
        job = {"folder": str(folder), "command": command, "kill_at": kill_at}
        self._input.write(json.dumps(job) + "\n")
        self._input.flush()
        return CommandEnd(**json.loads(self._output.readline()))


@contextmanager
def warm_runner(environment: Mapping[str, str]) -> Iterator[Runner]:
    """Start the warm process; it ends with the context."""
    with subprocess.Popen(
        [sys.executable, __file__],
        env=dict(environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        yield Runner(process)
        assert process.stdin is not None
        process.stdin.close()


def _changes(event: str, arguments: tuple[Any, ...], folder: str) -> bool:
    """Return whether an audit event is an operation that changes something below a folder."""
    if event == "open":
        path, _mode, flags = arguments
        if not isinstance(flags, int) or not flags & _CHANGING:
            return False
    elif event in _EVENTS:
        path = arguments[0]
    else:
        return False
    if isinstance(path, int):
        return event == "os.truncate"
    name = os.fsdecode(path)
    return name.startswith(folder) if Path(name).is_absolute() else not name.startswith("..")


def _run_child(folder: str, command: Sequence[str], kill_at: int, out: int, err: int) -> NoReturn:
    os.chdir(folder)
    os.dup2(out, 1)
    os.dup2(err, 2)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
    count = 0

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal count
        if (event == "open" or event in _EVENTS) and _changes(event, arguments, folder):
            count += 1
            if count == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)

    if kill_at:
        sys.addaudithook(hook)
    code = run_command(command)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _serve() -> None:
    import rapidfuzz.distance  # noqa: F401

    # Imported once, for all children.
    for module in pkgutil.walk_packages(coze_harness.__path__, "coze_harness."):
        if not module.name.endswith(("__main__", "dask_cluster")) and ".server." not in module.name:
            import_module(module.name)
    if hasattr(os, "sched_setaffinity"):  # with one processor, no command starts processes
        allowed = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {allowed[os.getpid() % len(allowed)]})
    for line in sys.stdin:
        job = json.loads(line)
        outputs = [os.memfd_create(name) for name in ("out", "err")]
        child = os.fork()
        if not child:
            _run_child(job["folder"], job["command"], job["kill_at"], *outputs)
        _, status = os.waitpid(child, 0)
        texts = []
        for output in outputs:
            os.lseek(output, 0, os.SEEK_SET)
            with os.fdopen(output, encoding="utf-8") as file:
                texts.append(file.read())
        is_killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        code = -1 if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        answer = {"is_killed": is_killed, "code": code, "out": texts[0], "err": texts[1]}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _serve()
