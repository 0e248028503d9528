"""Replay of ever larger projects: time, memory of all processes, and the size on disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from benchmarks.benchmark_context import BenchmarkContext
from benchmarks.figures import BenchmarkResult, Figure, Goal, median_figure, ratio_figure
from benchmarks.processes import ProcessUsage
from benchmarks.replay import run_recorded_project

_MEGABYTE = 1_000_000
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class _SizeMeasurement:
    """What runs of a project of `count` trials used, and the bytes of a run's folder."""

    count: int
    timed_runs: Sequence[ProcessUsage]
    sampled_run: ProcessUsage
    folder: int

    @property
    def label(self) -> str:
        return f"{self.count:,} trials"


def measure_scale(context: BenchmarkContext) -> BenchmarkResult:
    """Replay, judge and report projects of 1,000, 10,000 and 100,000 trials."""
    sizes = ((100, 1), (1_000, 0)) if context.is_quick else ((1_000, 5), (10_000, 3), (100_000, 0))
    measurements = [_measure_size(context, count, times) for count, times in sizes]
    figures = [figure for size in measurements for figure in _figures(size)]
    for small, large in pairwise(measurements):
        goal = Goal(1.5) if large.count == 10_000 else None
        figures.append(
            _growth(small, large, "processor time", lambda usage: usage.cpu_seconds, None)
        )
        figures.append(
            _growth(small, large, "the largest process", lambda usage: usage.largest_rss, goal)
        )
    largest = measurements[-1]
    cpu = [usage.cpu_seconds / largest.count * _MILLION / 3600 for usage in largest.timed_runs]
    figures.append(median_figure("a million trials, at that rate: processor time", "h", cpu))
    disk = largest.folder / largest.count * _MILLION / 1e9
    figures.append(median_figure("a million trials, at that rate: folder", "GB", [disk]))
    return BenchmarkResult(
        "scale",
        "Growing projects: one scenario file, one cassette and one turn for each trial",
        figures,
        (
            "The sum over all processes counts shared pages once. It is from one run, sampled "
            "every 20 ms; the largest project has only that run.",
            "On a machine with other work, compare processor time, not wall-clock time.",
        ),
    )


def _measure_size(context: BenchmarkContext, count: int, times: int) -> _SizeMeasurement:
    project, _exchanges = context.recorded_project(count)
    timed_runs = []
    for number in range(times):
        context.report_progress(f"{count} trials: {number + 1} of {times}")
        timed_runs.append(run_recorded_project(context, project, count))
    context.report_progress(f"{count} trials: memory")
    sampled_run = run_recorded_project(context, project, count, samples_memory=True)
    (run,) = (path for path in (context.scratch / "reports").iterdir() if _is_run(path))
    folder = sum(file.stat().st_size for file in run.iterdir())
    return _SizeMeasurement(count, timed_runs or [sampled_run], sampled_run, folder)


def _is_run(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _figures(size: _SizeMeasurement) -> list[Figure]:
    runs = size.timed_runs
    return [
        median_figure(f"{size.label}: wall", "s", [usage.wall_seconds for usage in runs]),
        median_figure(f"{size.label}: processor time", "s", [usage.cpu_seconds for usage in runs]),
        median_figure(
            f"{size.label}: a second", "1/s", [size.count / usage.wall_seconds for usage in runs]
        ),
        median_figure(
            f"{size.label}: the largest process",
            "MB",
            [usage.largest_rss / _MEGABYTE for usage in runs],
        ),
        median_figure(
            f"{size.label}: all processes",
            "MB",
            [size.sampled_run.total_pss / _MEGABYTE],
        ),
        median_figure(f"{size.label}: the run's folder", "MB", [size.folder / _MEGABYTE]),
    ]


def _growth(
    small: _SizeMeasurement,
    large: _SizeMeasurement,
    name: str,
    metric: Callable[[ProcessUsage], float],
    goal: Goal | None,
) -> Figure:
    over, under = (
        [[metric(usage) for usage in large.timed_runs]],
        [[metric(usage) for usage in small.timed_runs]],
    )
    return ratio_figure(f"{name}, {large.label} over {small.label}", over, under, goal)
