"""Replay of ever larger projects: time, memory of every process, and what lies on the disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.comparing import Aim, Found, Line, ratio, spread
from benchmarks.processes import BenchmarkError, Taken, harness_command

_MEGABYTE = 1_000_000
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class _Size:
    """What runs of so many trials took, and how large their folder is, in bytes."""

    count: int
    timed: Sequence[Taken]
    watched: Taken
    folder: int

    @property
    def words(self) -> str:
        return f"{self.count:,} trials"


def measured(bench: Bench) -> Found:
    """Replay, judge and report projects of 1,000, 10,000 and 100,000 trials."""
    sizes = ((100, 1), (1_000, 0)) if bench.quick else ((1_000, 5), (10_000, 3), (100_000, 0))
    found = [_measured(bench, count, times) for count, times in sizes]
    lines = [line for size in found for line in _lines(size)]
    for small, large in pairwise(found):
        aim = Aim(1.5) if large.count == 10_000 else None
        lines.append(_grown(small, large, "processor time", lambda taken: taken.cpu, None))
        lines.append(_grown(small, large, "the largest process", lambda taken: taken.largest, aim))
    largest = found[-1]
    cpu = [taken.cpu / largest.count * _MILLION / 3600 for taken in largest.timed]
    lines.append(spread("a million trials, at that rate: processor time", "h", cpu))
    disk = largest.folder / largest.count * _MILLION / 1e9
    lines.append(spread("a million trials, at that rate: folder", "GB", [disk]))
    return Found(
        "scale",
        "Growing projects: one scenario file, one cassette and one turn for each trial",
        lines,
        (
            "The sum over all processes counts shared pages once. It is from one run, sampled "
            "every 20 ms; the largest project has only that run.",
            "On a machine with other work, compare processor time, not wall-clock time.",
        ),
    )


def _measured(bench: Bench, count: int, times: int) -> _Size:
    project, _exchanges = bench.project(count)
    timed = []
    for number in range(times):
        bench.told(f"{count} trials: {number + 1} of {times}")
        timed.append(_run(bench, project, count, watch=False))
    bench.told(f"{count} trials: memory")
    watched = _run(bench, project, count, watch=True)
    (run,) = (path for path in (bench.scratch / "reports").iterdir() if _is_run(path))
    folder = sum(file.stat().st_size for file in run.iterdir())
    return _Size(count, timed or [watched], watched, folder)


def _is_run(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _run(bench: Bench, project: Path, count: int, *, watch: bool) -> Taken:
    command = harness_command("run", "--no-progress", "--reports", str(bench.reports()))
    taken = bench.machine.takes(command, project, watch=watch)
    said = bench.machine.said()
    if (
        f"All {count:,} scenarios passed" not in said
        and f"All {count} scenarios passed" not in said
    ):
        raise BenchmarkError(f"Not all of {count} trials passed:\n{said[-2000:]}")
    return taken


def _lines(size: _Size) -> list[Line]:
    timed = size.timed
    return [
        spread(f"{size.words}: wall", "s", [taken.wall for taken in timed]),
        spread(f"{size.words}: processor time", "s", [taken.cpu for taken in timed]),
        spread(f"{size.words}: a second", "1/s", [size.count / taken.wall for taken in timed]),
        spread(
            f"{size.words}: the largest process",
            "MB",
            [taken.largest / _MEGABYTE for taken in timed],
        ),
        spread(
            f"{size.words}: all processes",
            "MB",
            [size.watched.together_shared_once / _MEGABYTE],
        ),
        spread(f"{size.words}: the run's folder", "MB", [size.folder / _MEGABYTE]),
    ]


def _grown(
    small: _Size, large: _Size, what: str, of: Callable[[Taken], float], aim: Aim | None
) -> Line:
    over, under = [[of(taken) for taken in large.timed]], [[of(taken) for taken in small.timed]]
    return ratio(f"{what}, {large.words} over {small.words}", over, under, aim)
