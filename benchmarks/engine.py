"""The engine alone, in one process: read, replay and judge a conversation; vcrpy for comparison.

Run as `python -m benchmarks.engine PROJECT ROUNDS`, it prints microseconds as JSON;
`measure_engine` starts it so and returns the figures.
"""

from __future__ import annotations

import json
import random
import re
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import requests
import vcr
from coze_harness.model import TrialStatus
from coze_harness.model.process_context import ProcessContext
from coze_harness.model.trial import Trial
from coze_harness.project.opened_project import open_project
from coze_harness.project.selected_trials import select_trials
from coze_harness.project.trial_selection import TrialSelection

from benchmarks.benchmark_context import BenchmarkContext
from benchmarks.figures import (
    BenchmarkResult,
    Contender,
    Goal,
    measure_in_turn,
    median_figure,
    ratio_figure,
)
from benchmarks.processes import BenchmarkError
from benchmarks.project import BOT, HOST
from benchmarks.walkthrough import Http, ask

_GOAL = 60
_BLOCK = 20
_OURS = "ours"
_PEERS = ("vcrpy", "vcrpy, tuned")


def measure_engine(context: BenchmarkContext) -> BenchmarkResult:
    """Compare the engine with plain `vcr.use_cassette` on the same files."""
    # A larger project keeps its scripts compressed in hundreds; choosing trials at random would
    # decompress a hundred for each, which no run does.
    count, rounds = (100, 5) if context.is_quick else (900, 40)
    project, _ = context.recorded_project(count)
    context.report_progress(f"{rounds} rounds in one process")
    context.runner.run(
        [sys.executable, "-m", "benchmarks.engine", str(project), str(rounds)], project
    )
    rounds_by_name: dict[str, list[list[float]]] = json.loads(context.runner.output())
    values = {
        name: [value for values in rounds_by_name[name] for value in values]
        for name in rounds_by_name
    }
    figures = [
        ratio_figure(
            f"conversations per second, over {name}",
            rounds_by_name[name],
            rounds_by_name[_OURS],
            Goal(_GOAL, at_least=True),
        )
        for name in _PEERS
    ]
    figures += [median_figure(f"a conversation, {name}", "µs", values[name]) for name in values]
    remarks = (
        "Read, replay and judge one conversation (4 interactions, 6.7 KB) in one process. The "
        f"contenders take turns in random order, {_BLOCK} conversations each.",
        "vcrpy: `vcr.use_cassette`, record mode `none`, the walkthrough's client on requests, and "
        "five plain Python comparisons, which cost less than verdicts with reasons. Tuned uses "
        "one session for each conversation.",
    )
    return BenchmarkResult(
        "engine", "The engine alone: one conversation read, replayed and judged", figures, remarks
    )


def main(folder: str, rounds: str) -> None:
    """Measure in this process and print the microseconds of each round."""
    project = open_project(ProcessContext(environment={}, folder=Path(folder), processors=1))
    trials = select_trials(project, TrialSelection())
    replayer = project.replayer
    rng = random.Random(1)  # noqa: S311 (an order of contenders, no secret)

    def replay(trial: Trial) -> bool:
        return replayer.replay(trial).status is TrialStatus.PASSED

    def time_block(converse: Callable[[Trial], bool]) -> float:
        selection = rng.sample(trials, min(_BLOCK, len(trials)))
        start = time.perf_counter()
        passed = [converse(trial) for trial in selection]
        seconds = time.perf_counter() - start
        if not all(passed):
            raise BenchmarkError("a conversation did not pass")
        return seconds / len(selection) * 1e6

    cassettes = Path(folder) / "cassettes"
    contenders = {
        _OURS: Contender(partial(time_block, replay), 5),
        _PEERS[0]: Contender(partial(time_block, partial(_by_vcrpy, cassettes))),
        _PEERS[1]: Contender(partial(time_block, partial(_by_vcrpy_in_session, cassettes))),
    }
    measure_in_turn(contenders, 1, rng)
    values_by_round = measure_in_turn(contenders, int(rounds), rng)
    by_name = {name: [values[name] for values in values_by_round] for name in contenders}
    sys.stdout.write(json.dumps(by_name))


def _by_vcrpy(cassettes: Path, trial: Trial) -> bool:
    path = str(cassettes / f"{trial.key.id}.yaml")
    with vcr.use_cassette(path, record_mode="none"):  # noqa: TID251 (the peer)
        return _passes(requests, trial)


def _by_vcrpy_in_session(cassettes: Path, trial: Trial) -> bool:
    path = str(cassettes / f"{trial.key.id}.yaml")
    with vcr.use_cassette(path, record_mode="none"), requests.Session() as session:  # noqa: TID251 (the peer)
        return _passes(session, trial)


def _passes(http: Http, trial: Trial) -> bool:
    answer, tokens = ask(http, HOST, BOT, trial.script.turns({})[0].prompt)
    return (
        "学术助手" in answer
        and "ChatGPT" not in answer
        and re.search(r"第\d+次", answer) is not None
        and len(answer) <= 600
        and tokens <= 800
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
