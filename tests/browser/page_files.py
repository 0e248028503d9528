"""Writes pages of results as a run writes its own, and results that are attacks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from builders import run
from coze_harness.model import Run, TrialResult, TrialStatus, replace
from coze_harness.reporting.report_formats import FORMATS, PageOptions, ReportSet
from coze_harness.results import encode_trial
from report_hostile import ATTACKS, hostile_trial

# More of our own: what would speak to this page's way of building, and not to another's.
MORE: Final = [
    '["script",0,"window.__xss=1"]',
    '"],["img",{"src":"x","onerror":"window.__xss=1"}],["p",0,"',
    "\\u003cimg src=x onerror=window.__xss=1\\u003e",
    "</article></details></main><script>window.__xss=1</script>",
    '{"n":"1"}" data-w="status.passed',
    "{n} {of} one|many",
    "\x01status.passed\x01",
    "[a](http://127.0.0.1:8933/a 'x') <http://127.0.0.1:8933/b> [b]: //host/x",
    "[c](data:text/html;base64,PHNjcmlwdD53aW5kb3cuX194c3M9MTwvc2NyaXB0Pg==) [d](//host/x)",
    "[e](JaVaScRiPt:window.__xss=1) [f](\x01javascript:window.__xss=1)",
    "[g](java\tscript:window.__xss=1) [h](&#106;avascript:window.__xss=1)",
    "![h](data:image/svg+xml,<svg/onload=window.__xss=1>)",
    "<object data=javascript:window.__xss=1><embed src=javascript:window.__xss=1>",
    "<link rel=stylesheet href=http://127.0.0.1:8933/l.css><link rel=prefetch href=http://127.0.0.1:8933/p>",
    "<video src=http://127.0.0.1:8933/v autoplay><audio src=http://127.0.0.1:8933/a autoplay>",
    "%3Cimg src=x onerror=window.__xss=1%3E %E0%A4%A %",
    "s=__proto__&tab=json#s=constructor",
    "constructor",
    "toString",
    "../../x",
    "status.failed",
    "x" * 100_000,
    "\n".join("|的 |" for _ in range(800)),
    "a\u0300" * 500,
    "\u202e\u2066" * 200,
]
TEXTS: Final = [*ATTACKS, *MORE]

_STATUSES = (TrialStatus.FAILED, TrialStatus.ERROR, TrialStatus.KNOWN_FAILURE, TrialStatus.PASSED)


def hostile_results() -> list[TrialResult]:
    """Each text in every field of a trial of its own; of each status there are some."""
    return [hostile_trial(text, _STATUSES[at % 4]) for at, text in enumerate(TEXTS)]


def hostile_run(results: Sequence[TrialResult]) -> Run:
    """A run that is hostile itself: its id, and what it says of where it ran."""
    bad = "</script><img src=x onerror=window.__xss=1>"
    return replace(
        run(results, run_id=f"r{bad}"), environment={bad: bad, "base_url": "javascript:1"}
    )


def write_page(
    path: Path,
    results: Sequence[TrialResult],
    of: Run | None = None,
    options: PageOptions | None = None,
) -> Path:
    """Write the page of a run and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    chosen = {"html": FORMATS["html"]}
    with ReportSet(chosen, options or PageOptions()) as reports, path.open("wb") as out:
        reports.add_all((result, encode_trial(result)) for result in results)
        reports.write(of or run(results), {"html": out})
        for name, data in reports.extra_files().items():
            (path.parent / name).write_bytes(data)
    return path
