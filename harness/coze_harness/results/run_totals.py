"""Counts of a run, added up while its trials finish."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from coze_harness.model import (
    Counts,
    RequiredPassRate,
    Run,
    RunCost,
    Summary,
    TrialResult,
    TrialRow,
    TrialStatus,
    VerdictStatus,
)
from coze_harness.model.trial_result import JUDGED, PASSING
from coze_harness.results.trial_digests import bot_version, trial_digests

# Rounding must not miss a rate that is reached exactly (9 of 10 for 0.9).
_ROUNDING = 1e-9


def count_warnings(result: TrialResult) -> int:
    """Return a trial's number of warnings and of failed expectations that fail no turn."""
    count = len(result.warnings)
    for turn in result.turns:
        failed = [v for v in turn.verdicts if v.status is VerdictStatus.FAILED]
        if failed:
            count += len(failed) - len(turn.failures)
    return count


def tokens_and_polls(result: TrialResult) -> tuple[int, int]:
    """Return a trial's numbers of tokens and of polls."""
    tokens = polls = 0
    for turn in result.turns:
        if reply := turn.reply:
            polls += reply.poll_count
            if reply.usage:
                tokens += reply.usage.total
    return tokens, polls


class RunTotals:
    """Adds up trials to a summary, cost, pass rates and the rows of run.json.

    Keeps one row for each trial. Of a trial that is added twice (an error that was run again with
    `--resume`), the last result counts.

    Attributes:
        bot_versions: the version of each bot that a snapshot names.

    Args:
        required: the share of trials that must pass (0..1), by scenario; by default 1.0.
    """

    def __init__(self, required: Mapping[str, float] | None = None) -> None:
        self._required = dict(required or {})
        self._positions: dict[str, int] = {}
        self._rows: list[TrialRow] = []
        self._warnings: dict[str, int] = {}
        self._edited: dict[str, str] = {}
        self.bot_versions: dict[str, str] = {}
        self._spent: list[tuple[int, int]] = []
        # Equal counts share one object, which saves memory.
        self._shared: dict[tuple[int, int], tuple[int, int]] = {}

    def add(self, result: TrialResult) -> TrialRow:
        """Add a trial and return its row."""
        row = TrialRow(
            key=result.key,
            status=result.status,
            seconds=result.seconds,
            digests=trial_digests(result),
        )
        self.add_row(
            row,
            count_warnings(result),
            tokens_and_polls(result),
            edited=result.edited,
            bot_version=bot_version(result),
        )
        return row

    def add_row(
        self,
        row: TrialRow,
        warnings: int = 0,
        spent: tuple[int, int] = (0, 0),
        *,
        edited: bool = False,
        bot_version: str = "",
    ) -> None:
        """Add a trial by its row.

        `warnings` and `spent` are what `count_warnings` and `tokens_and_polls` return for it.
        """
        name = row.key.id
        if bot_version:
            self.bot_versions[row.key.bot] = bot_version
        spent = self._shared.setdefault(spent, spent)
        position = self._positions.setdefault(name, len(self._rows))
        if position < len(self._rows):
            self._rows[position], self._spent[position] = row, spent
        else:
            self._rows.append(row)
            self._spent.append(spent)
        if warnings or name in self._warnings:
            self._warnings[name] = warnings
        if edited:
            self._edited[name] = row.key.cassette
        elif self._edited:
            self._edited.pop(name, None)

    def rows(self, order: Iterable[str] = ()) -> tuple[TrialRow, ...]:
        """Return all rows: those of `order` (ids) first, the rest in the order of the files.

        Trials finish in any order; what is written must not depend on it.
        """
        is_added = bytearray(len(self._rows))
        rows: list[TrialRow] = []
        for name in order:
            position = self._positions.get(name)
            if position is not None and not is_added[position]:
                is_added[position] = True
                rows.append(self._rows[position])
        if len(rows) < len(self._rows):
            rest = [row for row, added in zip(self._rows, is_added, strict=True) if not added]
            rows += sorted(rest, key=_source_order)
        return tuple(rows)

    def summary(self) -> Summary:
        """Return the counts so far."""
        rows_with_warnings = (
            [row for row in self._rows if self._warnings.get(row.key.id)] if self._warnings else ()
        )
        scenarios = fold_scenarios(self._rows, self._required.get)
        return Summary(
            **_count_statuses([row.status for row in self._rows]),
            warnings=sum(self._warnings.values()),
            scenarios=Counts(
                **_count_statuses(scenarios.values()),
                warnings=len({(row.key.scenario, row.key.bot) for row in rows_with_warnings}),
            ),
        )

    def edited_recordings(self) -> tuple[str, ...]:
        """Return the cassettes that were edited since they were recorded."""
        return tuple(sorted(set(self._edited.values())))

    def cost(self) -> RunCost:
        """Return the cost so far; trials without a conversation do not count for p50 and p95."""
        times = sorted([row.seconds for row in self._rows if row.seconds])
        return RunCost(
            tokens=sum([tokens for tokens, _ in self._spent]),
            polls=sum([polls for _, polls in self._spent]),
            p50=_percentile(times, 50),
            p95=_percentile(times, 95),
        )

    def pass_rates(self) -> tuple[RequiredPassRate, ...]:
        """Return the pass rate of each scenario and bot, missed ones first.

        Errors and skipped trials do not count. A known failure counts as not passed, but only a
        failed trial can miss the rate.
        """
        counts: dict[tuple[str, str], tuple[int, int, int]] = {}
        for row in self._rows:
            key = (row.key.scenario, row.key.bot)
            trials, passed, failed = counts.get(key, (0, 0, 0))
            if row.status in JUDGED:
                trials += 1
                passed += row.status in PASSING
                failed += row.status is TrialStatus.FAILED
            counts[key] = _PASSED_ONCE if trials == passed == 1 else (trials, passed, failed)
        rates = [self._rate(scenario, bot, *count) for (scenario, bot), count in counts.items()]
        return tuple(sorted(rates, key=lambda rate: (rate.met, rate.scenario, rate.bot)))

    def _rate(
        self, scenario: str, bot: str, trials: int, passed: int, failed: int
    ) -> RequiredPassRate:
        required = self._required.get(scenario, 1.0)
        return RequiredPassRate(
            scenario=scenario,
            bot=bot,
            trials=trials,
            passed=passed,
            required=required,
            met=not failed or passed >= required * trials - _ROUNDING,
        )


