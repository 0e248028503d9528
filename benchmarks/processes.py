"""Commands, measured from outside: wall-clock time, processor time, memory."""

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
    """A command failed, or did something else than what is measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessUsage:
    """What a command used, with all processes that it started: seconds and bytes.

    `largest_rss` is the peak of its largest process. `total_rss` is the peak of the sum over all of
    them, with shared pages counted for each; `total_pss` counts those once. The sums are 0 unless
    memory is sampled, which takes time itself.
    """

    exit_code: int
    wall_seconds: float
    cpu_seconds: float
    largest_rss: int
    total_rss: int
    total_pss: int


class CommandRunner:
    """Runs commands in an environment of its own, without the settings of this shell.

    Args:
        scratch: a folder for their output, and their home.
    """

    def __init__(self, scratch: Path) -> None:
        self._output_file = scratch / "output.txt"
        self.environment = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": str(scratch),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
        }

    def run(
        self,
        command: Sequence[str],
        folder: Path,
        environment: Mapping[str, str] | None = None,
        *,
        samples_memory: bool = False,
        exit_code: int = 0,
    ) -> ProcessUsage:
        """Run a command to its end and return what it used.

        Raises:
            BenchmarkError: it ended with another exit code; its output is in the message.
        """
        launcher = [sys.executable, "-I", "-S", launch.__file__]
        process = subprocess.run(  # noqa: S603 (our own commands)
            [*launcher, str(self._output_file), "1" if samples_memory else "0", *command],
            cwd=folder,
            env={**self.environment, **(environment or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
        )
        usage = ProcessUsage(**json.loads(process.stdout))
        if usage.exit_code != exit_code:
            output = self._output_file.read_text("utf-8", "replace")[-2000:]
            raise BenchmarkError(f"{' '.join(command)} ended with {usage.exit_code}:\n{output}")
        return usage

    def output(self) -> str:
        """Return what the last command printed."""
        return self._output_file.read_text("utf-8")


def harness_command(*arguments: str) -> list[str]:
    """Return the installed command `coze-harness` with its arguments."""
    return [str(Path(sys.executable).with_name("coze-harness")), *arguments]
