"""Where the time of `coze-harness run` goes, by looking at its stack a thousand times a second.

Run as `python -m benchmarks.profiling REPORTS`, it executes the command in this process, on one
processor, and prints its samples as JSON; `measured` starts it so and makes lines of them.
"""

from __future__ import annotations

import io
import json
import signal
import sys
import time
from collections import Counter
from contextlib import redirect_stdout
from pathlib import Path
from types import FrameType
from typing import Final

from benchmarks.bench import Bench
from benchmarks.comparing import Found, Line, spread
from benchmarks.processes import ROOT, BenchmarkError, Taken, harness_command

_EVERY: Final = 0.001  # seconds between two looks
_SHOWN: Final = 30

_STEPS: Final = (
    ("importlib._bootstrap", "start-up: imports"),
    ("coze_harness.config", "start-up: settings"),
    ("coze_harness.scenarios.file_discovery", "scenarios: finding the files"),
    ("coze_harness.scenarios.trial_expansion", "scenarios: naming the trials"),
    ("coze_harness.yaml_source.record_schema", "scenarios: checking shapes"),
    ("coze_harness.yaml_source", "scenarios: reading the YAML"),
    ("coze_harness.expectations.item_builder", "scenarios: building expectations"),
    ("coze_harness.scenarios", "scenarios: the rest"),
    ("coze_harness.reporting.html", "reports: HTML"),
    ("coze_harness.reporting.files.junit_report", "reports: JUnit"),
    ("coze_harness.reporting.files.markdown_report", "reports: Markdown"),
    ("coze_harness.reporting.html.run_list_page", "reports: the list of runs"),
    ("coze_harness.reporting.report_formats", "reports: what is shown of a trial"),
    ("coze_harness.results.run_codec", "results: run.json"),
    ("coze_harness.results.trial_decoding", "results: decoding a line"),
    ("coze_harness.results.trial_encoding", "results: encoding a line"),
    ("coze_harness.results", "results: the rest"),
    ("coze_harness.expectations", "judging"),
    ("coze_harness.cassettes.canonical_format", "cassettes: reading the text"),
    ("coze_harness.cassettes.cassette_files", "cassettes: from the disk"),
    ("coze_harness.cassettes", "replay: the transport"),
    ("coze_harness.coze.request_fingerprint", "replay: is it stale?"),
    ("coze_harness.coze", "replay: the conversation"),
    ("coze_harness.execution.conversation_runner", "replay: the conversation"),
    ("coze_harness.execution", "replay: the conversation"),
    ("coze_harness.commands", "use cases"),
)
"""A step is known by a module that is somewhere in the stack; the first that is found counts."""


def measured(bench: Bench) -> list[Found]:
    """Tell how many microseconds a trial each step and each function takes."""
    count, rounds = (100, 2) if bench.quick else (2000, 5)
    project, _ = bench.project(count)
    one, _ = bench.project(1)
    bench.told("a run of one trial, and of all on one processor")
    alone = [_run(bench, one).wall * 1000 for _ in range(rounds)]
    single = [_run(bench, project, "--workers", "1").wall * 1000 for _ in range(rounds)]
    both = [_run(bench, project).wall * 1000 for _ in range(rounds)]
    by_round, places = _looked(bench, project, count, rounds)
    steps = sorted(
        {name for found in by_round for name in found}, key=lambda name: -by_round[0].get(name, 0.0)
    )
    unit = "µs a trial"
    lines = [spread(name, unit, [found.get(name, 0.0) for found in by_round]) for name in steps]
    lines.append(spread("all of these", unit, [sum(found.values()) for found in by_round]))
    lines += [
        spread("a whole run of one trial", "ms", alone),
        spread(f"a whole run of {count:,}, one worker", "ms", single),
        spread(f"a whole run of {count:,}", "ms", both),
    ]
    functions = [
        Line(name, unit, worth, worth, worth) for name, worth in places.most_common(_SHOWN)
    ]
    remarks = (
        "Processor time; start-up is divided among the trials. Garbage collection counts for the "
        "step in which it happens.",
    )
    return [
        Found(
            "profile",
            f"Where the time goes: a run of {count:,} trials on one processor",
            lines,
            remarks,
        ),
        Found("functions", "Functions, with what they call outside this package", functions),
    ]


def _looked(
    bench: Bench, project: Path, count: int, rounds: int
) -> tuple[list[dict[str, float]], Counter[str]]:
    """Return µs a trial by step, for each round, and by function, for all of them together."""
    by_round: list[dict[str, float]] = []
    places: Counter[str] = Counter()
    for number in range(rounds):
        bench.told(f"looking, {number + 1} of {rounds}")
        command = [sys.executable, "-m", "benchmarks.profiling", str(bench.reports())]
        bench.machine.takes(command, project)
        seen = json.loads(bench.machine.said())
        worth = seen["seconds"] / sum(seen["steps"].values()) / count * 1e6
        by_round.append({name: looks * worth for name, looks in seen["steps"].items()})
        places.update({name: looks * worth / rounds for name, looks in seen["places"].items()})
    return by_round, places


def _run(bench: Bench, project: Path, *options: str) -> Taken:
    command = harness_command("run", "--no-progress", "--reports", str(bench.reports()), *options)
    return bench.machine.takes(command, project)


class _Looks:
    """What was seen: how often each step, and each innermost function of this package."""

    def __init__(self) -> None:
        self.steps: Counter[str] = Counter()
        self.places: Counter[str] = Counter()

    def look(self, _signal: int, frame: FrameType | None) -> None:
        """Take one sample."""
        modules: list[str] = []
        place = ""
        while frame is not None:
            module = str(frame.f_globals.get("__name__", ""))
            modules.append(module)
            if not place and module.startswith("coze_harness."):
                place = _place(frame, module)
            frame = frame.f_back
        self.steps[_step(modules)] += 1
        self.places[place or "outside this package"] += 1


def _place(frame: FrameType, module: str) -> str:
    code = frame.f_code
    if code.co_filename == "<string>":  # made by dataclasses: only its object tells whose it is
        return f"{module} {type(frame.f_locals.get('self')).__name__}.{code.co_name}"
    file = code.co_filename.removeprefix(f"{ROOT}/")
    return f"{file}:{code.co_firstlineno} {code.co_qualname}"


def _step(modules: list[str]) -> str:
    for prefix, step in _STEPS:
        for module in modules:
            if module == prefix or module.startswith((f"{prefix}.", f"{prefix}_")):
                return step
    return "the rest"


def main(reports: str) -> None:
    """Execute the command here, looking at it all the while."""
    looks = _Looks()
    signal.signal(signal.SIGALRM, looks.look)
    signal.setitimer(signal.ITIMER_REAL, _EVERY, _EVERY)
    begun = time.process_time()
    with redirect_stdout(io.StringIO()):
        from coze_harness.cli.main import run

        code = run(["run", "--workers", "1", "--no-progress", "--quiet", "--reports", reports])
    seconds = time.process_time() - begun
    signal.setitimer(signal.ITIMER_REAL, 0)
    if code:
        raise BenchmarkError(f"the run ended with {code}")
    found = {"seconds": seconds, "steps": looks.steps, "places": looks.places}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])
