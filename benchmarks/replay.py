"""Replay of whole suites, compared with pytest-recording and with a suite of another size."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks import pytest_recording_peer as peer
from benchmarks.benchmark_context import BenchmarkContext
from benchmarks.figures import (
    BenchmarkResult,
    Contender,
    Figure,
    Goal,
    measure_in_turn,
    median_figure,
    ratio_figure,
)
from benchmarks.processes import BenchmarkError, ProcessUsage

_GOAL = 40
_MEGABYTE = 1_000_000
_OURS = "coze-harness run"


def compare_with_pytest_recording(context: BenchmarkContext) -> BenchmarkResult:
    """Compare a replay with all reports with pytest-recording on the same files."""
    count, rounds, times = (100, 1, 2) if context.is_quick else (2000, 2, 5)
    project, exchanges = context.recorded_project(count)
    contenders = {_OURS: Contender(partial(run_recorded_project, context, project, count), times)}
    clients: dict[str, list[str]] = {}
    for client, tuned in (("pytest-recording", False), ("pytest-recording, tuned", True)):
        tests = context.scratch / f"peer-{tuned}"
        peer.write_tests(tests, project / "cassettes", exchanges, tuned=tuned)
        clients[client] = [client, f"{client}, xdist -n 2"]
        for workers, name in enumerate(clients[client], 1):
            contenders[name] = Contender(partial(_run_peer, context, tests, count, workers))
    values_by_round = measure_in_turn(contenders, rounds, context.rng, context.report_progress)
    fastest = {
        min(names, key=lambda name: median(_each(values_by_round, name, _wall)))
        for names in clients.values()
    }
    walls, cpus = (
        [
            ratio_figure(
                f"{metric_name}, {name} over ours",
                _by_round(values_by_round, name, metric),
                _by_round(values_by_round, _OURS, metric),
                Goal(_GOAL, at_least=True) if metric is _wall and name in fastest else None,
            )
            for name in contenders
            if name != _OURS
        ]
        for metric_name, metric in (("wall", _wall), ("processor time", _cpu))
    )
    figures = [
        *walls,
        *cpus,
        *(
            median_figure(f"wall, {name}", "s", _each(values_by_round, name, _wall))
            for name in contenders
        ),
        median_figure(
            f"trials per second, {_OURS}",
            "1/s",
            [count / s for s in _each(values_by_round, _OURS, _wall)],
        ),
        *(
            median_figure(f"largest process, {name}", "MB", _each(values_by_round, name, _largest))
            for name in contenders
        ),
    ]
    remarks = (
        "pytest-recording reads the same cassette files, with one test for each cassette and "
        "record mode `none`, and asserts the same five expectations. It writes no report; "
        "coze-harness writes all of its reports.",
        "Plain is the walkthrough's client (`requests.get`); tuned uses one session for each test. "
        "The target applies to the faster of each, with xdist or without.",
    )
    title = f"{count:,} one-turn trials replayed, judged and reported"
    return BenchmarkResult("suite", title, figures, remarks)


def compare_sizes(context: BenchmarkContext) -> BenchmarkResult:
    """Compare a project with one ten times as large: time and memory."""
    small, large, rounds = (100, 1000, 2) if context.is_quick else (1000, 10_000, 5)
    projects = {count: context.recorded_project(count)[0] for count in (small, large)}
    runs = {
        count: {
            f"{count:,} trials": Contender(
                partial(run_recorded_project, context, projects[count], count), times
            )
        }
        for count, times in ((small, 3), (large, 1))
    }
    timed_rounds = measure_in_turn(
        runs[small] | runs[large], rounds, context.rng, context.report_progress
    )
    sampled_rounds = measure_in_turn(
        {
            name: Contender(
                partial(run_recorded_project, context, projects[count], count, samples_memory=True)
            )
            for count in (small, large)
            for name in runs[count]
        },
        2 if context.is_quick else 3,
        context.rng,
        context.report_progress,
    )
    few, many = f"{small:,} trials", f"{large:,} trials"

    def growth(name: str, rounds: Sequence[_Round], metric: _Metric, goal: Goal | None) -> Figure:
        over, under = _by_round(rounds, many, metric), _by_round(rounds, few, metric)
        return ratio_figure(name, over, under, goal)

    figures = [
        growth(f"time, {many} over {few}", timed_rounds, _wall, Goal(10.5)),
        growth("memory of the largest process", timed_rounds, _largest, Goal(1.5)),
        growth("memory of all processes, each by itself", sampled_rounds, _total_rss, Goal(1.5)),
        growth("memory of all processes, shared pages once", sampled_rounds, _total_pss, Goal(1.5)),
    ]
    for name in (few, many):
        figures += [
            median_figure(f"wall, {name}", "s", _each(timed_rounds, name, _wall)),
            median_figure(f"largest process, {name}", "MB", _each(timed_rounds, name, _largest)),
            median_figure(f"all processes, {name}", "MB", _each(sampled_rounds, name, _total_rss)),
        ]
    return BenchmarkResult("size", f"{large:,} trials against {small:,}", figures)


_Round = dict[str, list[ProcessUsage]]
_Metric = Callable[[ProcessUsage], float]


def _wall(usage: ProcessUsage) -> float:
    return usage.wall_seconds


def _cpu(usage: ProcessUsage) -> float:
    return usage.cpu_seconds


def _largest(usage: ProcessUsage) -> float:
    return usage.largest_rss / _MEGABYTE


def _total_rss(usage: ProcessUsage) -> float:
    return usage.total_rss / _MEGABYTE


def _total_pss(usage: ProcessUsage) -> float:
    return usage.total_pss / _MEGABYTE


def _by_round(rounds: Sequence[_Round], name: str, metric: _Metric) -> list[list[float]]:
    return [[metric(one) for one in values[name]] for values in rounds]


def _each(rounds: Sequence[_Round], name: str, metric: _Metric) -> list[float]:
    return [value for values in _by_round(rounds, name, metric) for value in values]


def run_recorded_project(
    context: BenchmarkContext, project: Path, count: int, *, samples_memory: bool = False
) -> ProcessUsage:
    """Run a project of `count` scenarios and check that all of them pass."""
    usage = context.run_project(project, samples_memory=samples_memory)
    _check_output(f"All {count} scenarios passed", context.runner.output().replace(",", ""))
    return usage


def _run_peer(context: BenchmarkContext, tests: Path, count: int, workers: int) -> ProcessUsage:
    usage = context.runner.run(peer.command(workers), tests, peer.ENVIRONMENT)
    _check_output(f"{count} passed", context.runner.output())
    return usage


def _check_output(text: str, output: str) -> None:
    if text not in output:
        raise BenchmarkError(f'"{text}" is missing in the output:\n{output[-2000:]}')
