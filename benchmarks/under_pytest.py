"""Our scenarios as pytest items beside pytest-recording's tests, on the same cassettes."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks import peer
from benchmarks.bench import Bench
from benchmarks.comparing import Contender, Found, in_turn, ratio, spread
from benchmarks.processes import BenchmarkError, Taken, harness_command

_IMPORT = "import pytest; import coze_harness.pytest_plugin"
_WITHOUT = "import pytest"


def measured(bench: Bench) -> Found:
    """Replay and judge one project in pytest, ours and pytest-recording's, with two processes."""
    count, rounds = (100, 1) if bench.quick else (2000, 3)
    project, exchanges = bench.project(count)
    tests = bench.scratch / "peer-in-pytest"
    peer.write_tests(tests, project / "cassettes", exchanges, tuned=True)
    mine, theirs = "scenarios, pytest -n 2", "pytest-recording, tuned, -n 2"
    alone, recording = "scenarios, pytest", "pytest-recording, tuned"
    plain, loaded = "import pytest", "import pytest and the plugin"
    contenders = {
        mine: Contender(partial(_pytest, bench, project, count, _ours(2))),
        theirs: Contender(partial(_pytest, bench, tests, count, peer.command(2))),
        alone: Contender(partial(_pytest, bench, project, count, _ours(1))),
        recording: Contender(partial(_pytest, bench, tests, count, peer.command(1))),
        plain: Contender(partial(_imports, bench, _WITHOUT), 5),
        loaded: Contender(partial(_imports, bench, _IMPORT), 5),
        "coze-harness run": Contender(partial(_run, bench, project)),
    }
    taken = in_turn(contenders, rounds, bench.rng, bench.told)

    def walls(name: str) -> list[list[float]]:
        return [[one.wall for one in values[name]] for values in taken]

    def each(name: str) -> list[float]:
        return [value for values in walls(name) for value in values]

    added = 1000 * (median(_cpu(taken, loaded)) - median(_cpu(taken, plain)))
    lines = [
        ratio(f"wall, {theirs} over ours", walls(theirs), walls(mine), None),
        ratio("wall, the same in one process", walls(recording), walls(alone), None),
        *(spread(f"wall, {name}", "s", each(name)) for name in contenders),
        spread("the plugin's own import, processor time", "ms", [added]),
    ]
    remarks = (
        "One scenario file and one cassette for each trial. pytest-recording has one test for each "
        "trial with the same cassette and the same assertions, and one session for each test (its "
        "faster way).",
        "Most of our time is pytest's: 2,000 files to collect, 2,000 items to report. For "
        "comparison: the same scenarios with `coze-harness run`, including all reports.",
    )
    return Found("pytest", f"{count:,} scenarios in pytest", lines, remarks)


def _cpu(taken: Sequence[Mapping[str, Sequence[Taken]]], name: str) -> list[float]:
    return [one.cpu for values in taken for one in values[name]]


def _ours(workers: int) -> list[str]:
    spread_out = ["-p", "xdist.plugin", "-n", str(workers)] if workers > 1 else []
    plugins = ["-p", "coze_harness.pytest_plugin", "-p", "no:cacheprovider"]
    return [sys.executable, "-m", "pytest", "-q", *plugins, *spread_out, "scenarios"]


def _pytest(bench: Bench, folder: Path, count: int, command: list[str]) -> Taken:
    taken = bench.machine.takes(command, folder, peer.ENVIRONMENT)
    if f"{count} passed" not in bench.machine.said():
        raise BenchmarkError(f"not all passed:\n{bench.machine.said()[-2000:]}")
    return taken


def _imports(bench: Bench, statement: str) -> Taken:
    return bench.machine.takes([sys.executable, "-c", statement], bench.scratch)


def _run(bench: Bench, project: Path) -> Taken:
    command = harness_command("run", "--no-progress", "--reports", str(bench.reports()))
    return bench.machine.takes(command, project)
