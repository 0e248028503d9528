"""Whole processes, measured from outside: wall clock, processor time, memory."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import launch

ROOT = Path(__file__).resolve().parent.parent


class BenchmarkError(Exception):
    """A measured command did not do what it was measured at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What one process took, with all that it started: seconds and bytes.

    `largest` is the peak of its largest process. `together` is the peak of the sum over all of
    them, with shared pages counted for each; `together_shared_once` counts those once. The sums are
    0 unless they were watched, which disturbs the time.
    """

    code: int
    wall: float
    cpu: float
    largest: int
    together: int
    together_shared_once: int


class Machine:
    """Runs commands in a plain environment, so that this shell's settings are not measured.

    Args:
        scratch: a folder for their output and their home.
    """

    def __init__(self, scratch: Path) -> None:
        self._output = scratch / "output.txt"
        self.environment = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": str(scratch),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
        }

    def takes(
        self,
        command: Sequence[str],
        folder: Path,
        environment: Mapping[str, str] | None = None,
        *,
        watch: bool = False,
        code: int = 0,
    ) -> Taken:
        """Run a command to its end, which is to be with `code`, and return what it took.

        Raises:
            BenchmarkError: it failed; its output is in the message.
        """
        launcher = [sys.executable, "-I", "-S", launch.__file__]
        done = subprocess.run(  # noqa: S603 (our own commands)
            [*launcher, str(self._output), "1" if watch else "0", *command],
            cwd=folder,
            env={**self.environment, **(environment or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
        )
        taken = Taken(**json.loads(done.stdout))
        if taken.code != code:
            said = self._output.read_text("utf-8", "replace")[-2000:]
            raise BenchmarkError(f"{' '.join(command)} ended with {taken.code}:\n{said}")
        return taken

    def said(self) -> str:
        """Return what the last command printed."""
        return self._output.read_text("utf-8")


def harness_command(*arguments: str) -> list[str]:
    """Return the installed command `coze-harness` with its arguments."""
    return [str(Path(sys.executable).with_name("coze-harness")), *arguments]
