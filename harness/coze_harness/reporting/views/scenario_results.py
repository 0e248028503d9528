"""The scenarios of a run (per target), with their trials folded: the unit that reports count."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from coze_harness.model import Run, TrialRow, TrialStatus
from coze_harness.reporting.views.failure_causes import FAILING, CauseGroup, Causes
from coze_harness.reporting.views.history_view import run_link
from coze_harness.reporting.views.row_order import PASSING, STATUS_ORDER, count_passed, worst_row
from coze_harness.reporting.views.safe_text import format_duration, format_moment, single_line
from coze_harness.reporting.views.view_model import ICONS, anchor
from coze_harness.results import scenario_status

_STATUS_OF_LETTER: Final = {status.letter: status for status in TrialStatus}
_LAST_RUNS: Final = 9


class ScenarioResult(NamedTuple):
    """A scenario with a bot: `passed` of `attempts` trials, of which `required` (0..1) must.

    `label` names the bot too, if the run has several. `causes` has each reason once. `history` has
    the status in each of `Run.past`, oldest first; None where it was not run. `rows` are the
    trials, and `anchor` is that of the one to look at first. `is_new`: no run before contains it.
    """

    scenario: str
    bot: str
    label: str
    status: TrialStatus
    passed: int
    attempts: int
    required: float
    causes: Sequence[CauseGroup]
    rows: Sequence[TrialRow]
    anchor: str
    place: str
    history: Sequence[TrialStatus | None]
    seconds: float
    tokens: int

    @property
    def key(self) -> tuple[str, str]:
        """The names of the scenario and the bot as the rows have them."""
        return self.rows[0].key.scenario, self.rows[0].key.bot

    @property
    def share(self) -> str:
        """How many trials passed, as ``3/6``; empty for a single trial."""
        return f"{self.passed:,}/{self.attempts:,}" if len(self.rows) > 1 else ""

    @property
    def duration(self) -> str:
        """The time of its trials, for people."""
        return format_duration(self.seconds)

    @property
    def last_runs(self) -> list[tuple[str, str]]:
        """The status and icon of it in this run and the eight before, oldest first."""
        statuses = [*self.history[1 - _LAST_RUNS :], self.status]
        return [(one.value, ICONS[one]) if one else ("none", "·") for one in statuses]

    @property
    def is_failing(self) -> bool:
        """Whether it failed or could not be judged."""
        return self.status in FAILING

    @property
    def failed_before(self) -> bool:
        """Whether it failed or could not be judged in the run before."""
        return bool(self.history) and self.history[-1] in FAILING

    @property
    def failing_runs(self) -> int:
        """The number of runs in a row, this one included, in which it failed or had an error."""
        count = int(self.is_failing)
        if count:
            for status in reversed(self.history):
                if status not in FAILING:
                    break
                count += 1
        return count


class SinceView(NamedTuple):
    """The scenarios whose result changed since the last comparable run, and those still failing."""

    run_id: str
    started: str
    link: str
    newly_failing: Sequence[ScenarioResult]
    fixed: Sequence[ScenarioResult]
    still_failing: Sequence[ScenarioResult]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to say."""
        return not (self.newly_failing or self.fixed or self.still_failing)


def scenario_results(run: Run, causes: Causes | None = None) -> list[ScenarioResult]:
    """Return the scenarios of a run, the most urgent first; equal ones in the order of the rows.

    Args:
        run: the run.
        causes: why its trials failed; without it, results have no causes and no tokens.
    """
    causes = causes or Causes()
    required = {rate.scenario: rate.required for rate in run.pass_rates}
    groups: dict[tuple[str, str], list[TrialRow]] = {}
    for row in run.rows:
        groups.setdefault((row.key.scenario, row.key.bot), []).append(row)
    has_bots = len({bot for _, bot in groups}) > 1
    results = [
        _result(rows, required.get(scenario, 1.0), len(run.past), has_bots, causes)
        for (scenario, _), rows in groups.items()
    ]
    return sorted(results, key=lambda result: STATUS_ORDER.index(result.status))


def _result(
    rows: Sequence[TrialRow], required: float, runs: int, has_bots: bool, causes: Causes
) -> ScenarioResult:
    key = rows[0].key
    statuses = [row.status for row in rows]
    worst = worst_row(rows)
    scenario, bot = single_line(key.scenario), single_line(key.bot)
    tokens = causes.tokens
    return ScenarioResult(
        scenario,
        bot,
        f"{scenario} ({bot})" if has_bots else scenario,
        scenario_status(statuses, required),
        count_passed(rows),
        len(rows) - statuses.count(TrialStatus.SKIPPED),
        required,
        causes.groups(rows) if worst.status in FAILING else (),
        rows,
        anchor(worst.key.id),
        f"{single_line(key.file)}:{key.line}" if key.line else single_line(key.file),
        _history(rows, required, runs),
        sum([row.seconds for row in rows]),
        sum([tokens.get(row.key.id, 0) for row in rows]) if tokens else 0,
    )


def _history(rows: Sequence[TrialRow], required: float, runs: int) -> list[TrialStatus | None]:
    """Return the scenario's status in each previous run."""
    if not runs:
        return []
    if len(rows) == 1 and required:
        return [_STATUS_OF_LETTER.get(letter) for letter in rows[0].history]
    history: list[TrialStatus | None] = []
    for column in zip(*(row.history for row in rows), strict=False):
        statuses = [_STATUS_OF_LETTER[one] for one in column if one in _STATUS_OF_LETTER]
        history.append(scenario_status(statuses, required) if statuses else None)
    return history


def since_view(run: Run, results: Sequence[ScenarioResult]) -> SinceView | None:
    """Return what changed since the last comparable run; None if there is none."""
    if not run.past:
        return None
    last = run.past[-1]
    failing = [one for one in results if one.is_failing]
    passing = [one for one in results if one.status in PASSING]
    return SinceView(
        single_line(last.run_id),
        format_moment(last.started_at),
        run_link(last.run_id),
        [one for one in failing if not one.failed_before],
        [one for one in passing if one.failed_before],
        [one for one in failing if one.failed_before],
    )
