"""Replay of whole suites: against pytest-recording, and against itself at other sizes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks import peer
from benchmarks.bench import Bench
from benchmarks.comparing import Aim, Contender, Found, Line, in_turn, ratio, spread
from benchmarks.processes import BenchmarkError, Taken, harness_command

_ASKED = 40
_MEGABYTE = 1_000_000
_OURS = "coze-harness run"


def against_pytest_recording(bench: Bench) -> Found:
    """Replay and judge one project with all reports, beside pytest-recording on the same files."""
    count, rounds, times = (100, 1, 2) if bench.quick else (2000, 2, 5)
    project, exchanges = bench.project(count)
    contenders = {_OURS: Contender(partial(_run, bench, project, count), times)}
    clients: dict[str, list[str]] = {}
    for client, tuned in (("pytest-recording", False), ("pytest-recording, tuned", True)):
        tests = bench.scratch / f"peer-{tuned}"
        peer.write_tests(tests, project / "cassettes", exchanges, tuned=tuned)
        clients[client] = [client, f"{client}, xdist -n 2"]
        for workers, name in enumerate(clients[client], 1):
            contenders[name] = Contender(partial(_peer, bench, tests, count, workers))
    taken = in_turn(contenders, rounds, bench.rng, bench.told)
    quickest = {
        min(names, key=lambda name: median(_each(taken, name, _wall))) for names in clients.values()
    }
    walls, cpus = (
        [
            ratio(
                f"{what}, {name} over ours",
                _by_round(taken, name, of),
                _by_round(taken, _OURS, of),
                Aim(_ASKED, at_least=True) if of is _wall and name in quickest else None,
            )
            for name in contenders
            if name != _OURS
        ]
        for what, of in (("wall", _wall), ("processor time", _cpu))
    )
    lines = [
        *walls,
        *cpus,
        *(spread(f"wall, {name}", "s", _each(taken, name, _wall)) for name in contenders),
        spread(
            f"trials per second, {_OURS}", "1/s", [count / s for s in _each(taken, _OURS, _wall)]
        ),
        *(
            spread(f"largest process, {name}", "MB", _each(taken, name, _largest))
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
    return Found("suite", title, lines, remarks)


def against_itself(bench: Bench) -> Found:
    """Replay a project ten times as large: time and memory."""
    small, large, rounds = (100, 1000, 2) if bench.quick else (1000, 10_000, 5)
    projects = {count: bench.project(count)[0] for count in (small, large)}
    runs = {
        count: {f"{count:,} trials": Contender(partial(_run, bench, projects[count], count), times)}
        for count, times in ((small, 3), (large, 1))
    }
    timed = in_turn(runs[small] | runs[large], rounds, bench.rng, bench.told)
    watched = in_turn(
        {
            name: Contender(partial(_run, bench, projects[count], count, watch=True))
            for count in (small, large)
            for name in runs[count]
        },
        2 if bench.quick else 3,
        bench.rng,
        bench.told,
    )
    few, many = f"{small:,} trials", f"{large:,} trials"

    def grown(what: str, taken: Sequence[_Round], of: _Figure, aim: Aim | None) -> Line:
        return ratio(what, _by_round(taken, many, of), _by_round(taken, few, of), aim)

    lines = [
        grown(f"time, {many} over {few}", timed, _wall, Aim(10.5)),
        grown("memory of the largest process", timed, _largest, Aim(1.5)),
        grown("memory of all processes, each by itself", watched, _together, Aim(1.5)),
        grown("memory of all processes, shared pages once", watched, _shared_once, Aim(1.5)),
    ]
    for name in (few, many):
        lines += [
            spread(f"wall, {name}", "s", _each(timed, name, _wall)),
            spread(f"largest process, {name}", "MB", _each(timed, name, _largest)),
            spread(f"all processes, {name}", "MB", _each(watched, name, _together)),
        ]
    return Found("size", f"{large:,} trials against {small:,}", lines)


_Round = dict[str, list[Taken]]
_Figure = Callable[[Taken], float]


def _wall(taken: Taken) -> float:
    return taken.wall


def _cpu(taken: Taken) -> float:
    return taken.cpu


def _largest(taken: Taken) -> float:
    return taken.largest / _MEGABYTE


def _together(taken: Taken) -> float:
    return taken.together / _MEGABYTE


def _shared_once(taken: Taken) -> float:
    return taken.together_shared_once / _MEGABYTE


def _by_round(taken: Sequence[_Round], name: str, of: _Figure) -> list[list[float]]:
    return [[of(one) for one in values[name]] for values in taken]


def _each(taken: Sequence[_Round], name: str, of: _Figure) -> list[float]:
    return [value for values in _by_round(taken, name, of) for value in values]


def _run(bench: Bench, project: Path, count: int, *, watch: bool = False) -> Taken:
    command = harness_command("run", "--no-progress", "--reports", str(bench.reports()))
    taken = bench.machine.takes(command, project, watch=watch)
    _expect(f"All {count} scenarios passed", bench.machine.said().replace(",", ""))
    return taken


def _peer(bench: Bench, tests: Path, count: int, workers: int) -> Taken:
    taken = bench.machine.takes(peer.command(workers), tests, peer.ENVIRONMENT)
    _expect(f"{count} passed", bench.machine.said())
    return taken


def _expect(words: str, said: str) -> None:
    if words not in said:
        raise BenchmarkError(f'"{words}" was expected, but this was said:\n{said[-2000:]}')
