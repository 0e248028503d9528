"""All runs at a glance: `reports/index.html`, and the same as rows for the terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TextIO
from urllib.parse import quote

from coze_harness.model import Mode, Run
from coze_harness.reporting.message_catalogue import Phrase, Words
from coze_harness.reporting.page_options import PageOptions
from coze_harness.reporting.run_verdict import sentence_phrase, tone
from coze_harness.reporting.safe_text import moment, run_seconds
from coze_harness.reporting.visible import duration, one_line

# So many runs are drawn and listed; older ones are still in their folders.
MOST = 500
_HEIGHT = 60
_PLAIN = PageOptions()


class HistoryRow(NamedTuple):
    """One run in words; `link` leads from the reports folder to its page.

    `p50` and `p95` are seconds of a trial. `said` is the verdict, as yet without a language.
    """

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
    said: Phrase
    link: str
    p50: str
    p95: str
    tokens: str

    @property
    def verdict(self) -> str:
        """The verdict in an English sentence."""
        return Words().say(self.said)


class Trend(NamedTuple):
    """How one number of a run went on from run to run, as an SVG polyline's points.

    `label` is what it is (a key of words.json), `last` the newest run's; `top` and `bottom` are
    what stands at the ends of the axis.
    """

    label: str
    last: str
    top: str
    bottom: str
    points: str


def history_rows(runs: Sequence[Run]) -> list[HistoryRow]:
    """Return a row for each run, in the order given (newest first, as the archive lists them)."""
    return [_row(run) for run in runs]


def _row(run: Run) -> HistoryRow:
    seconds = run_seconds(run)
    counts = run.summary
    share = pass_share(run)
    cost = run.cost
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
        sentence_phrase(run),
        f"{quote(run.run_id, safe='', errors='surrogatepass')}/index.html",
        duration(cost.p50) if cost.p50 else "",
        duration(cost.p95) if cost.p95 else "",
        f"{cost.tokens:,}" if cost.tokens else "",
    )


def pass_share(run: Run) -> float | None:
    """Return the share of trials that passed; None where there was none."""
    return run.summary.passed / run.summary.trials if run.summary.trials else None


def render_listing(runs: Sequence[Run], out: TextIO, options: PageOptions = _PLAIN) -> None:
    """Write `reports/index.html`: the runs, newest first, and how they went on from one to another.

    Args:
        runs: newest first.
        out: where the page goes.
        options: in which language.
    """
    from coze_harness.reporting.html import PageRenderer  # jinja2

    shown = list(runs[:MOST])
    page = PageRenderer(options.written_in).render(
        "listing.html.j2",
        rows=history_rows(shown),
        more=len(runs) - len(shown),
        runs=len(runs),
        trends=trends(shown),
        height=_HEIGHT,
    )
    out.write(page)


def trends(runs: Sequence[Run]) -> list[Trend]:
    """Return what went on from run to run: the share that passed, a trial's seconds, tokens.

    Runs that spoilt answers tell nothing of the bot and have no part in it.

    Args:
        runs: newest first.
    """
    told = [run for run in reversed(runs) if run.mode is not Mode.MUTATE]
    shares = [share for run in told if (share := pass_share(run)) is not None]
    times = [run.cost.p95 for run in told if run.cost.p95]
    tokens = [float(run.cost.tokens) for run in told if run.cost.tokens]
    lowest = min(int(10 * min(shares, default=1.0)) / 10, 0.9)
    return [
        trend
        for trend in (
            _trend("listing.passed", shares, lambda share: f"{100 * share:.0f} %", lowest, 1.0),
            _trend("listing.p95", times, duration, 0.0, max(times, default=0.0)),
            _trend(
                "fact.tokens",
                tokens,
                lambda number: f"{number:,.0f}",
                0.0,
                max(tokens, default=0.0),
            ),
        )
        if trend.points
    ]


def _trend(
    label: str, values: Sequence[float], say: Callable[[float], str], bottom: float, top: float
) -> Trend:
    """Return a trend, oldest on the left; without points where two runs do not have the number."""
    points = ""
    if len(values) > 1:
        step = 100 / (len(values) - 1)
        scale = _HEIGHT / (top - bottom)
        points = " ".join(
            f"{number * step:.2f},{(top - value) * scale:.2f}"
            for number, value in enumerate(values)
        )
    return Trend(label, say(values[-1]) if values else "", say(top), say(bottom), points)
