"""`python -m benchmarks`: measure, print tables, and write them into a page of the docs."""

from __future__ import annotations

import argparse
import compileall
import platform
import random
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Final

from benchmarks import (
    decisions,
    engine,
    profiling,
    pytest_items,
    recording,
    replay,
    report_page,
    scale,
    startup,
)
from benchmarks.benchmark_context import BenchmarkContext
from benchmarks.figure_table import format_markdown, format_plain, insert_result
from benchmarks.figures import BenchmarkResult
from benchmarks.processes import ROOT, CommandRunner

BENCHMARKS: Final[Mapping[str, Callable[[BenchmarkContext], BenchmarkResult]]] = MappingProxyType(
    {
        "suite": replay.compare_with_pytest_recording,
        "engine": engine.measure_engine,
        "size": replay.compare_sizes,
        "recording": recording.measure_concurrent_recording,
        "calls": recording.count_calls,
        "start": startup.measure_startup,
        "page": report_page.measure_page,
        "pytest": pytest_items.measure_pytest_items,
        "scale": scale.measure_scale,
        "deciding": decisions.measure_decisions,
    }
)
_ONLY_BY_NAME: Final = ("scale", "deciding")  # each takes ten minutes more


def main() -> int:
    """Run the selected benchmarks; 0 also if goals are missed, which the tables show."""
    arguments = _arguments()
    compileall.compile_dir(ROOT / "harness", quiet=2)
    setup = _describe_setup(is_quick=arguments.quick)
    sys.stdout.write(f"{setup}\n\n")
    with TemporaryDirectory(prefix="coze-harness-benchmarks-") as name:
        scratch = Path(name)
        rng = random.Random(arguments.seed)  # noqa: S311 (an order of contenders, no secret)
        runner = CommandRunner(scratch)
        context = BenchmarkContext(scratch, runner, rng, arguments.quick, _report_progress)
        for result in _run_benchmarks(context, arguments):
            sys.stdout.write(f"{format_plain(result)}\n")
            sys.stdout.flush()
            if arguments.markdown:
                _write_markdown(arguments.markdown, result, setup)
    return 0


def _run_benchmarks(
    context: BenchmarkContext, arguments: argparse.Namespace
) -> Iterator[BenchmarkResult]:
    if arguments.profile:
        yield from profiling.profile_run(context)
        return
    for name in arguments.only or [name for name in BENCHMARKS if name not in _ONLY_BY_NAME]:
        _report_progress(name)
        yield BENCHMARKS[name](context)


def _write_markdown(path: Path, result: BenchmarkResult, setup: str) -> None:
    page = path.read_text("utf-8") if path.exists() else ""
    text = format_markdown(result, setup)
    path.write_text(insert_result(page, result.benchmark, text), encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that it works")
    parser.add_argument(
        "--only", action="append", choices=BENCHMARKS, help="one benchmark (repeatable)"
    )
    parser.add_argument(
        "--profile", action="store_true", help="show where the time of a run goes, instead"
    )
    parser.add_argument(
        "--markdown",
        type=Path,
        metavar="FILE",
        help="write each table into a page, between its marks",
    )
    parser.add_argument("--seed", type=int, default=1, help="of the order of contenders")
    return parser.parse_args()


def _describe_setup(*, is_quick: bool) -> str:
    packages = ("requests", "vcrpy", "pytest", "pytest-recording", "pytest-xdist", "playwright")
    versions = ", ".join(f"{package} {version(package)}" for package in packages)
    system = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    size = " Quick sizes: not to be quoted." if is_quick else ""
    return f"{system}; {versions}.{size}"


def _report_progress(text: str) -> None:
    sys.stderr.write(f"… {text}\n")


if __name__ == "__main__":
    sys.exit(main())
