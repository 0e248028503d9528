"""The report's page in a browser: how soon it is read, what it weighs; beside Playwright's report.

Run as `python -m benchmarks.page RUN OUT`, it writes the page of a finished run and prints the
seconds that took; `measured` starts it so.
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

from benchmarks import conversations, playwright_report
from benchmarks.bench import Bench
from benchmarks.comparing import Aim, Found, Line, spread
from benchmarks.processes import BenchmarkError, harness_command
from benchmarks.reader import Parts, Seen, read, reader

OURS = Parts(
    rows="a.row",
    opener="",
    row="#list a.row",
    body="#trial article .msg.bot",
    search="#filter input[type=search]",
    counted="#count",
    ready="html[data-ready='1']",
    listing="#v=trials",
)
PEER = Parts(
    rows="button.chip-header",
    opener="button.chip-header",
    row=".test-file-test a.test-file-path-link",
    body=".test-case-column .test-result",
    search=".subnav-search-input",
    counted="[data-testid=filtered-tests-count]",
    ready="button.chip-header",
)
_KEYS = "场景-005"

# results: first row, load, long tasks, detail, key (ms); memory, file (MB); build (s)
_AIMS = {
    1000: (300.0, 400.0, 100.0, 100.0, 50.0, 60.0, 1.9, 2.0),
    10_000: (600.0, 1500.0, 400.0, 100.0, 250.0, 150.0, 18.5, 20.0),
}
_SHELL = (80.0, 25.0)
_MEGABYTE = 1_000_000
_KILOBYTE = 1000


def measured(bench: Bench) -> Found:
    """Load our page and the peer's in one browser, in turn, and tell what each took."""
    sizes = ((100, 10),) if bench.quick else ((1000, 100), (10_000, 100))
    rounds = 2 if bench.quick else 5
    lines: list[Line] = []
    bench.told("installing Playwright's test runner")
    peers = bench.scratch / "playwright"
    version = playwright_report.install(peers)
    raw: list[str] = []
    for count, failing in sizes:
        folder = _finished(bench, count, failing)
        raw.append(f"{(folder / 'trials.jsonl').stat().st_size / _MEGABYTE:.1f} MB")
        page = folder / "index.html"
        built = [_built(bench, folder) for _ in range(rounds)]
        peer = None
        if version:
            bench.told(f"{count:,} results by Playwright's runner")
            peer = playwright_report.build(peers, count, failing)
        with reader() as browser:
            ours, theirs = _in_turn(bench, browser, (page, peer), count, rounds)
        lines += _ours(count, ours, page, built)
        if peer is not None:
            lines += _theirs(count, theirs, peer)
    lines += _shell(bench)
    return Found("page", "The page of a run in Chromium", lines, _remarks(version, sizes, raw))


def _in_turn(
    bench: Bench, browser: Browser, pages: tuple[Path, Path | None], count: int, rounds: int
) -> tuple[list[Seen], list[Seen]]:
    contenders: list[tuple[list[Seen], Callable[[], Seen]]] = []
    found: tuple[list[Seen], list[Seen]] = ([], [])
    for seen, page, parts in zip(found, pages, (OURS, PEER), strict=True):
        if page is not None:
            contenders.append((seen, partial(read, browser, page, parts, _KEYS, count)))
    for number in range(rounds + 1):
        bench.told(f"{count:,} results, load {number} of {rounds}")
        for seen, load in bench.rng.sample(contenders, len(contenders)):
            taken = load()
            if number:  # the first load warms the disk's cache up and is not counted
                seen.append(taken)
    return found


def _ours(count: int, seen: Sequence[Seen], page: Path, built: Sequence[float]) -> list[Line]:
    row, load, long, detail, key, memory, size, build = _AIMS.get(count, _AIMS[1000])
    name = f"{count:,} trials"
    weight = page.stat().st_size / _MEGABYTE
    zipped = len(gzip.compress(page.read_bytes(), 9)) / _MEGABYTE
    return [
        spread(f"{name}: first row visible", "ms", [one.rows for one in seen], Aim(row)),
        spread(f"{name}: load event", "ms", [one.load for one in seen], Aim(load)),
        spread(f"{name}: script done", "ms", [one.ready for one in seen]),
        spread(f"{name}: long tasks until then", "ms", [one.long for one in seen], Aim(long)),
        spread(f"{name}: click → detail", "ms", [one.detail for one in seen], Aim(detail)),
        spread(f"{name}: key → list, usual", "ms", [median(one.keys) for one in seen]),
        spread(f"{name}: key → list, slowest", "ms", [max(one.keys) for one in seen], Aim(key)),
        spread(f"{name}: memory above blank", "MB", [one.memory for one in seen], Aim(memory)),
        spread(f"{name}: file", "MB", [weight], Aim(size)),
        spread(f"{name}: file, gzipped", "MB", [zipped]),
        spread(f"{name}: written by Python", "s", built, Aim(build)),
    ]