def fold_scenarios(
    rows: Iterable[TrialRow], required: Callable[[str], float | None]
) -> dict[tuple[str, str], TrialStatus]:
    """Return the status of each scenario with each bot, in the order of the rows.

    `required` returns the share of a scenario's trials that must pass; `None` means all.
    """
    statuses: dict[tuple[str, str], list[TrialStatus]] = {}
    for row in rows:
        statuses.setdefault((row.key.scenario, row.key.bot), []).append(row.status)
    return {
        key: scenario_status(own_statuses, required(key[0]))
        for key, own_statuses in statuses.items()
    }


def scenario_status(statuses: Sequence[TrialStatus], required: float | None) -> TrialStatus:
    """Return the status of a scenario from those of its trials.

    Failed trials of a scenario that reaches its required pass rate do not fail it.
    """
    required = 1.0 if required is None else required
    if len(statuses) == 1 and required:
        return statuses[0]
    failed = statuses.count(TrialStatus.FAILED)
    if failed:
        passed = sum([status in PASSING for status in statuses])
        judged = sum([status in JUDGED for status in statuses])
        if passed < required * judged - _ROUNDING:
            return TrialStatus.FAILED
    for status in (TrialStatus.ERROR, TrialStatus.KNOWN_FAILURE, TrialStatus.FIXED):
        if status in statuses:
            return status
    has_judged = failed or TrialStatus.PASSED in statuses
    return TrialStatus.PASSED if has_judged else TrialStatus.SKIPPED


def scenario_counts(run: Run) -> Counts:
    """Return the counts of a run's scenarios; computed from its rows if run.json has none."""
    if run.summary.scenarios is not None or not run.rows:
        return run.summary.scenarios or run.summary
    rates = {rate.scenario: rate.required for rate in run.pass_rates}
    return Counts(**_count_statuses(fold_scenarios(run.rows, rates.get).values()))


def _count_statuses(statuses: Iterable[TrialStatus]) -> dict[str, int]:
    counts = Counter(statuses)
    return {
        "trials": counts.total(),
        "passed": counts[TrialStatus.PASSED] + counts[TrialStatus.FIXED],
        "failed": counts[TrialStatus.FAILED],
        "errors": counts[TrialStatus.ERROR],
        "skipped": counts[TrialStatus.SKIPPED],
        "known_failures": counts[TrialStatus.KNOWN_FAILURE],
        "fixed": counts[TrialStatus.FIXED],
    }


def _percentile(times: Sequence[float], share: int) -> float:
    """Return the nearest-rank percentile of sorted times; 0.0 without any."""
    return times[-(-share * len(times) // 100) - 1] if times else 0.0


# Trials, passed, failed: one object for all scenarios whose only trial passed.
_PASSED_ONCE = (1, 1, 0)


def _source_order(row: TrialRow) -> tuple[str, int, str, str, str, int, str]:
    key = row.key
    return (key.file, key.line, key.scenario, key.bot, key.case, key.trial, key.id)
