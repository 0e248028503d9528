"""Start-up: `coze-harness --version` compared with `python -c "import requests"`."""

from __future__ import annotations

import shutil
import sys
from functools import partial

from benchmarks.benchmark_context import BenchmarkContext
from benchmarks.figures import (
    BenchmarkResult,
    Contender,
    Goal,
    measure_in_turn,
    median_figure,
    ratio_figure,
)
from benchmarks.processes import ROOT, harness_command

_REQUESTS = 'python -c "import requests"'
_COMPILED = "coze-harness --version"
_SOURCE = "coze-harness --version, never compiled"


def measure_startup(context: BenchmarkContext) -> BenchmarkResult:
    """Compare the start of the command with what a bare import of requests run_command."""
    rounds = 5 if context.is_quick else 25
    copy = context.scratch / "source"
    shutil.copytree(
        ROOT / "harness/coze_harness",
        copy / "coze_harness",
        ignore=shutil.ignore_patterns("__pycache__"),
        dirs_exist_ok=True,
    )
    source = {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    version = harness_command("--version")
    run_command = partial(context.runner.run, folder=context.scratch)
    contenders = {
        _REQUESTS: Contender(partial(run_command, [sys.executable, "-c", "import requests"])),
        _COMPILED: Contender(partial(run_command, version)),
        _SOURCE: Contender(partial(run_command, version, environment=source)),
    }
    measure_in_turn(contenders, 1, context.rng)
    context.report_progress(f"{rounds} rounds")
    values_by_round = measure_in_turn(contenders, rounds, context.rng)
    walls = {
        name: [[usage.wall_seconds for usage in values[name]] for values in values_by_round]
        for name in contenders
    }
    figures = [
        ratio_figure(
            f"{_COMPILED}, over {_REQUESTS}", walls[_COMPILED], walls[_REQUESTS], Goal(1.5)
        ),
        ratio_figure(f"{_SOURCE}, over the same", walls[_SOURCE], walls[_REQUESTS]),
    ]
    for name, wall_by_round in walls.items():
        milliseconds = [wall * 1000 for values in wall_by_round for wall in values]
        figures.append(median_figure(name, "ms", milliseconds))
    remarks = (
        "Compiled: with bytecode for both, as after an installation. Never compiled: this "
        "package's bytecode is missing and not written (PYTHONDONTWRITEBYTECODE=1).",
    )
    return BenchmarkResult("start", "Start-up", figures, remarks)
