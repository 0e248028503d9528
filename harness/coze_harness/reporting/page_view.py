"""All that the page of a run says beside the single trial, without a language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from coze_harness.model import Run, TrialRow, TrialStatus
from coze_harness.reporting.bot_matrix import Matrix, build_matrix
from coze_harness.reporting.comparison_view import CompareView, compare_view
from coze_harness.reporting.failure_reasons import Reasons
from coze_harness.reporting.history_view import HistoryView, history_view
from coze_harness.reporting.message_catalogue import Fact, Phrase
from coze_harness.reporting.mutation_view import MutationView, mutation_view
from coze_harness.reporting.row_order import turns
from coze_harness.reporting.run_verdict import run_notes, sentence_phrase, verdict_tone
from coze_harness.reporting.run_view import Count, RateView, run_counts, run_rates
from coze_harness.reporting.safe_text import moment, run_seconds
from coze_harness.reporting.view_model import STATUS, anchor, filtered
from coze_harness.reporting.visible import format_duration, single_line, truncate_text

_MOST: Final = 5
_FLAKY: Final = 20
_PAST: Final = 30
_STATUS_LINKS: Final = "#v=trials&st="


class Top(NamedTuple):
    """A trial and what it is listed for."""

    name: str
    anchor: str
    value: str


class Flaky(NamedTuple):
    """A trial that wavers, and what it came to run by run: a status and a sign each."""

    name: str
    anchor: str
    past: Sequence[tuple[str, str]]


class ReasonView(NamedTuple):
    """Why trials failed, how many, the first of them (name, anchor), and the filter for all."""

    text: str
    times: int
    trials: Sequence[tuple[str, str]]
    link: str


class StatusCount(NamedTuple):
    """How many trials have a status; `begin` and `share` are per cent of all; `link` filters."""

    status: TrialStatus
    number: int
    icon: str
    share: str
    begin: str
    link: str


class PageView(NamedTuple):
    """A run as its page shows it."""

    run_id: str
    mode: str
    started: str
    lasted: str
    tone: str
    sentence: Phrase
    notes: Sequence[Phrase]
    trials: str
    rows: int
    counts: Sequence[StatusCount]
    reasons: Sequence[ReasonView]
    rates: Sequence[RateView]
    slowest: Sequence[Top]
    costliest: Sequence[Top]
    flaky: Sequence[Flaky]
    facts: Sequence[Fact]
    environment: Sequence[tuple[str, str]]
    again: str
    matrix: Matrix | None
    compare: CompareView | None
    history: HistoryView | None
    mutation: MutationView | None


def page_view(run: Run, reasons: Reasons, flaky: set[str]) -> PageView:
    """Return what the page says of a run."""
    seconds = run_seconds(run)
    lasted = "" if seconds is None else format_duration(seconds)
    return PageView(
        single_line(run.run_id),
        run.mode.value,
        moment(run.started_at),
        lasted,
        verdict_tone(run),
        sentence_phrase(run),
        run_notes(run),
        f"{run.summary.trials:,}",
        len(run.rows),
        [_count(count) for count in run_counts(run) if count.number],
        [ReasonView(text, times, trials, filtered(text)) for text, times, trials in reasons.top()],
        run_rates(run),
        _slowest(run.rows),
        _costliest(run.rows, reasons),
        _flaky(run.rows, flaky),
        _facts(run, lasted),
        [
            (single_line(name), truncate_text(value))
            for name, value in sorted(run.environment.items())
        ],
        _again(run),
        build_matrix(run.rows),
        compare_view(run.comparison) if run.comparison else None,
        history_view(run),
        mutation_view(run.mutation) if run.mutation else None,
    )


def _count(count: Count) -> StatusCount:
    link = f"{_STATUS_LINKS}{count.status.value}"
    return StatusCount(count.status, count.number, count.icon, count.share, count.begin, link)


def _slowest(rows: Sequence[TrialRow]) -> list[Top]:
    found = sorted(rows, key=lambda row: -row.seconds)[:_MOST] if len(rows) > 1 else []
    return [_top(row, format_duration(row.seconds)) for row in found if row.seconds > 0]


def _costliest(rows: Sequence[TrialRow], reasons: Reasons) -> list[Top]:
    spent = {row.key.id: reasons.tokens.get(row.key.id, 0) for row in rows}
    if len(rows) < 2:
        return []
    found = sorted(rows, key=lambda row: -spent[row.key.id])[:_MOST]
    return [_top(row, f"{spent[row.key.id]:,}") for row in found if spent[row.key.id]]


def _flaky(rows: Sequence[TrialRow], flaky: set[str]) -> list[Flaky]:
    found = [row for row in rows if row.key.id in flaky]
    found.sort(key=lambda row: -turns(row))
    return [
        Flaky(single_line(row.key.id), anchor(row.key.id), past_of(row)) for row in found[:_FLAKY]
    ]


def past_of(row: TrialRow, most: int = _PAST) -> list[tuple[str, str]]:
    """Return what a trial came to, run by run, this one last; an unknown letter is none.

    Args:
        row: the trial.
        most: so many runs before this one.
    """
    letters = (*row.history[-most:], row.status.letter)
    return [_SIGNS.get(letter, ("none", "·")) for letter in letters]


_SIGNS: Final = {status.letter: (status.value, words.icon) for status, words in STATUS.items()}


def _top(row: TrialRow, value: str) -> Top:
    return Top(single_line(row.key.id), anchor(row.key.id), single_line(value))


def _facts(run: Run, lasted: str) -> list[Fact]:
    facts = [
        ("fact.run", single_line(run.run_id)),
        ("fact.started", moment(run.started_at)),
        ("fact.lasted", lasted),
        ("fact.calls", f"{run.request_count:,}"),
        ("fact.harness", single_line(run.harness_version)),
    ]
    return [fact for fact in facts if fact[1]]


def _again(run: Run) -> str:
    """Return the command that makes such a run again; the options of this one are not kept."""
    commands = {"replay": "run", "record": "record", "live": "live"}
    return f"coze-harness {commands.get(run.mode.value, run.mode.value)}"
