"""The runs before this one as the page shows them: three lines, and a table with the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple
from urllib.parse import quote

from harness.model import Cost, Run, Summary
from harness.report.overview import moment
from harness.report.visible import duration, one_line

WIDTH: Final = 300
HEIGHT: Final = 60


class Chart(NamedTuple):
    """A line over the runs, oldest on the left; `key` is what it shows. Both ends are in words."""

    key: str
    points: str
    marks: Sequence[tuple[str, str]]
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
    shares = [100 * summary.passed / max(summary.trials, 1) for summary, _ in sides]
    charts = [
        _chart("history.share", shares, [row.share for row in rows], 100.0),
        _chart("history.p95", [cost.p95 for _, cost in sides], [row.p95 for row in rows]),
        _chart(
            "history.tokens", [float(cost.tokens) for _, cost in sides], [r.tokens for r in rows]
        ),
    ]
    return HistoryView([chart for chart in charts if chart], rows[::-1])


def run_link(run_id: str) -> str:
    """Return the way from one run's page to another's."""
    return f"../{quote(run_id, safe='', errors='surrogatepass')}/index.html"


def _past(
    run_id: str, link: str, started: str, mode: str, summary: Summary, cost: Cost
) -> PastView:
    return PastView(
        one_line(run_id),
        link,
        moment(started),
        mode,
        f"{summary.passed:,}/{summary.trials:,}",
        f"{100 * summary.passed / max(summary.trials, 1):.1f} %",
        duration(cost.p95) if cost.p95 else "",
        f"{cost.tokens:,}" if cost.tokens else "",
    )


def _chart(
    key: str, values: Sequence[float], said: Sequence[str], top: float | None = None
) -> Chart | None:
    """Return a line from the lowest value to the highest; None where there is nothing but zero."""
    high = max(values) if top is None else top
    if not high:
        return None
    low = 0.0 if top is None else min(min(values), 90.0)
    step = WIDTH / max(len(values) - 1, 1)
    scale = HEIGHT / ((high - low) or 1)
    places = [
        (f"{number * step:.1f}", f"{HEIGHT - (value - low) * scale:.1f}")
        for number, value in enumerate(values)
    ]
    words = sorted(zip(values, said, strict=True))
    lowest = f"{low:.0f} %" if top is not None else "0"
    highest = "100 %" if top is not None else words[-1][1]
    return Chart(key, " ".join(",".join(place) for place in places), places, lowest, highest)
