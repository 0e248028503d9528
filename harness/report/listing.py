"""All runs at a glance: `reports/index.html`, and the same as rows for the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TextIO
from urllib.parse import quote

from harness.model import Run
from harness.report.overview import moment, run_seconds, sentence, tone
from harness.report.visible import duration, one_line

# So many runs are drawn and listed; older ones are still in their folders.
MOST = 500
_HEIGHT = 60


class HistoryRow(NamedTuple):
    """One run in words; `link` leads from the reports folder to its page."""

    run_id: str
    mode: str
    started: str
    lasted: str
    trials: int
    passed: int
    failed: int
    errors: int
    share: str
    tone: str
    verdict: str
    link: str


def history_rows(runs: Sequence[Run]) -> list[HistoryRow]:
    """Return a row for each run, in the order given (newest first, as the archive lists them)."""
    return [_row(run) for run in runs]


def _row(run: Run) -> HistoryRow:
    seconds = run_seconds(run)
    counts = run.summary
    share = pass_share(run)
    return HistoryRow(
        one_line(run.run_id),
        run.mode.value,
        moment(run.started_at),
        "" if seconds is None else duration(seconds),
        counts.trials,
        counts.passed,
        counts.failed,
        counts.errors,
        "" if share is None else f"{100 * share:.1f} %",
        tone(run),
        sentence(run),
        f"{quote(run.run_id, safe='', errors='surrogatepass')}/index.html",
    )


def pass_share(run: Run) -> float | None:
    """Return the share of trials that passed; None where there was none."""
    return run.summary.passed / run.summary.trials if run.summary.trials else None


def render_listing(runs: Sequence[Run], out: TextIO) -> None:
    """Write `reports/index.html`: the runs, newest first, and the trend of what passed."""
    from harness.report.html import Pages  # jinja2

    shown = list(runs[:MOST])
    shares = [share for run in reversed(shown) if (share := pass_share(run)) is not None]
    lowest = _lowest(shares)
    page = Pages().render(
        "listing.html.j2",
        rows=history_rows(shown),
        more=len(runs) - len(shown),
        points=_points(shares, lowest),
        lowest=lowest,
        height=_HEIGHT,
    )
    out.write(page)


def _lowest(shares: Sequence[float]) -> int:
    """Return where the trend's axis begins, in per cent: a full ten below the lowest share."""
    return min(int(10 * min(shares, default=1.0)) * 10, 90)


def _points(shares: Sequence[float], lowest: int) -> str:
    """Return the trend as an SVG polyline's points: oldest on the left, all passed on top."""
    if len(shares) < 2:
        return ""
    step = 100 / (len(shares) - 1)
    scale = _HEIGHT / (100 - lowest)
    return " ".join(
        f"{number * step:.2f},{(100 - 100 * share) * scale:.2f}"
        for number, share in enumerate(shares)
    )
