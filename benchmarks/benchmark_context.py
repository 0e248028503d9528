"""What every benchmark works with: a scratch folder, recorded projects, a runner of commands."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.processes import CommandRunner, ProcessUsage, harness_command
from benchmarks.project import Exchange, build_project


@dataclass(slots=True)
class BenchmarkContext:
    """One run of the benchmarks.

    Args:
        scratch: an own folder, in which projects are built.
        runner: runs commands.
        rng: the random source, for the order of contenders.
        is_quick: small sizes and few rounds: to see that it works, not to quote.
        report_progress: receives what is measured now.
    """

    scratch: Path
    runner: CommandRunner
    rng: random.Random
    is_quick: bool
    report_progress: Callable[[str], None]
    _projects: dict[int, tuple[Path, list[Exchange]]] = field(default_factory=dict)

    def recorded_project(self, count: int) -> tuple[Path, Sequence[Exchange]]:
        """Return a recorded project of this number of trials, built at the first call."""
        if count not in self._projects:
            self.report_progress(f"building a project of {count} trials")
            folder = self.scratch / f"project-{count}"
            self._projects[count] = (folder, build_project(folder, count))
        return self._projects[count]

    def run_project(
        self, project: Path, *options: str, samples_memory: bool = False
    ) -> ProcessUsage:
        """Run `coze-harness run` in a project, with an empty folder of reports."""
        command = harness_command("run", "--no-progress", "--reports", str(self.empty_reports()))
        return self.runner.run([*command, *options], project, samples_memory=samples_memory)

    def empty_reports(self) -> Path:
        """Return the path of the folder of reports, at which there is nothing any more."""
        folder = self.scratch / "reports"
        shutil.rmtree(folder, ignore_errors=True)
        return folder
