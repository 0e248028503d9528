"""Where the time of `coze-harness run` goes: its stack is sampled a thousand times a second.

Run as `python -m benchmarks.profiling REPORTS`, it executes the command in this process, on one
processor, and prints its samples as JSON; `profile_run` starts it so and returns the figures.
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

from benchmarks.benchmark_context import BenchmarkContext
from benchmarks.figures import BenchmarkResult, Figure, median_figure
from benchmarks.processes import ROOT, BenchmarkError

_SAMPLE_SECONDS: Final = 0.001
_MAX_FUNCTIONS: Final = 30

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
"""A step is known by a module that is somewhere in the stack; the first that is steps counts."""


def profile_run(context: BenchmarkContext) -> list[BenchmarkResult]:
    """Return how many microseconds of a trial each step and each function takes."""
    count, rounds = (100, 2) if context.is_quick else (2000, 5)
    project, _ = context.recorded_project(count)
    smallest_project, _ = context.recorded_project(1)
    context.report_progress("a run of one trial, and of all on one processor")

    def time_runs(folder: Path, *options: str) -> list[float]:
        usages = [context.run_project(folder, *options) for _ in range(rounds)]
        return [usage.wall_seconds * 1000 for usage in usages]

    one_trial = time_runs(smallest_project)
    one_worker = time_runs(project, "--workers", "1")
    all_workers = time_runs(project)
    by_round, by_function = _sample_runs(context, project, count, rounds)
    names = {name for steps in by_round for name in steps}
    unit = "µs a trial"
    figures = [
        median_figure(name, unit, [steps.get(name, 0.0) for steps in by_round])
        for name in sorted(names, key=lambda name: -by_round[0].get(name, 0.0))
    ]
    figures += [
        median_figure("all of these", unit, [sum(steps.values()) for steps in by_round]),
        median_figure("a whole run of one trial", "ms", one_trial),
        median_figure(f"a whole run of {count:,}, one worker", "ms", one_worker),
        median_figure(f"a whole run of {count:,}", "ms", all_workers),
    ]
    functions = [
        Figure(name, unit, value, value, value)
        for name, value in by_function.most_common(_MAX_FUNCTIONS)
    ]
    remarks = (
        "Processor time; start-up is divided among the trials. Garbage collection counts for the "
        "step in which it happens.",
    )
    title = f"Where the time goes: a run of {count:,} trials on one processor"
    functions_title = "Functions, with what they call outside this package"
    return [
        BenchmarkResult("profile", title, figures, remarks),
        BenchmarkResult("functions", functions_title, functions),
    ]


def _sample_runs(
    context: BenchmarkContext, project: Path, count: int, rounds: int
) -> tuple[list[dict[str, float]], Counter[str]]:
    """Return the microseconds of a trial: by step, for each round; by function, on average."""
    by_round: list[dict[str, float]] = []
    by_function: Counter[str] = Counter()
    for number in range(rounds):
        context.report_progress(f"sampling, {number + 1} of {rounds}")
        command = [sys.executable, "-m", "benchmarks.profiling", str(context.empty_reports())]
        context.runner.run(command, project)
        samples = json.loads(context.runner.output())
        # Of a trial, for each sample.
        weight = samples["seconds"] / sum(samples["steps"].values()) / count * 1e6
        by_round.append({name: number * weight for name, number in samples["steps"].items()})
        for name, function_samples in samples["functions"].items():
            by_function[name] += function_samples * weight / rounds
    return by_round, by_function


class _StackSamples:
    """Counts samples by step, and by the innermost function of this package."""

    def __init__(self) -> None:
        self.steps: Counter[str] = Counter()
        self.functions: Counter[str] = Counter()

    def take(self, _signal: int, frame: FrameType | None) -> None:
        """Take one sample."""
        modules: list[str] = []
        function = ""
        while frame is not None:
            module = str(frame.f_globals.get("__name__", ""))
            modules.append(module)
            if not function and module.startswith("coze_harness."):
                function = _function_name(frame, module)
            frame = frame.f_back
        self.steps[_step_name(modules)] += 1
        self.functions[function or "outside this package"] += 1


def _function_name(frame: FrameType, module: str) -> str:
    code = frame.f_code
    if code.co_filename == "<string>":  # made by dataclasses: only its object has the class
        return f"{module} {type(frame.f_locals.get('self')).__name__}.{code.co_name}"
    file = code.co_filename.removeprefix(f"{ROOT}/")
    return f"{file}:{code.co_firstlineno} {code.co_qualname}"


def _step_name(modules: list[str]) -> str:
    for prefix, step in _STEPS:
        for module in modules:
            if module == prefix or module.startswith((f"{prefix}.", f"{prefix}_")):
                return step
    return "the rest"


def main(reports: str) -> None:
    """Execute the command in this process, sample its stack, and print the samples."""
    samples = _StackSamples()
    signal.signal(signal.SIGALRM, samples.take)
    signal.setitimer(signal.ITIMER_REAL, _SAMPLE_SECONDS, _SAMPLE_SECONDS)
    start = time.process_time()
    with redirect_stdout(io.StringIO()):
        from coze_harness.cli.main import run

        code = run(["run", "--workers", "1", "--no-progress", "--quiet", "--reports", reports])
    seconds = time.process_time() - start
    signal.setitimer(signal.ITIMER_REAL, 0)
    if code:
        raise BenchmarkError(f"the run ended with {code}")
    samples_json = {"seconds": seconds, "steps": samples.steps, "functions": samples.functions}
    sys.stdout.write(json.dumps(samples_json))


if __name__ == "__main__":
    main(sys.argv[1])
