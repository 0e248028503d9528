"""A run as all reports show it: everything besides the single trials, without a language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from coze_harness.messages import LocalizedText, message
from coze_harness.model import RequiredPassRate, Run, TrialRow, TrialStatus
from coze_harness.reporting.views.bot_matrix import Matrix, build_matrix
from coze_harness.reporting.views.failure_causes import FAILING, CauseGroup, Causes
from coze_harness.reporting.views.history_view import (
    HistoryView,
    TrendView,
    history_view,
    run_events,
    trend_view,
)
from coze_harness.reporting.views.row_order import STATUS_ORDER, count_changes, flaky_ids
from coze_harness.reporting.views.run_verdict import (
    run_notes,
    trials_phrase,
    verdict_phrase,
    verdict_tone,
)
from coze_harness.reporting.views.safe_text import (
    format_duration,
    format_moment,
    format_run_duration,
    single_line,
    truncate_text,
)
from coze_harness.reporting.views.scenario_results import (
    ScenarioResult,
    SinceView,
    scenario_results,
    since_view,
)
from coze_harness.reporting.views.view_model import ICONS, Fact, anchor
from coze_harness.results import EarlierAnswers, scenario_counts

if TYPE_CHECKING:
    from coze_harness.reporting.views.comparison_view import ComparisonView
    from coze_harness.reporting.views.mutation_view import MutationView

_MAX_TOP: Final = 5
_MAX_FLAKY: Final = 20
_MAX_HISTORY: Final = 30
_MAX_TARGETS: Final = 3
_MAX_NAME: Final = 60
_Number = TypeVar("_Number", int, float)
_LETTERS: Final = {status.letter: (status.value, ICONS[status]) for status in TrialStatus}


class StatusCount(NamedTuple):
    """How many scenarios have a status; `begin` and `share` are per cent; `link` shows trials."""

    status: TrialStatus
    number: int
    icon: str
    share: str
    begin: str
    link: str


class RateView(NamedTuple):
    """The pass rate of a scenario with a bot, and whether it reaches the required one."""

    scenario: str
    bot: str
    passed: int
    trials: int
    share: str
    required: str
    met: bool


class TopTrial(NamedTuple):
    """A trial of a top list, with its seconds or tokens."""

    name: str
    anchor: str
    value: str


class FlakyTrial(NamedTuple):
    """A flaky trial and its statuses run by run: a status and an icon each."""

    name: str
    anchor: str
    history: Sequence[tuple[str, str]]


class RunView(NamedTuple):
    """A run. `tone` is good, bad, warning or none. `events`: what was edited since the last one.

    `trials_phrase` counts the trials, where they are more than the scenarios. `causes` says why
    trials failed; of a comparison and of mutation testing, only what could not be judged, since
    other trials may have failed before. `bot_version` is set if the run has one bot. `changes` has
    by id the kind of change of each compared trial. `project` is the name of the project's folder,
    empty in runs of older versions; `targets` names the first bots; `calls` those of a comparison.
    """

    run_id: str
    mode: str
    started: str
    duration: str
    tone: str
    sentence: LocalizedText
    notes: Sequence[LocalizedText]
    trials_phrase: LocalizedText
    trials: str
    rows: int
    counts: Sequence[StatusCount]
    scenarios: Sequence[ScenarioResult]
    since: SinceView | None
    events: Sequence[LocalizedText]
    causes: Sequence[CauseGroup]
    bot_version: str
    changes: Mapping[str, str]
    rates: Sequence[RateView]
    slowest: Sequence[TopTrial]
    costliest: Sequence[TopTrial]
    flaky: Sequence[FlakyTrial]
    facts: Sequence[Fact]
    environment: Sequence[tuple[str, str]]
    edited: Sequence[str]
    command: str
    matrix: Matrix | None
    comparison: ComparisonView | None
    history: HistoryView | None
    mutation: MutationView | None
    project: str
    targets: str
    calls: LocalizedText
    trend: TrendView | None
    earlier: Mapping[str, EarlierAnswers]


def run_view(run: Run, causes: Causes, earlier: Mapping[str, EarlierAnswers] = {}) -> RunView:
    """Return a run as reports show it.

    Args:
        run: the run.
        causes: why its trials failed.
        earlier: what the bots answered before, by the id of the trial.
    """
    duration = format_run_duration(run)
    scenarios = scenario_results(run, causes)
    is_plain = run.comparison is None and run.mutation is None
    tokens = {row.key.id: causes.tokens.get(row.key.id, 0) for row in run.rows}
    versions = set(run.bot_versions.values())
    return RunView(
        single_line(run.run_id),
        run.mode.value,
        format_moment(run.started_at),
        duration,
        verdict_tone(run),
        verdict_phrase(run),
        run_notes(run),
        trials_phrase(run),
        f"{run.summary.trials:,}",
        len(run.rows),
        _counts(run) if is_plain else (),
        scenarios,
        since_view(run, scenarios) if is_plain else None,
        run_events(run.changes),
        _causes(run, causes, is_plain=is_plain),
        single_line(versions.pop()) if len(run.bot_versions) == 1 else "",
        causes.changes,
        [_rate(rate) for rate in run.pass_rates if rate.trials > 1 or rate.required < 1],
        _top_trials({row.key.id: row.seconds for row in run.rows}, format_duration),
        _top_trials(tokens, "{:,}".format),
        _flaky(run),
        _facts(run, duration),
        [
            (single_line(name), truncate_text(value))
            for name, value in sorted(run.environment.items())
            if name != "project"
        ],
        [single_line(path) for path in run.edited_recordings],
        _command(run.mode.value),
        build_matrix(run.rows),
        _comparison(run),
        history_view(run),
        _mutation(run),
        single_line(run.environment.get("project", ""), _MAX_NAME),
        _targets(run.rows),
        _calls(run),
        trend_view(run) if is_plain else None,
        earlier,
    )


def _comparison(run: Run) -> ComparisonView | None:
    if run.comparison is None:
        return None
    from coze_harness.reporting.views.comparison_view import comparison_view  # of few runs

    return comparison_view(run.comparison)


def _mutation(run: Run) -> MutationView | None:
    if run.mutation is None:
        return None
    from coze_harness.reporting.views.mutation_view import mutation_view  # of few runs

    return mutation_view(run.mutation)


def _targets(rows: Sequence[TrialRow]) -> str:
    bots = list(dict.fromkeys(row.key.bot for row in rows))
    names = ", ".join([single_line(bot, _MAX_NAME) for bot in bots[:_MAX_TARGETS]])
    return f"{names}, …" if len(bots) > _MAX_TARGETS else names


def _calls(run: Run) -> LocalizedText:
    """Return how many calls a comparison took, and how many it was allowed."""
    if run.comparison is None or not run.comparison.calls:
        return LocalizedText()
    calls, budget = run.comparison.calls, run.comparison.budget
    if budget:
        return message("decide.calls_of", n=calls, of=budget)
    return message("decide.calls", n=calls)


def _causes(run: Run, causes: Causes, *, is_plain: bool) -> Sequence[CauseGroup]:
    statuses = FAILING if is_plain else (TrialStatus.ERROR,)
    return causes.groups([row for row in run.rows if row.status in statuses])


def _counts(run: Run) -> list[StatusCount]:
    """Return how many scenarios have each status, the most urgent first."""
    summary = scenario_counts(run)
    numbers = {
        TrialStatus.FAILED: summary.failed,
        TrialStatus.ERROR: summary.errors,
        TrialStatus.FIXED: summary.fixed,
        TrialStatus.KNOWN_FAILURE: summary.known_failures,
        TrialStatus.SKIPPED: summary.skipped,
        TrialStatus.PASSED: summary.passed - summary.fixed,
    }
    counts: list[StatusCount] = []
    begin = 0.0
    for status in STATUS_ORDER:
        number = numbers[status]
        share = 100 * number / max(summary.trials, 1)
        if number:
            link = f"#v=trials&st={status.value}"
            spans = f"{share:.3f}", f"{begin:.3f}"
            counts.append(StatusCount(status, number, ICONS[status], *spans, link))
        begin += share
    return counts


def _rate(rate: RequiredPassRate) -> RateView:
    return RateView(
        single_line(rate.scenario),
        single_line(rate.bot),
        rate.passed,
        rate.trials,
        f"{100 * rate.passed / max(rate.trials, 1):.0f}%",
        f"{100 * rate.required:g}%",
        rate.met,
    )


def _top_trials(
    values: Mapping[str, _Number], format_value: Callable[[_Number], str]
) -> list[TopTrial]:
    """Return the trials with the highest values, by id; none of a single trial."""
    top = sorted(values, key=lambda name: -values[name])[:_MAX_TOP] if len(values) > 1 else []
    return [
        TopTrial(single_line(name), anchor(name), format_value(values[name]))
        for name in top
        if values[name] > 0
    ]


def _flaky(run: Run) -> list[FlakyTrial]:
    ids = flaky_ids(run)
    flaky = [row for row in run.rows if row.key.id in ids]
    flaky.sort(key=lambda row: -count_changes(row))
    return [
        FlakyTrial(single_line(row.key.id), anchor(row.key.id), status_history(row))
        for row in flaky[:_MAX_FLAKY]
    ]


def status_history(row: TrialRow, limit: int = _MAX_HISTORY) -> list[tuple[str, str]]:
    """Return the status and icon of a trial in its last `limit` runs and in this one."""
    letters = (*row.history[-limit:], row.status.letter)
    return [_LETTERS.get(letter, ("none", "·")) for letter in letters]


def _facts(run: Run, duration: str) -> list[Fact]:
    facts = [
        ("fact.run", single_line(run.run_id)),
        ("fact.started", format_moment(run.started_at)),
        ("fact.duration", duration),
        ("fact.calls", f"{run.request_count:,}"),
        ("fact.harness", single_line(run.harness_version)),
    ]
    return [fact for fact in facts if fact[1]]


def _command(mode: str) -> str:
    """Return the command that makes such a run; this run's options are unknown."""
    return f"coze-harness {'run' if mode == 'replay' else mode}"
