"""The engine alone, in one process: read, replay and judge one conversation, beside vcrpy.

Run as `python -m benchmarks.engine PROJECT ROUNDS`, it prints microseconds as JSON; `measured`
starts it so and makes lines of that.
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

from benchmarks.bench import Bench
from benchmarks.comparing import Aim, Contender, Found, in_turn, ratio, spread
from benchmarks.processes import BenchmarkError
from benchmarks.project import BOT, HOST
from benchmarks.walkthrough import Http, ask

_ASKED = 60
_BLOCK = 20
_OURS = "ours"
_PEERS = ("vcrpy", "vcrpy, tuned")


def measured(bench: Bench) -> Found:
    """Compare the engine with plain `vcr.use_cassette` on the same files."""
    # Scripts of larger projects lie packed, a hundred together: picked at random, they would be
    # unpacked for one of them each time, which no run does.
    count, rounds = (100, 5) if bench.quick else (900, 40)
    project, _ = bench.project(count)
    bench.told(f"{rounds} rounds in one process")
    bench.machine.takes(
        [sys.executable, "-m", "benchmarks.engine", str(project), str(rounds)], project
    )
    found: dict[str, list[list[float]]] = json.loads(bench.machine.said())
    flat = {name: [value for values in found[name] for value in values] for name in found}
    lines = [
        ratio(
            f"conversations per second, over {name}",
            found[name],
            found[_OURS],
            Aim(_ASKED, at_least=True),
        )
        for name in _PEERS
    ]
    lines += [spread(f"a conversation, {name}", "µs", flat[name]) for name in flat]
    remarks = (
        "Read, replay and judge one conversation (4 interactions, 6.7 KB) in one process. The "
        f"contenders take turns in random order, {_BLOCK} conversations each.",
        "vcrpy: `vcr.use_cassette`, record mode `none`, the walkthrough's client on requests, and "
        "five plain Python comparisons, which cost less than verdicts with reasons. Tuned uses "
        "one session for each conversation.",
    )
    return Found(
        "engine", "The engine alone: one conversation read, replayed and judged", lines, remarks
    )


def main(folder: str, rounds: str) -> None:
    """Measure in this process and print what was found."""
    project = open_project(ProcessContext(environment={}, folder=Path(folder), processors=1))
    trials = select_trials(project, TrialSelection())
    replayer = project.replayer
    rng = random.Random(1)  # noqa: S311 (an order of contenders, no secret)

    def ours(trial: Trial) -> bool:
        return replayer.replay(trial).status is TrialStatus.PASSED

    def block(converse: Callable[[Trial], bool]) -> float:
        chosen = rng.sample(trials, min(_BLOCK, len(trials)))
        begun = time.perf_counter()
        good = [converse(trial) for trial in chosen]
        seconds = time.perf_counter() - begun
        if not all(good):
            raise BenchmarkError("a conversation did not pass")
        return seconds / len(chosen) * 1e6

    cassettes = Path(folder) / "cassettes"
    contenders = {
        _OURS: Contender(partial(block, ours), 5),
        _PEERS[0]: Contender(partial(block, partial(_by_vcrpy, cassettes))),
        _PEERS[1]: Contender(partial(block, partial(_by_vcrpy_in_session, cassettes))),
    }
    in_turn(contenders, 1, rng)
    taken = in_turn(contenders, int(rounds), rng)
    by_name = {name: [values[name] for values in taken] for name in contenders}
    sys.stdout.write(json.dumps(by_name))


def _by_vcrpy(cassettes: Path, trial: Trial) -> bool:
    path = str(cassettes / f"{trial.key.id}.yaml")
    with vcr.use_cassette(path, record_mode="none"):  # noqa: TID251 (the peer)
        return _judged(requests, trial)


def _by_vcrpy_in_session(cassettes: Path, trial: Trial) -> bool:
    path = str(cassettes / f"{trial.key.id}.yaml")
    with vcr.use_cassette(path, record_mode="none"), requests.Session() as session:  # noqa: TID251 (the peer)
        return _judged(session, trial)


def _judged(http: Http, trial: Trial) -> bool:
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
