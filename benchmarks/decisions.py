"""Comparisons of twenty scenarios with bots of known pass rates: false alarms, power, trials.

Each round writes evidence of ten earlier verdicts, serves a bot whose answers pass and fail at
random, and runs `coze-harness compare`. The same suites are simulated without calls in
tests/compare/test_compare_simulated.py, thousands of times.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from coze_harness.server.script_reader import parse_script
from coze_harness.server.server_process import serve

from benchmarks.benchmark_context import BenchmarkContext
from benchmarks.figures import BenchmarkResult, Figure, Goal
from benchmarks.processes import BenchmarkError, harness_command
from benchmarks.project import BOT, SETTINGS

SCENARIOS: Final = 20
EVIDENCE: Final = 10
MIX: Final = (1.0,) * 12 + (0.95,) * 4 + (0.9,) * 2 + (0.8, 0.7)
_TOKEN: Final = "pat_any_token_will_do"  # noqa: S105 (no secret)
_ANSWERS_PER_SCENARIO: Final = 80
_ROUNDS: Final = 40
_UNCHANGED_ROUNDS: Final = 120
_RECORDED: Final = "100"
"""The version of the bot that was recorded."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One comparison: the scenarios that it reports as worse, and its number of trials."""

    regressed: frozenset[str]
    trials: int


def measure_decisions(context: BenchmarkContext) -> BenchmarkResult:
    """Compare unchanged bots, and bots of which one scenario became worse."""
    rounds = 2 if context.is_quick else _ROUNDS
    unchanged_rounds = 2 if context.is_quick else _UNCHANGED_ROUNDS
    figures: list[Figure] = []
    for name, rates in (("0.95", (0.95,) * 20), ("0.9", (0.9,) * 20), ("a mix", MIX)):
        outcomes = list(_rounds(context, rates, rates, unchanged_rounds, ()))
        alarms = sum(bool(one.regressed) for one in outcomes) / unchanged_rounds
        figures.append(
            _exact_figure(f"false alarms, unchanged bot of {name}", "share", alarms, Goal(0.02))
        )
        figures.append(_trials_figure(f"trials, unchanged bot of {name}", outcomes, name == "0.95"))
    for options, goals in (((), (1.0, None, None)), (("--thorough",), (1.0, 0.95, 0.6))):
        for (before, after), bound in zip(((1, 0), (1, 0.2), (0.95, 0.5)), goals, strict=True):
            old, new = ((float(rate), *[0.95] * (SCENARIOS - 1)) for rate in (before, after))
            outcomes = list(_rounds(context, old, new, rounds, options))
            power = sum("s00" in one.regressed for one in outcomes) / rounds
            name = " ".join(["power", f"{before} → {after}", *options])
            goal = None if bound is None else Goal(bound, at_least=True)
            figures.append(_exact_figure(name, "share", power, goal))
    remarks = (
        f"{unchanged_rounds} comparisons for each line of an unchanged bot and {rounds} for the"
        f" others, of {SCENARIOS} scenarios with {EVIDENCE} earlier verdicts each. Shares of"
        f" {rounds} have a standard error of up to {0.5 / rounds**0.5:.2f}.",
        "One first trial sees a drop to 0.2 with probability 0.8 and one to 0.5 with 0.5; so these"
        " have no target without --thorough.",
    )
    return BenchmarkResult("deciding", "Deciding what got worse", figures, remarks)


def _exact_figure(name: str, unit: str, value: float, goal: Goal | None = None) -> Figure:
    return Figure(name, unit, value, value, value, goal)


def _trials_figure(name: str, outcomes: Sequence[Outcome], has_goal: bool) -> Figure:
    trials = [one.trials for one in outcomes]
    mean = sum(trials) / len(trials)
    return Figure(name, "mean", mean, min(trials), max(trials), Goal(35) if has_goal else None)


def _rounds(
    context: BenchmarkContext,
    before: Sequence[float],
    after: Sequence[float],
    rounds: int,
    options: Sequence[str],
) -> Iterator[Outcome]:
    project = context.scratch / "deciding"
    shutil.rmtree(project, ignore_errors=True)
    names = [f"s{number:02}" for number in range(SCENARIOS)]
    _write_project(project, names)
    _run(context, project, "record", _script(_version(_RECORDED, dict.fromkeys(names, "p"))))
    lines = (project / "cassettes" / "evidence.jsonl").read_text("utf-8").splitlines()
    recorded = [json.loads(line) for line in lines]
    for number in range(rounds):
        context.report_progress(
            f"{' '.join(map(str, after[:2]))}: comparison {number + 1} of {rounds}"
        )
        evidence = list(recorded)
        for line, rate in zip(recorded, before, strict=True):
            passed = _verdicts(context.rng, rate)[:EVIDENCE].count("p")
            evidence.append({**line, "run": "earlier", "attempts": EVIDENCE, "passed": passed})
        text = "".join(f"{json.dumps(line)}\n" for line in evidence)
        (project / "cassettes" / "evidence.jsonl").write_text(text, encoding="utf-8")
        old, new = (
            {name: _verdicts(context.rng, rate) for name, rate in zip(names, rates, strict=True)}
            for rates in (before, after)
        )
        script = _script(_version(str(200 + number), new), _version(_RECORDED, old))
        _run(context, project, "compare", script, *options)
        run = json.loads((project / "reports" / "latest" / "run.json").read_bytes())
        scenarios = run["comparison"]["scenarios"]
        yield Outcome(
            frozenset(one["scenario"] for one in scenarios if one["regressed"]), len(run["trials"])
        )
        shutil.rmtree(project / "reports")
        shutil.rmtree(project / "cassettes" / ".candidate")


def _write_project(project: Path, names: Sequence[str]) -> None:
    (project / "scenarios").mkdir(parents=True)
    (project / "harness.yaml").write_text(SETTINGS, encoding="utf-8")
    for name in names:
        text = f"name: {name}\nstream: true\nturns: [{{prompt: {name}, expect: [对]}}]\n"
        (project / "scenarios" / f"{name}.yaml").write_text(text, encoding="utf-8")


def _verdicts(rng: random.Random, rate: float) -> str:
    return "".join("p" if rng.random() < rate else "f" for _ in range(_ANSWERS_PER_SCENARIO))


def _version(version: str, verdicts: dict[str, str]) -> dict[str, object]:
    """Return a version of the bot: its answers pass and fail in the order of the verdicts."""
    answers = [
        {"prompt": name, "vary": ["对" if one == "p" else "错" for one in order]}
        for name, order in verdicts.items()
    ]
    return {"version": version, "prompt": f"第 {version} 版提示词", "answers": answers}


def _script(published: dict[str, object], *earlier: dict[str, object]) -> str:
    versions = {str(one["version"]): one for one in earlier}
    bot = {"id": BOT, "name": "chatchat", **published, "versions": versions}
    return json.dumps({"defaults": {"delay": 0}, "bots": [bot]}, ensure_ascii=False)


def _run(
    context: BenchmarkContext, project: Path, command: str, script: str, *options: str
) -> None:
    with serve(parse_script(script, "deciding.json")) as server:
        service = {"COZE_API_BASE": server.base_url, "COZE_API_TOKEN": _TOKEN}
        process = subprocess.run(  # noqa: S603 (our own command)
            harness_command(command, "--no-progress", *options),
            cwd=project,
            env=context.runner.environment | service,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    if process.returncode not in (0, 1):
        raise BenchmarkError(f"{command} ended with {process.returncode}:\n{process.stderr}")
