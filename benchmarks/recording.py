"""Recording from a scripted server in its own process: how long, how many calls, how large."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import walkthrough
from benchmarks.bench import Bench
from benchmarks.comparing import Aim, Contender, Found, Line, in_turn, spread
from benchmarks.processes import BenchmarkError, Taken, harness_command
from benchmarks.project import BOT, build_unrecorded, script

_POLL = 1.0  # seconds between two polls, as a project has it that says nothing
_TOKEN = "pat_any_token_will_do"  # noqa: S105 (what it says)


@dataclass(frozen=True, slots=True)
class Recorded:
    """One recording: what the client took, and what the server counted."""

    taken: Taken
    calls: int
    connections: int


@dataclass(slots=True)
class _Counts:
    """What a server says when it has stopped."""

    calls: int = 0
    connections: int = 0
    lines: list[str] = field(default_factory=list)


def many_at_once(bench: Bench) -> Found:
    """Record many conversations of 2 s, then far more of 10 s."""
    small, large = (32, 100) if bench.quick else (256, 2000)
    lines = [
        *_at_once(bench, small, 2.0, 1 if bench.quick else 3, Aim(1.25)),
        *_at_once(bench, large, 2.0 if bench.quick else 10.0, 1, None),
    ]
    remarks = (
        "Whole processes, including start-up, the sync of every cassette to disk, and all reports. "
        "The server runs on the same two cores.",
        "The ideal is the duration of a chat plus one poll interval (1 s).",
        "Calls are those of the conversations; one more gets the bot's configuration.",
    )
    return Found("recording", "Recording many conversations at once", lines, remarks)


def _at_once(
    bench: Bench, count: int, seconds: float, rounds: int, aim: Aim | None
) -> Iterator[Line]:
    with _unrecorded(bench, count) as project:
        contender = Contender(lambda: _record(bench, project, seconds))
        name = f"{count:,} of {seconds:g} s"
        taken = in_turn({name: contender}, rounds, bench.rng, bench.told)
    recorded = [one for values in taken for one in values[name]]
    ideal = seconds + _POLL
    walls = [one.taken.wall for one in recorded]
    yield spread(f"wall over the ideal, {name}", "times", [s / ideal for s in walls], aim)
    yield spread(f"wall, {name}", "s", walls)
    yield spread(f"processor time, {name}", "s", [one.taken.cpu for one in recorded])
    yield spread(f"calls a conversation, {name}", "", [one.calls / count for one in recorded])
    yield spread(f"connections, {name}", "", [one.connections for one in recorded])
    memory = [one.taken.largest / 1e6 for one in recorded]
    yield spread(f"memory, {name}", "MB", memory)


def calls_for_one(bench: Bench) -> Found:
    """Count the calls of one conversation of 6 s: recorded, recorded again, by the walkthrough."""
    seconds = 2.0 if bench.quick else 6.0
    with _unrecorded(bench, 1) as project:
        bench.told("recording once, then again")
        first = _record(bench, project, seconds)
        again = _record(bench, project, seconds, anew=False)
    bench.told("the walkthrough")
    with _server(bench, seconds) as (url, counts):
        command = [sys.executable, str(walkthrough.__file__), url, BOT, "你是谁?"]
        taken = bench.machine.takes(command, bench.scratch)
    theirs = Recorded(taken, counts.calls, counts.connections)
    lines = [
        spread("calls, recorded for the first time", "", [first.calls], Aim(6)),
        spread("calls, recorded again", "", [again.calls]),
        spread("calls, the walkthrough's loop", "", [theirs.calls]),
        spread("connections, ours", "", [first.connections]),
        spread("connections, the walkthrough's loop", "", [theirs.connections]),
    ]
    return Found("calls", f"Calls for one conversation of {seconds:g} s", lines)


@contextmanager
def _unrecorded(bench: Bench, count: int) -> Iterator[Path]:
    project = bench.scratch / "unrecorded"
    shutil.rmtree(project, ignore_errors=True)
    build_unrecorded(project, count)
    yield project


def _record(bench: Bench, project: Path, seconds: float, *, anew: bool = True) -> Recorded:
    if anew:
        shutil.rmtree(project / "cassettes", ignore_errors=True)
    command = harness_command("record", "--no-progress", "--reports", str(bench.reports()))
    with _server(bench, seconds) as (url, counts):
        given = {"COZE_API_BASE": url, "COZE_API_TOKEN": _TOKEN}
        taken = bench.machine.takes(command, project, given)
    return Recorded(taken, counts.calls, counts.connections)


@contextmanager
def _server(bench: Bench, delay: float) -> Iterator[tuple[str, _Counts]]:
    """Run the scripted server; its counts are there once this is left."""
    path = bench.scratch / "script.yaml"
    path.write_text(script(delay), encoding="utf-8")
    command = harness_command("serve", "--script", str(path), "--port", "0")
    environment = bench.machine.environment | {"PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(  # noqa: S603 (our own command)
        command, env=environment, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        assert process.stdout is not None  # noqa: S101 (a pipe was asked for)
        counts = _Counts()
        try:
            begun = process.stdout.readline()
            if not (url := re.search(r"http://\S+", begun)):
                raise BenchmarkError(f"the server did not begin: {begun}")
            yield url[0], counts
        finally:
            process.send_signal(signal.SIGINT)
            counts.lines += process.communicate()[0].splitlines()
    _count(counts)


def _count(counts: _Counts) -> None:
    whole = "\n".join(counts.lines)
    opened = re.search(r"(\d+) connections", whole)
    counts.connections = int(opened[1]) if opened else 0
    counts.calls = _chats(counts.lines)


def _chats(lines: Sequence[str]) -> int:
    found = (re.match(r"\s*(\d+) (?:GET|POST) /v3/", line) for line in lines)
    return sum(int(match[1]) for match in found if match)
