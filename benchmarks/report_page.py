"""The report's page and Playwright's in a browser: how soon they are readable, how large they are.

Run as `python -m benchmarks.report_page RUN OUTPUT`, it writes the page of a finished run and
prints the seconds; `measure_page` starts it so.
"""

from __future__ import annotations

import gzip
import io
import re
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median

from coze_harness.model import Mode, Run, Summary
from coze_harness.reporting.report_formats import FORMATS
from coze_harness.results import encode_trial, read_results, read_run
from playwright.sync_api import Browser

from benchmarks import conversations, playwright_peer
from benchmarks.benchmark_context import BenchmarkContext
from benchmarks.browser_timing import PageSelectors, PageTimings, open_browser, time_page
from benchmarks.figures import BenchmarkResult, Figure, Goal, median_figure
from benchmarks.processes import BenchmarkError, harness_command

OURS = PageSelectors(
    rows="a.row",
    opener="",
    row="#list a.row",
    body="#trial article .msg.bot",
    search="#filter input[type=search]",
    count="#count",
    ready="html[data-ready='1']",
    listing="#v=trials",
)
PEER = PageSelectors(
    rows="button.chip-header",
    opener="button.chip-header",
    row=".test-file-test a.test-file-path-link",
    body=".test-case-column .test-result",
    search=".subnav-search-input",
    count="[data-testid=filtered-tests-count]",
    ready="button.chip-header",
)
_KEYS = "场景-005"

# By number of results: first row, load, long tasks, detail, key (ms); memory, file (MB); writing
# (s).
_GOALS = {
    1000: (300.0, 400.0, 100.0, 100.0, 50.0, 60.0, 1.9, 2.0),
    10_000: (600.0, 1500.0, 400.0, 100.0, 250.0, 150.0, 18.5, 20.0),
}
_SHELL_GOALS = (80.0, 25.0)
_MEGABYTE = 1_000_000
_KILOBYTE = 1000


def measure_page(context: BenchmarkContext) -> BenchmarkResult:
    """Load our page and the peer's in one browser, in turn."""
    sizes = ((100, 10),) if context.is_quick else ((1000, 100), (10_000, 100))
    rounds = 2 if context.is_quick else 5
    figures: list[Figure] = []
    context.report_progress("installing Playwright's test runner")
    peers = context.scratch / "playwright"
    version = playwright_peer.install_playwright(peers)
    run_sizes: list[str] = []
    for count, failing in sizes:
        folder = _run_conversations(context, count, failing)
        run_sizes.append(f"{(folder / 'trials.jsonl').stat().st_size / _MEGABYTE:.1f} MB")
        page = folder / "index.html"
        writing_seconds = [_time_writing(context, folder) for _ in range(rounds)]
        peer = None
        if version:
            context.report_progress(f"{count:,} results by Playwright's runner")
            peer = playwright_peer.build_report(peers, count, failing)
        with open_browser() as browser:
            ours, theirs = _in_turn(context, browser, (page, peer), count, rounds)
        figures += _our_figures(count, ours, page, writing_seconds)
        if peer is not None:
            figures += _peer_figures(count, theirs, peer)
    figures += _shell_figures(context)
    return BenchmarkResult(
        "page", "The page of a run in Chromium", figures, _remarks(version, sizes, run_sizes)
    )


def _in_turn(
    context: BenchmarkContext,
    browser: Browser,
    pages: tuple[Path, Path | None],
    count: int,
    rounds: int,
) -> tuple[list[PageTimings], list[PageTimings]]:
    contenders: list[tuple[list[PageTimings], Callable[[], PageTimings]]] = []
    timings_by_page: tuple[list[PageTimings], list[PageTimings]] = ([], [])
    for timings, page, selectors in zip(timings_by_page, pages, (OURS, PEER), strict=True):
        if page is not None:
            contenders.append((timings, partial(time_page, browser, page, selectors, _KEYS, count)))
    for number in range(rounds + 1):
        context.report_progress(f"{count:,} results, load {number} of {rounds}")
        for timings, load in context.rng.sample(contenders, len(contenders)):
            timing = load()
            if number:  # the first load warms the disk's cache up and is not counted
                timings.append(timing)
    return timings_by_page


def _our_figures(
    count: int, timings: Sequence[PageTimings], page: Path, writing_seconds: Sequence[float]
) -> list[Figure]:
    row, load, long, detail, key, memory, size, build = _GOALS.get(count, _GOALS[1000])
    name = f"{count:,} trials"
    megabytes = page.stat().st_size / _MEGABYTE
    compressed = len(gzip.compress(page.read_bytes(), 9)) / _MEGABYTE
    return [
        median_figure(f"{name}: first row visible", "ms", [one.rows for one in timings], Goal(row)),
        median_figure(f"{name}: load event", "ms", [one.load for one in timings], Goal(load)),
        median_figure(f"{name}: script done", "ms", [one.ready for one in timings]),
        median_figure(
            f"{name}: long tasks until then", "ms", [one.long for one in timings], Goal(long)
        ),
        median_figure(
            f"{name}: click → detail", "ms", [one.detail for one in timings], Goal(detail)
        ),
        median_figure(f"{name}: key → list, usual", "ms", [median(one.keys) for one in timings]),
        median_figure(
            f"{name}: key → list, slowest", "ms", [max(one.keys) for one in timings], Goal(key)
        ),
        median_figure(
            f"{name}: memory above blank", "MB", [one.memory for one in timings], Goal(memory)
        ),
        median_figure(f"{name}: file", "MB", [megabytes], Goal(size)),
        median_figure(f"{name}: file, gzipped", "MB", [compressed]),
        median_figure(f"{name}: written by Python", "s", writing_seconds, Goal(build)),
    ]


