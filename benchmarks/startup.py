"""Start-up: `coze-harness --version` beside `python -c "import requests"`."""

from __future__ import annotations

import shutil
import sys
from functools import partial

from benchmarks.bench import Bench
from benchmarks.comparing import Aim, Contender, Found, in_turn, ratio, spread
from benchmarks.processes import ROOT, harness_command

_REQUESTS = 'python -c "import requests"'
_COMPILED = "coze-harness --version"
_SOURCE = "coze-harness --version, never compiled"


def measured(bench: Bench) -> Found:
    """Compare the start of the command with what a bare import of requests takes."""
    rounds = 5 if bench.quick else 25
    copy = bench.scratch / "source"
    shutil.copytree(
        ROOT / "harness/coze_harness",
        copy / "coze_harness",
        ignore=shutil.ignore_patterns("__pycache__"),
        dirs_exist_ok=True,
    )
    source = {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    version = harness_command("--version")
    takes = partial(bench.machine.takes, folder=bench.scratch)
    contenders = {
        _REQUESTS: Contender(partial(takes, [sys.executable, "-c", "import requests"])),
        _COMPILED: Contender(partial(takes, version)),
        _SOURCE: Contender(partial(takes, version, environment=source)),
    }
    in_turn(contenders, 1, bench.rng)
    bench.told(f"{rounds} rounds")
    taken = in_turn(contenders, rounds, bench.rng)
    walls = {name: [[one.wall for one in values[name]] for values in taken] for name in contenders}
    lines = [
        ratio(f"{_COMPILED}, over {_REQUESTS}", walls[_COMPILED], walls[_REQUESTS], Aim(1.5)),
        ratio(f"{_SOURCE}, over the same", walls[_SOURCE], walls[_REQUESTS]),
    ]
    for name, rounds_taken in walls.items():
        milliseconds = [wall * 1000 for values in rounds_taken for wall in values]
        lines.append(spread(name, "ms", milliseconds))
    remarks = (
        "Compiled: with bytecode for both, as after an installation. Never compiled: this "
        "package's bytecode is missing and not written (PYTHONDONTWRITEBYTECODE=1).",
    )
    return Found("start", "Start-up", lines, remarks)
