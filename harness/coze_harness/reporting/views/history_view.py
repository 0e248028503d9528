"""Previous runs: a table and charts for a run's page, and the charts of the list of runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple
from urllib.parse import quote

from coze_harness.messages import LocalizedText, message
from coze_harness.model import ChangedScenarios, Counts, PreviousRun, Run, RunChanges
from coze_harness.reporting.views.safe_text import format_duration, format_moment, single_line
from coze_harness.reporting.views.wording import list_names
from coze_harness.results import scenario_counts

_WIDTH: Final = 300
_HEIGHT: Final = 60
_TREND_HEIGHT: Final = 60
_TREND_STEP: Final = 18
_TREND_GAP: Final = 4
_MAX_TREND: Final = 19
_MAX_LEGEND: Final = 6


class Chart(NamedTuple):
    """A number of each run, oldest on the left, as the points of SVG polylines.

    `key` is what it is (an id of the catalogue). A run without the number leaves a gap between
    `lines`. `low` and `high` label the ends of the axis, `last` is the newest value.
    """

    key: str
    lines: Sequence[str]
    low: str
    high: str
    last: str


class PreviousRunView(NamedTuple):
    """A run of the table; `link` leads to its page and is empty for the run that is shown.

    The counts are of scenarios. `events` say what was edited between the run before and this one.
    """

    run_id: str
    link: str
    started: str
    passed: str
    failed: int
    errors: int
    share: str
    p95: str
    tokens: str
    events: Sequence[LocalizedText]


class HistoryView(NamedTuple):
    """The comparable runs, newest first, and their charts.

    `marks` are the places (0 to 300) of runs with events on the charts' horizontal axis.
    """

    charts: Sequence[Chart]
    runs: Sequence[PreviousRunView]
    marks: Sequence[str]


class TrendBar(NamedTuple):
    """A run in the trend: rectangles (status, y, height), of which `height` of the trend is all.

    `event` is the number of the run's entry in the legend, empty without one.
    """

    x: str
    parts: Sequence[tuple[str, str, str]]
    event: str
    middle: str


class TrendView(NamedTuple):
    """The scenarios that passed, failed and could not be judged in each comparable run.

    The newest run is the last. `legend` explains the steps: number, date, events. `width` is that
    of the drawing, `bar` that of a bar.
    """

    bars: Sequence[TrendBar]
    legend: Sequence[tuple[str, str, Sequence[LocalizedText]]]
    width: str
    bar: str
    most: str
    first: str
    last: str


def trend_view(run: Run) -> TrendView | None:
    """Return the trend of a run and the runs before it; None if it is the first."""
    if not run.past:
        return None
    past = run.past[-_MAX_TREND:]
    runs = [(one.summary.scenarios or one.summary, one.changes, one.started_at) for one in past]
    runs.append((scenario_counts(run), run.changes, run.started_at))
    most = max([counts.trials for counts, _, _ in runs]) or 1
    bars: list[TrendBar] = []
    legend: list[tuple[str, str, Sequence[LocalizedText]]] = []
    for number, (counts, changes, started) in enumerate(runs):
        events = run_events(changes)
        if events:
            legend.append((str(len(legend) + 1), format_moment(started)[5:10], events))
        at = float(_TREND_HEIGHT)
        parts = []
        for status, count in (
            ("passed", counts.passed),
            ("failed", counts.failed),
            ("error", counts.errors),
        ):
            height = _TREND_HEIGHT * count / most
            at -= height
            if count:
                parts.append((status, f"{at:.1f}", f"{max(height, 1.5):.1f}"))
        x = number * _TREND_STEP
        middle = f"{x + (_TREND_STEP - _TREND_GAP) / 2:.1f}"
        bars.append(TrendBar(str(x), parts, legend[-1][0] if events else "", middle))
    return TrendView(
        bars,
        legend[-_MAX_LEGEND:],
        str(len(bars) * _TREND_STEP),
        str(_TREND_STEP - _TREND_GAP),
        str(most),
        format_moment(past[0].started_at)[5:10],
        format_moment(run.started_at)[5:10],
    )


def history_view(run: Run) -> HistoryView | None:
    """Return a run and the runs before it; None if it is the first."""
    if not run.past:
        return None
    rows = [
        _row(one, run_link(one.run_id), one.summary.scenarios or one.summary) for one in run.past
    ]
    rows.append(_row(run, "", scenario_counts(run)))
    summaries = [*(one.summary.scenarios or one.summary for one in run.past), scenario_counts(run)]
    costs = [*(one.cost for one in run.past), run.cost]
    shares = [100 * one.passed / one.trials if one.trials else None for one in summaries]
    lowest = min((share for share in shares if share is not None), default=100.0)
    charts = (
        draw_chart("history.share", shares, "{:.0f}%".format, min(lowest, 90.0), 100.0),
        draw_chart("history.p95", [cost.p95 or None for cost in costs], format_seconds),
        draw_chart("history.tokens", [cost.tokens or None for cost in costs], "{:,.0f}".format),
    )
    step = _WIDTH / (len(rows) - 1)
    marks = [f"{number * step:.1f}" for number, row in enumerate(rows) if row.events]
    return HistoryView([chart for chart in charts if chart], rows[::-1], marks)


def run_events(changes: RunChanges | None) -> list[LocalizedText]:
    """Return what was edited between two runs, one text for each kind of edit."""
    if changes is None:
        return []
    events = [
        message("event.version", bot=one.bot, before=one.before, after=one.after)
        for one in changes.versions
    ]
    recorded, edited = changes.recorded, changes.edited
    if recorded.count:
        events.append(message("event.recorded", n=recorded.count, names=_names(recorded)))
    if edited.count:
        events.append(message("event.edited", n=edited.count, names=_names(edited)))
    return events


def _names(changed: ChangedScenarios) -> LocalizedText:
    names = list(map(single_line, changed.names))
    return list_names(names, changed.count - len(names))


def run_link(run_id: str) -> str:
    """Return the link from one run's page to another's."""
    return f"../{quote(run_id, safe='', errors='surrogatepass')}/index.html"


def _row(run: Run | PreviousRun, link: str, counts: Counts) -> PreviousRunView:
    cost = run.cost
    return PreviousRunView(
        single_line(run.run_id),
        link,
        format_moment(run.started_at),
        f"{counts.passed:,}/{counts.trials:,}",
        counts.failed,
        counts.errors,
        f"{100 * counts.passed / max(counts.trials, 1):.1f}%",
        format_duration(cost.p95) if cost.p95 else "",
        f"{cost.tokens:,}" if cost.tokens else "",
        run_events(run.changes),
    )


def format_seconds(value: float) -> str:
    """Return ``3.20 s``, or ``0`` for the end of an axis."""
    return format_duration(value) if value else "0"


def draw_chart(
    key: str,
    values: Sequence[float | None],
    format_value: Callable[[float], str],
    low: float = 0.0,
    high: float | None = None,
    *,
    min_values: int = 1,
) -> Chart | None:
    """Return the lines of a chart, 300 units wide and 60 high; None with too few values.

    Args:
        key: what the number is.
        values: one for each run, oldest first; None where a run lacks it.
        format_value: makes a value readable.
        low: the low end of the axis.
        high: the high end of the axis; by default the highest value.
        min_values: draw no chart of fewer values.
    """
    known = [value for value in values if value is not None]
    if len(known) < min_values:
        return None
    top = max(known) if high is None else high
    step = _WIDTH / max(len(values) - 1, 1)
    scale = _HEIGHT / ((top - low) or 1)
    lines: list[list[str]] = [[]]
    for number, value in enumerate(values):
        if value is not None:
            lines[-1].append(f"{number * step:.1f},{(top - value) * scale:.1f}")
        elif lines[-1]:
            lines.append([])
    # A polyline needs two points, so a single one is repeated.
    points = [" ".join(line if len(line) > 1 else line * 2) for line in lines if line]
    return Chart(key, points, format_value(low), format_value(top), format_value(known[-1]))
