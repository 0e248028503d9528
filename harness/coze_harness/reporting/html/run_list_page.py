"""The list of all runs: `reports/index.html`, and its rows for the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, TextIO
from urllib.parse import quote

from coze_harness.messages import LocalizedText
from coze_harness.model import Mode, Run
from coze_harness.reporting.page_options import PageOptions
from coze_harness.reporting.views.history_view import Chart, draw_chart, format_seconds
from coze_harness.reporting.views.run_verdict import verdict_phrase, verdict_tone
from coze_harness.reporting.views.safe_text import (
    format_duration,
    format_moment,
    format_run_duration,
    single_line,
)
from coze_harness.results import scenario_counts
from coze_harness.results.run_index import MAX_LISTED_RUNS

_DEFAULTS: Final = PageOptions()


class RunListRow(NamedTuple):
    """A run; `link` leads from the reports folder to its page.

    The numbers are of scenarios. `p50` and `p95` are durations of a trial. `phrase` is the verdict,
    to be translated.
    """

    run_id: str
    mode: str
    started: str
    duration: str
    scenarios: int
    passed: int
    failed: int
    errors: int
    share: str
    tone: str
    phrase: LocalizedText
    link: str
    p50: str
    p95: str
    tokens: str


def run_list_rows(runs: Sequence[Run]) -> list[RunListRow]:
    """Return a row for each run, in the given order (newest first)."""
    return list(map(_row, runs))


def _row(run: Run) -> RunListRow:
    counts, cost = scenario_counts(run), run.cost
    return RunListRow(
        single_line(run.run_id),
        run.mode.value,
        format_moment(run.started_at),
        format_run_duration(run),
        counts.trials,
        counts.passed,
        counts.failed,
        counts.errors,
        f"{100 * (counts.passed / counts.trials):.1f}%" if counts.trials else "",
        verdict_tone(run),
        verdict_phrase(run),
        f"{quote(run.run_id, safe='', errors='surrogatepass')}/index.html",
        format_duration(cost.p50) if cost.p50 else "",
        format_duration(cost.p95) if cost.p95 else "",
        f"{cost.tokens:,}" if cost.tokens else "",
    )


def render_run_list(runs: Sequence[Run], out: TextIO, options: PageOptions = _DEFAULTS) -> None:
    """Write `reports/index.html`: the runs and their charts.

    Args:
        runs: newest first.
        out: where the page goes.
        options: the language.
    """
    from coze_harness.reporting.html import PageRenderer  # jinja2

    newest = list(runs[:MAX_LISTED_RUNS])
    page = PageRenderer(options.page_language).render(
        "listing.html.j2",
        lang=options.lang,
        rows=run_list_rows(newest),
        more=len(runs) - len(newest),
        runs=len(runs),
        charts=run_list_charts(newest),
    )
    out.write(page)


def run_list_charts(runs: Sequence[Run]) -> list[Chart]:
    """Return charts of the share of scenarios that passed, the seconds of a trial, and tokens.

    They show the newest run and those before it that are comparable: of its mode, and of the same
    scenarios. Mutation runs say nothing about the bot. Charts of fewer than two runs are left out.

    Args:
        runs: newest first.
    """
    oldest_first = [run for run in reversed(runs) if run.mode is not Mode.MUTATE]
    newest = oldest_first[-1] if oldest_first else None
    comparable = [
        run
        for run in oldest_first
        if newest and (run.mode, run.selection) == (newest.mode, newest.selection)
    ]
    counts = [scenario_counts(run) for run in comparable]
    shares = [100 * (one.passed / one.trials) for one in counts if one.trials]
    lowest = min(int(min(shares, default=100.0) / 10) * 10.0, 90.0)
    times = [run.cost.p95 for run in comparable if run.cost.p95]
    tokens = [run.cost.tokens for run in comparable if run.cost.tokens]
    charts = (
        draw_chart("listing.passed", shares, "{:.0f}%".format, lowest, 100.0, min_values=2),
        draw_chart("listing.p95", times, format_seconds, min_values=2),
        draw_chart("history.tokens", tokens, "{:,.0f}".format, min_values=2),
    )
    return [chart for chart in charts if chart]
