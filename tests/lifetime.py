"""Commands that get a signal at a chosen moment, and what is left of them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from project import ProjectFolder

MARK = "COZE_HARNESS_TEST_MARK"
_SITE = """
import os, sys

def hook(event, args, at=os.environ.get("SIGNAL_AT", "").split("|"), pid=os.getpid(), done=[]):
    if event == at[0] and at[1] in str(args[0]) and not done and os.getpid() == pid:
        done.append(event)
        os.kill(pid, int(at[2]))

sys.addaudithook(hook)
"""


@dataclass(frozen=True)
class ProcessEnd:
    """How a process ended, and how long its pipes stayed open after that."""

    code: int
    out: str
    err: str
    seconds_open: float
    left: tuple[int, ...]


class RunningCommand:
    """A command that runs; it and its children have a mark in their environment."""

    def __init__(
        self,
        project: ProjectFolder,
        *arguments: str,
        at: tuple[str, str, signal.Signals] | None = None,
        ignored: signal.Signals | None = None,
    ) -> None:
        self.mark = f"{os.getpid()}-{id(self)}-{time.monotonic_ns()}"
        env = {MARK: self.mark}
        if at:
            event, text, number = at
            site = project.root / ".site"
            site.mkdir(exist_ok=True)
            (site / "sitecustomize.py").write_text(_SITE, "utf-8")
            env["PYTHONPATH"] = f"{site}:{project.env['PYTHONPATH']}"
            env["SIGNAL_AT"] = f"{event}|{text}|{int(number)}"
        before = signal.signal(ignored, signal.SIG_IGN) if ignored else None
        try:
            self.process: subprocess.Popen[str] = project.start(*arguments, env=env)
        finally:
            if ignored:
                signal.signal(ignored, before)

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def end(self, seconds: float = 60) -> ProcessEnd:
        """Wait for the end of the process, then for that of its output."""
        read: list[tuple[str, str]] = []
        reader = threading.Thread(
            target=lambda: read.append(self.process.communicate()), daemon=True
        )
        reader.start()
        code = _wait(self.process, seconds)
        began = time.monotonic()
        reader.join(10)
        assert read, "the output stays open"
        return ProcessEnd(code, *read[0], time.monotonic() - began, marked_processes(self.mark))


def _wait(process: subprocess.Popen[str], seconds: float) -> int:
    wait_until(lambda: process.poll() is not None, seconds)
    assert process.returncode is not None
    return process.returncode


def wait_until(is_so: Callable[[], bool], seconds: float = 30) -> None:
    nap = threading.Event()
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it never came to that point"
        nap.wait(0.002)


def marked_processes(mark: str) -> tuple[int, ...]:
    """Return the processes that have a mark in their environment; they get a second to end."""
    if not Path("/proc/self/environ").exists():
        pytest.skip("there is no /proc here")
    text = f"{MARK}={mark}".encode()
    end = time.monotonic() + 1
    while True:
        processes = tuple(
            int(entry.name)
            for entry in Path("/proc").iterdir()
            if entry.name.isdigit() and _has(entry / "environ", text)
        )
        if not processes or time.monotonic() > end:
            return processes


def _has(file: Path, text: bytes) -> bool:
    try:
        return text in file.read_bytes()
    except OSError:
        return False


def latest_run(project: ProjectFolder) -> Path | None:
    folder = project.path("reports")
    runs = sorted(path for path in folder.glob("2*") if path.is_dir()) if folder.is_dir() else []
    return runs[-1] if runs else None


def saved_trial_ids(run: Path | None) -> list[str]:
    """Return the ids in a run's whole lines; the last one of a killed run may be cut."""
    file = run / "trials.jsonl" if run else None
    if file is None or not file.exists():
        return []
    return [json.loads(line)["id"] for line in file.read_bytes().split(b"\n")[:-1]]


def handles_signals(process: int) -> bool:
    """Return whether a process has a handler for SIGTERM, or has ended."""
    try:
        status = Path(f"/proc/{process}/status").read_text("utf-8")
    except OSError:
        return True
    caught = [line.split()[1] for line in status.splitlines() if line.startswith("SigCgt:")]
    return not caught or bool(int(caught[0], 16) >> (signal.SIGTERM - 1) & 1)
