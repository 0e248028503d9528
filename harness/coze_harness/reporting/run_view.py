"""A run as every report shows it: its verdict, how many trials have each status, pass rates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from coze_harness.model import RequiredPassRate, Run, Summary, TrialStatus
from coze_harness.reporting.message_catalogue import Catalogue
from coze_harness.reporting.run_verdict import run_notes, verdict_sentence, verdict_tone
from coze_harness.reporting.safe_text import moment, run_seconds
from coze_harness.reporting.view_model import STATUS
from coze_harness.reporting.visible import format_duration, single_line

# What a reader must look at first, first.
ORDER = (
    TrialStatus.FAILED,
    TrialStatus.ERROR,
    TrialStatus.FIXED,
    TrialStatus.KNOWN_FAILURE,
    TrialStatus.SKIPPED,
    TrialStatus.PASSED,
)


class Count(NamedTuple):
    """How many trials have a status; `share` and `begin` are per cent of all."""

    status: TrialStatus
    number: int
    icon: str
    word: str
    share: str
    begin: str


class RunView(NamedTuple):
    """A run's head. `tone` is good, bad, warning or nothing (no trial at all)."""

    run_id: str
    sentence: str
    notes: Sequence[str]
    tone: str
    counts: Sequence[Count]
    summary: Summary
    mode: str
    started: str
    lasted: str
    version: str
    rates: Sequence[RateView]


class RateView(NamedTuple):
    """Repeated trials of a scenario with a bot, and whether enough of them passed."""

    scenario: str
    bot: str
    passed: int
    trials: int
    share: str
    required: str
    met: bool


def run_view(run: Run) -> RunView:
    """Return a run's head as reports show it."""
    lasted = run_seconds(run)
    words = Catalogue()
    return RunView(
        single_line(run.run_id),
        verdict_sentence(run),
        [words.translate(note) for note in run_notes(run)],
        verdict_tone(run),
        run_counts(run),
        run.summary,
        run.mode.value,
        moment(run.started_at),
        format_duration(lasted) if lasted is not None else "",
        single_line(run.harness_version),
        run_rates(run),
    )


def run_rates(run: Run) -> list[RateView]:
    """Return the pass rates of what was repeated, or need not pass always."""
    return [_rate(rate) for rate in run.pass_rates if rate.trials > 1 or rate.required < 1]


def run_counts(run: Run) -> list[Count]:
    """Return how many trials have each status, those first that a reader must look at."""
    summary = run.summary
    numbers = {
        TrialStatus.FAILED: summary.failed,
        TrialStatus.ERROR: summary.errors,
        TrialStatus.FIXED: summary.fixed,
        TrialStatus.KNOWN_FAILURE: summary.known_failures,
        TrialStatus.SKIPPED: summary.skipped,
        TrialStatus.PASSED: summary.passed - summary.fixed,
    }
    counts: list[Count] = []
    begin = 0.0
    for status in ORDER:
        share = 100 * numbers[status] / max(summary.trials, 1)
        words = STATUS[status]
        counts.append(
            Count(status, numbers[status], *words, f"{share:.3f}", f"{begin:.3f}"),
        )
        begin += share
    return counts


def _rate(rate: RequiredPassRate) -> RateView:
    return RateView(
        single_line(rate.scenario),
        single_line(rate.bot),
        rate.passed,
        rate.trials,
        f"{100 * rate.passed / max(rate.trials, 1):.0f} %",
        f"{100 * rate.required:g} %",
        rate.met,
    )
