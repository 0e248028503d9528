"""The runs before this one as the page shows them: three lines, and a table with the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple
from urllib.parse import quote

from coze_harness.model import Run, RunCost, Summary
from coze_harness.reporting.safe_text import moment
from coze_harness.reporting.visible import format_duration, single_line

WIDTH: Final = 300
HEIGHT: Final = 60


class Chart(NamedTuple):
    """A number over the runs, oldest on the left, as points; `key` is what it is.

    Where runs do not tell it, there is a gap between `lines`. Both ends of the axis are in words.
    """

    key: str
    lines: Sequence[str]
    low: str
    high: str


class PastView(NamedTuple):
    """One run; `link` leads to its page, and is empty for the run that is shown."""

    run_id: str
    link: str
    started: str
    mode: str
    passed: str
    share: str
    p95: str
    tokens: str


class HistoryView(NamedTuple):
    """The runs, newest first, and their lines."""

    charts: Sequence[Chart]
    runs: Sequence[PastView]


def history_view(run: Run) -> HistoryView | None:
    """Return the runs before a run and itself; None where it is the first."""
    if not run.past:
        return None
    sides = [*((past.summary, past.cost) for past in run.past), (run.summary, run.cost)]
    rows = [
        _past(past.run_id, run_link(past.run_id), past.started_at, past.mode.value, *side)
        for past, side in zip(run.past, sides, strict=False)
    ]
    rows.append(_past(run.run_id, "", run.started_at, run.mode.value, run.summary, run.cost))
    shares = [
        100 * summary.passed / summary.trials if summary.trials else None for summary, _ in sides
    ]
    times = [cost.p95 or None for _, cost in sides]
    tokens = [cost.tokens or None for _, cost in sides]
    charts = [
        _chart("history.share", shares, [row.share for row in rows], 100.0),
        _chart("history.p95", times, [row.p95 for row in rows]),
        _chart("history.tokens", tokens, [row.tokens for row in rows]),
    ]
    return HistoryView([chart for chart in charts if chart], rows[::-1])


def run_link(run_id: str) -> str:
    """Return the way from one run's page to another's."""
    return f"../{quote(run_id, safe='', errors='surrogatepass')}/index.html"


def _past(
    run_id: str, link: str, started: str, mode: str, summary: Summary, cost: RunCost
) -> PastView:
    return PastView(
        single_line(run_id),
        link,
        moment(started),
        mode,
        f"{summary.passed:,}/{summary.trials:,}",
        f"{100 * summary.passed / max(summary.trials, 1):.1f} %",
        format_duration(cost.p95) if cost.p95 else "",
        f"{cost.tokens:,}" if cost.tokens else "",
    )


def _chart(
    key: str, values: Sequence[float | None], said: Sequence[str], top: float | None = None
) -> Chart | None:
    """Return lines between the lowest and the highest value; None where no run tells any."""
    known = [(value, words) for value, words in zip(values, said, strict=True) if value is not None]
    if not known:
        return None
    high, highest = max(known) if top is None else (top, f"{top:.0f} %")
    low = 0.0 if top is None else min(min(known)[0], 90.0)
    step = WIDTH / max(len(values) - 1, 1)
    scale = HEIGHT / ((high - low) or 1)
    lines: list[list[str]] = [[]]
    for number, value in enumerate(values):
        if value is not None:
            lines[-1].append(f"{number * step:.1f},{HEIGHT - (value - low) * scale:.1f}")
        elif lines[-1]:
            lines.append([])
    # A line of one point is drawn as that point: it goes there twice.
    drawn = [" ".join(line if len(line) > 1 else line * 2) for line in lines if line]
    return Chart(key, drawn, "0" if top is None else f"{low:.0f} %", highest)
