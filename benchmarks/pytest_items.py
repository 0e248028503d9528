"""Our scenarios as pytest items, and pytest-recording's tests, on the same cassettes."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks import pytest_recording_peer as peer
from benchmarks.benchmark_context import BenchmarkContext
from benchmarks.figures import (
    BenchmarkResult,
    Contender,
    measure_in_turn,
    median_figure,
    ratio_figure,
)
from benchmarks.processes import BenchmarkError, ProcessUsage

_IMPORT = "import pytest; import coze_harness.pytest_plugin"
_WITHOUT = "import pytest"


def measure_pytest_items(context: BenchmarkContext) -> BenchmarkResult:
    """Replay and judge one project in pytest, ours and pytest-recording's, with two processes."""
    count, rounds = (100, 1) if context.is_quick else (2000, 3)
    project, exchanges = context.recorded_project(count)
    tests = context.scratch / "peer-in-pytest"
    peer.write_tests(tests, project / "cassettes", exchanges, tuned=True)
    ours, theirs = "scenarios, pytest -n 2", "pytest-recording, tuned, -n 2"
    ours_alone, theirs_alone = "scenarios, pytest", "pytest-recording, tuned"
    without_plugin, with_plugin = "import pytest", "import pytest and the plugin"
    contenders = {
        ours: Contender(partial(_run_pytest, context, project, count, _our_command(2))),
        theirs: Contender(partial(_run_pytest, context, tests, count, peer.command(2))),
        ours_alone: Contender(partial(_run_pytest, context, project, count, _our_command(1))),
        theirs_alone: Contender(partial(_run_pytest, context, tests, count, peer.command(1))),
        without_plugin: Contender(partial(_import_in_python, context, _WITHOUT), 5),
        with_plugin: Contender(partial(_import_in_python, context, _IMPORT), 5),
        "coze-harness run": Contender(partial(context.run_project, project)),
    }
    values_by_round = measure_in_turn(contenders, rounds, context.rng, context.report_progress)

    def walls(name: str) -> list[list[float]]:
        return [[one.wall_seconds for one in values[name]] for values in values_by_round]

    def flat_walls(name: str) -> list[float]:
        return [value for values in walls(name) for value in values]

    def cpu_seconds(name: str) -> float:
        return median([one.cpu_seconds for values in values_by_round for one in values[name]])

    plugin_milliseconds = 1000 * (cpu_seconds(with_plugin) - cpu_seconds(without_plugin))
    figures = [
        ratio_figure(f"wall, {theirs} over ours", walls(theirs), walls(ours), None),
        ratio_figure("wall, the same in one process", walls(theirs_alone), walls(ours_alone), None),
        *(median_figure(f"wall, {name}", "s", flat_walls(name)) for name in contenders),
        median_figure("the plugin's own import, processor time", "ms", [plugin_milliseconds]),
    ]
    remarks = (
        "One scenario file and one cassette for each trial. pytest-recording has one test for each "
        "trial with the same cassette and the same assertions, and one session for each test (its "
        "faster way).",
        "Most of our time is pytest's: 2,000 files to collect, 2,000 items to report. For "
        "comparison: the same scenarios with `coze-harness run`, including all reports.",
    )
    return BenchmarkResult("pytest", f"{count:,} scenarios in pytest", figures, remarks)


def _our_command(workers: int) -> list[str]:
    xdist = ["-p", "xdist.plugin", "-n", str(workers)] if workers > 1 else []
    plugins = ["-p", "coze_harness.pytest_plugin", "-p", "no:cacheprovider"]
    return [sys.executable, "-m", "pytest", "-q", *plugins, *xdist, "scenarios"]


def _run_pytest(
    context: BenchmarkContext, folder: Path, count: int, command: list[str]
) -> ProcessUsage:
    usage = context.runner.run(command, folder, peer.ENVIRONMENT)
    if f"{count} passed" not in context.runner.output():
        raise BenchmarkError(f"not all passed:\n{context.runner.output()[-2000:]}")
    return usage


def _import_in_python(context: BenchmarkContext, statement: str) -> ProcessUsage:
    return context.runner.run([sys.executable, "-c", statement], context.scratch)
