"""All that the page of a run says beside the single trial, without a language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple
from urllib.parse import quote

from harness.model import Row, Run, TrialStatus
from harness.report.matrix import Matrix, matrix
from harness.report.overview import (
    Count,
    RateView,
    Reasons,
    moment,
    notes,
    run_counts,
    run_rates,
    run_seconds,
    sentence_phrase,
    tone,
)
from harness.report.ranking import turns
from harness.report.view import anchor
from harness.report.visible import clipped, duration, one_line
from harness.report.words import Fact, Phrase

_MOST: Final = 5
_FLAKY: Final = 20
_STATUS_LINKS: Final = "#v=trials&st="


class Top(NamedTuple):
    """A trial and what it is listed for."""

    name: str
    anchor: str
    value: str


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
    flaky: Sequence[Top]
    facts: Sequence[Fact]
    environment: Sequence[tuple[str, str]]
    again: str
    matrix: Matrix | None


def page_view(run: Run, reasons: Reasons, flaky: set[str]) -> PageView:
    """Return what the page says of a run."""
    seconds = run_seconds(run)
    lasted = "" if seconds is None else duration(seconds)
    return PageView(
        one_line(run.run_id),
        run.mode.value,
        moment(run.started_at),
        lasted,
        tone(run),
        sentence_phrase(run),
        notes(run),
        f"{run.summary.trials:,}",
        len(run.rows),
        [_count(count) for count in run_counts(run) if count.number],
        [ReasonView(text, times, trials, _search(text)) for text, times, trials in reasons.top()],
        run_rates(run),
        _slowest(run.rows),
        (),
        _flaky(run.rows, flaky),
        _facts(run, lasted),
        [(one_line(name), clipped(value)) for name, value in sorted(run.environment.items())],
        _again(run),
        matrix(run.rows),
    )


def _count(count: Count) -> StatusCount:
    link = f"{_STATUS_LINKS}{count.status.value}"
    return StatusCount(count.status, count.number, count.icon, count.share, count.begin, link)


def _search(text: str) -> str:
    """Return the filter that finds a reason: as a phrase, or several where it has quotes."""
    phrases = [f'"{part.strip()}"' for part in text.rstrip("…").split('"') if part.strip()]
    return f"#v=trials&q={quote(' '.join(phrases), safe='', errors='replace')}"


def _slowest(rows: Sequence[Row]) -> list[Top]:
    found = sorted(rows, key=lambda row: -row.seconds)[:_MOST] if len(rows) > 1 else []
    return [_top(row, duration(row.seconds)) for row in found if row.seconds > 0]


def _flaky(rows: Sequence[Row], flaky: set[str]) -> list[Top]:
    found = [row for row in rows if row.key.id in flaky]
    found.sort(key=lambda row: -turns(row))
    return [_top(row, f"{row.past}{row.status.letter}") for row in found[:_FLAKY]]


def _top(row: Row, value: str) -> Top:
    return Top(one_line(row.key.id), anchor(row.key.id), one_line(value))


def _facts(run: Run, lasted: str) -> list[Fact]:
    facts = [
        Fact("fact.run", one_line(run.run_id)),
        Fact("fact.mode", run.mode.value),
        Fact("fact.started", moment(run.started_at)),
        Fact("fact.lasted", lasted),
        Fact("fact.calls", f"{run.calls:,}"),
        Fact("fact.harness", one_line(run.harness_version)),
    ]
    return [fact for fact in facts if fact.value]


def _again(run: Run) -> str:
    """Return the command that makes such a run again; the options of this one are not kept."""
    commands = {"replay": "run", "record": "record", "live": "live"}
    return f"coze-harness {commands.get(run.mode.value, run.mode.value)}"
