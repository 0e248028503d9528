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
from benchmarks.benchmark_context import BenchmarkContext
from benchmarks.figures import (
    BenchmarkResult,
    Contender,
    Figure,
    Goal,
    measure_in_turn,
    median_figure,
)
from benchmarks.processes import BenchmarkError, ProcessUsage, harness_command
from benchmarks.project import BOT, build_unrecorded_project, server_script

_POLL = 1.0  # seconds between two polls, by default
_TOKEN = "pat_any_token_will_do"  # noqa: S105 (no secret)


@dataclass(frozen=True, slots=True)
class RecordingUsage:
    """What the client of a recording used, and what the server counted."""

    usage: ProcessUsage
    calls: int
    connections: int


@dataclass(slots=True)
class _ServerCounts:
    """What a server prints when it has stopped."""

    calls: int = 0
    connections: int = 0
    lines: list[str] = field(default_factory=list)


def measure_concurrent_recording(context: BenchmarkContext) -> BenchmarkResult:
    """Record many conversations of 2 s, then far more of 10 s."""
    small, large = (32, 100) if context.is_quick else (256, 2000)
    figures = [
        *_record_concurrently(context, small, 2.0, 1 if context.is_quick else 3, Goal(1.25)),
        *_record_concurrently(context, large, 2.0 if context.is_quick else 10.0, 1, None),
    ]
    remarks = (
        "Whole processes, including start-up, the sync of every cassette to disk, and all reports. "
        "The server runs on the same two cores.",
        "The ideal is the duration of a chat plus one poll interval (1 s).",
        "Calls are those of the conversations; one more gets the bot's configuration.",
    )
    return BenchmarkResult("recording", "Recording many conversations at once", figures, remarks)


def _record_concurrently(
    context: BenchmarkContext, count: int, seconds: float, rounds: int, goal: Goal | None
) -> Iterator[Figure]:
    with _unrecorded_project(context, count) as project:
        contender = Contender(lambda: _record(context, project, seconds))
        name = f"{count:,} of {seconds:g} s"
        values_by_round = measure_in_turn(
            {name: contender}, rounds, context.rng, context.report_progress
        )
    recordings = [one for values in values_by_round for one in values[name]]
    ideal = seconds + _POLL
    walls = [one.usage.wall_seconds for one in recordings]
    yield median_figure(f"wall over the ideal, {name}", "times", [s / ideal for s in walls], goal)
    yield median_figure(f"wall, {name}", "s", walls)
    yield median_figure(
        f"processor time, {name}", "s", [one.usage.cpu_seconds for one in recordings]
    )
    yield median_figure(
        f"calls a conversation, {name}", "", [one.calls / count for one in recordings]
    )
    yield median_figure(f"connections, {name}", "", [one.connections for one in recordings])
    memory = [one.usage.largest_rss / 1e6 for one in recordings]
    yield median_figure(f"memory, {name}", "MB", memory)


def count_calls(context: BenchmarkContext) -> BenchmarkResult:
    """Count the calls of one conversation of 6 s: recorded, recorded again, by the walkthrough."""
    seconds = 2.0 if context.is_quick else 6.0
    with _unrecorded_project(context, 1) as project:
        context.report_progress("recording once, then again")
        first = _record(context, project, seconds)
        again = _record(context, project, seconds, is_first=False)
    context.report_progress("the walkthrough")
    with _server(context, seconds) as (url, counts):
        command = [sys.executable, str(walkthrough.__file__), url, BOT, "你是谁?"]
        usage = context.runner.run(command, context.scratch)
    walkthrough_usage = RecordingUsage(usage, counts.calls, counts.connections)
    figures = [
        median_figure("calls, recorded for the first time", "", [first.calls], Goal(6)),
        median_figure("calls, recorded again", "", [again.calls]),
        median_figure("calls, the walkthrough's loop", "", [walkthrough_usage.calls]),
        median_figure("connections, ours", "", [first.connections]),
        median_figure("connections, the walkthrough's loop", "", [walkthrough_usage.connections]),
    ]
    return BenchmarkResult("calls", f"Calls for one conversation of {seconds:g} s", figures)


@contextmanager
def _unrecorded_project(context: BenchmarkContext, count: int) -> Iterator[Path]:
    project = context.scratch / "unrecorded"
    shutil.rmtree(project, ignore_errors=True)
    build_unrecorded_project(project, count)
    yield project


def _record(
    context: BenchmarkContext, project: Path, seconds: float, *, is_first: bool = True
) -> RecordingUsage:
    if is_first:
        shutil.rmtree(project / "cassettes", ignore_errors=True)
    options = ["--all", "--no-progress", "--reports", str(context.empty_reports())]
    with _server(context, seconds) as (url, counts):
        service = {"COZE_API_BASE": url, "COZE_API_TOKEN": _TOKEN}
        usage = context.runner.run(harness_command("record", *options), project, service)
    return RecordingUsage(usage, counts.calls, counts.connections)


@contextmanager
def _server(context: BenchmarkContext, delay: float) -> Iterator[tuple[str, _ServerCounts]]:
    """Run the scripted server; its counts are set when the context ends."""
    path = context.scratch / "script.yaml"
    path.write_text(server_script(delay), encoding="utf-8")
    command = harness_command("serve", "--script", str(path), "--port", "0")
    environment = context.runner.environment | {"PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(  # noqa: S603 (our own command)
        command, env=environment, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        assert process.stdout is not None  # noqa: S101 (a pipe)
        counts = _ServerCounts()
        try:
            line = process.stdout.readline()
            if not (url := re.search(r"http://\S+", line)):
                raise BenchmarkError(f"the server did not start: {line}")
            yield url[0], counts
        finally:
            process.send_signal(signal.SIGINT)
            counts.lines += process.communicate()[0].splitlines()
    _read_counts(counts)


def _read_counts(counts: _ServerCounts) -> None:
    output = "\n".join(counts.lines)
    match = re.search(r"connections: (\d+)", output)
    counts.connections = int(match[1]) if match else 0
    counts.calls = _chats(counts.lines)


def _chats(lines: Sequence[str]) -> int:
    matches = (re.match(r"\s*(\d+) (?:GET|POST) /v3/", line) for line in lines)
    return sum(int(match[1]) for match in matches if match)