def _peer_figures(count: int, timings: Sequence[PageTimings], page: Path) -> list[Figure]:
    name = f"{count:,} results, Playwright"
    files = [path for path in page.parent.rglob("*") if path.is_file()]
    megabytes = sum(path.stat().st_size for path in files) / _MEGABYTE
    return [
        median_figure(f"{name}: first file's name visible", "ms", [one.rows for one in timings]),
        median_figure(
            f"{name}: … its results, once clicked", "ms", [one.opening for one in timings]
        ),
        median_figure(f"{name}: load event", "ms", [one.load for one in timings]),
        median_figure(f"{name}: long tasks", "ms", [one.long for one in timings]),
        median_figure(f"{name}: click → detail", "ms", [one.detail for one in timings]),
        median_figure(f"{name}: key → list, usual", "ms", [median(one.keys) for one in timings]),
        median_figure(f"{name}: key → list, slowest", "ms", [max(one.keys) for one in timings]),
        median_figure(f"{name}: memory above blank", "MB", [one.memory for one in timings]),
        median_figure(f"{name}: all files", "MB", [megabytes]),
    ]


def _shell_figures(context: BenchmarkContext) -> list[Figure]:
    page = empty_page()
    shell = without_messages(page)
    sizes = [len(text) / _KILOBYTE for text in (shell, page)]
    compressed = [len(gzip.compress(text, 9)) / _KILOBYTE for text in (shell, page)]
    return [
        median_figure("script, style and markup", "KB", sizes[:1], Goal(_SHELL_GOALS[0])),
        median_figure(
            "script, style and markup, gzipped", "KB", compressed[:1], Goal(_SHELL_GOALS[1])
        ),
        median_figure("… with the words of both languages", "KB", sizes[1:]),
        median_figure("… with the words of both languages, gzipped", "KB", compressed[1:]),
    ]


def without_messages(page: bytes) -> bytes:
    """Return a page without the messages in both languages, which are in it as data."""
    return re.sub(rb'(<script type="application/json" id="head">)[^<]*', rb"\1{}", page)


def empty_page() -> bytes:
    """Return the page of a run without a trial: messages, style and script, and nothing else."""
    run = Run(
        run_id="20261122-100312-3f2a",
        mode=Mode.REPLAY,
        started_at="2026-11-22T10:03:12Z",
        finished_at="2026-11-22T10:03:14Z",
        harness_version="0.1.0",
        summary=Summary(),
        rows=(),
        pass_rates=(),
        environment={},
        request_count=0,
        interrupted=False,
    )
    output = io.BytesIO()
    FORMATS["html"].render(run, lambda: iter(()), output)
    return output.getvalue()


def _run_conversations(context: BenchmarkContext, count: int, failing: int) -> Path:
    """Write a project of conversations, run it, and return the run's folder."""
    project = context.scratch / f"conversations-{count}"
    context.report_progress(f"writing and running a project of {count:,} trials of three turns")
    conversations.build_conversations(project, count, failing)
    context.runner.run(harness_command("run", "--no-progress", "-q"), project, exit_code=1)
    return (project / "reports" / "latest").resolve()


def _time_writing(context: BenchmarkContext, run: Path) -> float:
    output = context.scratch / "again.html"
    command = [sys.executable, "-m", "benchmarks.report_page", str(run), str(output)]
    context.runner.run(command, context.scratch)
    if output.stat().st_size != (run / "index.html").stat().st_size:
        raise BenchmarkError("the page written again is another page")
    return float(context.runner.output())


def _remarks(
    version: str, sizes: Sequence[tuple[int, int]], run_sizes: Sequence[str]
) -> tuple[str, ...]:
    failing_counts = ", ".join(f"{failing} of {count:,}" for count, failing in sizes)
    peer = (
        f"Playwright: the HTML report of Playwright {version}, for tests with three steps and an "
        "attached transcript of the same random words."
        if version
        else "Playwright's HTML report could not be installed here, so it was not measured."
    )
    return (
        f"Three turns a trial, random Chinese and English words; {failing_counts} fail. Recordings "
        "are written, then replayed by `coze-harness run`; trials.jsonl is "
        f"{' and '.join(run_sizes)}.",
        "Files from disk, headless, 1400 × 1000, a fresh context for each load, after one load "
        "that is not counted. First row: painted, from the navigation on. Detail: a trial in the "
        f"middle whose data was still packed. Keys: `{_KEYS}` typed, then cleared.",
        "Memory is that of the page's process minus that of a blank page. Written by Python: from "
        "trials.jsonl to index.html, including reading.",
        peer,
    )


def main(folder: str, output: str) -> None:
    """Write a run's page and print how long that took."""
    run = read_run(Path(folder))
    start = time.perf_counter()
    with Path(output).open("wb") as page:
        FORMATS["html"].render(
            run, lambda: ((one, encode_trial(one)) for one in read_results(Path(folder))), page
        )
    sys.stdout.write(str(time.perf_counter() - start))


if __name__ == "__main__":
    main(*sys.argv[1:])