def _theirs(count: int, seen: Sequence[Seen], page: Path) -> list[Line]:
    name = f"{count:,} results, Playwright"
    files = [path for path in page.parent.rglob("*") if path.is_file()]
    weight = sum(path.stat().st_size for path in files) / _MEGABYTE
    return [
        spread(f"{name}: first file's name visible", "ms", [one.rows for one in seen]),
        spread(f"{name}: … its results, once clicked", "ms", [one.opening for one in seen]),
        spread(f"{name}: load event", "ms", [one.load for one in seen]),
        spread(f"{name}: long tasks", "ms", [one.long for one in seen]),
        spread(f"{name}: click → detail", "ms", [one.detail for one in seen]),
        spread(f"{name}: key → list, usual", "ms", [median(one.keys) for one in seen]),
        spread(f"{name}: key → list, slowest", "ms", [max(one.keys) for one in seen]),
        spread(f"{name}: memory above blank", "MB", [one.memory for one in seen]),
        spread(f"{name}: all files", "MB", [weight]),
    ]


def _shell(bench: Bench) -> list[Line]:
    page = empty_page()
    bench.told(f"a page of nothing is {len(page):,} bytes")
    shell = without_words(page)
    sizes = [len(text) / _KILOBYTE for text in (shell, page)]
    zipped = [len(gzip.compress(text, 9)) / _KILOBYTE for text in (shell, page)]
    return [
        spread("script, style and markup", "KB", sizes[:1], Aim(_SHELL[0])),
        spread("script, style and markup, gzipped", "KB", zipped[:1], Aim(_SHELL[1])),
        spread("… with the words of both languages", "KB", sizes[1:]),
        spread("… with the words of both languages, gzipped", "KB", zipped[1:]),
    ]


def without_words(page: bytes) -> bytes:
    """Return a page without the words in both languages, which lie in it as data."""
    return re.sub(rb'(<script type="application/json" id="head">)[^<]*', rb"\1{}", page)


def empty_page() -> bytes:
    """Return the page of a run without a trial: words, style and script, and nothing else."""
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
    out = io.BytesIO()
    FORMATS["html"].render(run, lambda: iter(()), out)
    return out.getvalue()


def _finished(bench: Bench, count: int, failing: int) -> Path:
    """Return the folder of a run of a project written and replayed as any other."""
    project = bench.scratch / f"conversations-{count}"
    bench.told(f"writing and running a project of {count:,} trials of three turns")
    conversations.build(project, count, failing)
    bench.machine.takes(harness_command("run", "--no-progress", "-q"), project, code=1)
    return (project / "reports" / "latest").resolve()


def _built(bench: Bench, run: Path) -> float:
    out = bench.scratch / "again.html"
    command = [sys.executable, "-m", "benchmarks.page", str(run), str(out)]
    bench.machine.takes(command, bench.scratch)
    if out.stat().st_size != (run / "index.html").stat().st_size:
        raise BenchmarkError("the page written again is another page")
    return float(bench.machine.said())


def _remarks(version: str, sizes: Sequence[tuple[int, int]], raw: Sequence[str]) -> tuple[str, ...]:
    told = ", ".join(f"{failing} of {count:,}" for count, failing in sizes)
    peer = (
        f"Playwright: the HTML report of Playwright {version}, for tests with three steps and an "
        "attached transcript of the same random words."
        if version
        else "Playwright's HTML report could not be installed here, so it was not measured."
    )
    return (
        f"Three turns a trial, random Chinese and English words; {told} fail. Recordings "
        f"are written, then replayed by `coze-harness run`; trials.jsonl is {' and '.join(raw)}.",
        "Files from disk, headless, 1400 × 1000, a fresh context for each load, after one load "
        "that is not counted. First row: painted, from the navigation on. Detail: a trial in the "
        f"middle whose data was still packed. Keys: `{_KEYS}` typed, then cleared.",
        "Memory is that of the page's process minus that of a blank page. Written by Python: from "
        "trials.jsonl to index.html, including reading.",
        peer,
    )


def main(folder: str, out: str) -> None:
    """Write a run's page and print how long that took."""
    run = read_run(Path(folder))
    begun = time.perf_counter()
    with Path(out).open("wb") as page:
        FORMATS["html"].render(
            run, lambda: ((one, encode_trial(one)) for one in read_results(Path(folder))), page
        )
    sys.stdout.write(str(time.perf_counter() - begun))


if __name__ == "__main__":
    main(*sys.argv[1:])
