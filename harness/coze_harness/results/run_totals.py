"""Counts of a run, built while its trials finish."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from coze_harness.model import (
    RequiredPassRate,
    RunCost,
    Severity,
    Summary,
    TrialResult,
    TrialRow,
    TrialStatus,
    VerdictStatus,
)

# A share that was meant exactly (9 of 10 for 0.9) must not be missed by rounding.
_ROUNDING = 1e-9


def count_warnings(result: TrialResult) -> int:
    """Return how many remarks and failed expectations of severity warning a trial has."""
    count = len(result.warnings)
    for turn in result.turns:
        for verdict in turn.verdicts:
            if verdict.status is VerdictStatus.FAILED and verdict.severity is Severity.WARNING:
                count += 1
    return count


def tokens_and_polls(result: TrialResult) -> tuple[int, int]:
    """Return how many tokens a trial took, and how many polls."""
    tokens = polls = 0
    for turn in result.turns:
        if reply := turn.reply:
            polls += reply.poll_count
            if reply.usage:
                tokens += reply.usage.total
    return tokens, polls


class RunTotals:
    """Adds trials up to a summary, their cost, pass rates and the rows of run.json.

    Only a row is kept of each trial. A trial that is added twice (an error, run again after
    `--resume`) counts as it was added last.

    Args:
        required: by scenario, the share of its trials that must pass; 1.0 for those not named.
    """

    def __init__(self, required: Mapping[str, float] | None = None) -> None:
        self._required = dict(required or {})
        self._places: dict[str, int] = {}
        self._rows: list[TrialRow] = []
        self._warnings: dict[str, int] = {}
        self._spent: list[tuple[int, int]] = []
        # One object for all that took the same.
        self._same: dict[tuple[int, int], tuple[int, int]] = {}

    def add(self, result: TrialResult) -> TrialRow:
        """Count an executed trial and return its row."""
        row = TrialRow(key=result.key, status=result.status, seconds=result.seconds)
        self.add_row(row, count_warnings(result), tokens_and_polls(result))
        return row

    def add_row(self, row: TrialRow, warnings: int = 0, spent: tuple[int, int] = (0, 0)) -> None:
        """Count a trial of which no more is at hand than its row, its warnings, what it took."""
        name = row.key.id
        spent = self._same.setdefault(spent, spent)
        place = self._places.setdefault(name, len(self._rows))
        if place < len(self._rows):
            self._rows[place], self._spent[place] = row, spent
        else:
            self._rows.append(row)
            self._spent.append(spent)
        if warnings or name in self._warnings:
            self._warnings[name] = warnings

    def rows(self, order: Iterable[str] = ()) -> tuple[TrialRow, ...]:
        """Return every row: those named by `order` (ids) first, the rest by where they stand.

        Trials finish in any order; what is written must not depend on it.
        """
        taken = bytearray(len(self._rows))
        rows: list[TrialRow] = []
        for name in order:
            place = self._places.get(name)
            if place is not None and not taken[place]:
                taken[place] = True
                rows.append(self._rows[place])
        if len(rows) < len(self._rows):
            rest = [row for row, done in zip(self._rows, taken, strict=True) if not done]
            rows += sorted(rest, key=_place)
        return tuple(rows)

    def summary(self) -> Summary:
        """Return the counts so far."""
        counts = dict.fromkeys(TrialStatus, 0)
        for row in self._rows:
            counts[row.status] += 1
        return Summary(
            trials=len(self._rows),
            passed=counts[TrialStatus.PASSED] + counts[TrialStatus.FIXED],
            failed=counts[TrialStatus.FAILED],
            errors=counts[TrialStatus.ERROR],
            skipped=counts[TrialStatus.SKIPPED],
            known_failures=counts[TrialStatus.KNOWN_FAILURE],
            fixed=counts[TrialStatus.FIXED],
            warnings=sum(self._warnings.values()),
        )

    def cost(self) -> RunCost:
        """Return what the conversations took so far; a trial without one has no part in times."""
        times = sorted([row.seconds for row in self._rows if row.seconds])
        return RunCost(
            tokens=sum([tokens for tokens, _ in self._spent]),
            polls=sum([polls for _, polls in self._spent]),
            p50=_percentile(times, 50),
            p95=_percentile(times, 95),
        )

    def pass_rates(self) -> tuple[RequiredPassRate, ...]:
        """Return, by scenario and bot, how many of the trials that could be judged passed.

        Those that were missed stand first. Errors and skipped trials are not judged. A known
        failure is judged and does not pass, but it is what was foreseen: only a failed trial can
        miss the rate.
        """
        counts: dict[tuple[str, str], tuple[int, int, int]] = {}
        for row in self._rows:
            key = (row.key.scenario, row.key.bot)
            trials, passed, failed = counts.get(key, _NONE)
            if row.status in _JUDGED:
                trials += 1
                passed += row.status in _PASSED
                failed += row.status is TrialStatus.FAILED
            counts[key] = _ONE if trials == passed == 1 else (trials, passed, failed)
        rates = [self._rate(scenario, bot, *found) for (scenario, bot), found in counts.items()]
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


def _percentile(times: Sequence[float], share: int) -> float:
    """Return, of times in order, the least that so many per cent of them do not exceed."""
    return times[-(-share * len(times) // 100) - 1] if times else 0.0


# Trials, passed, failed. One object for all scenarios whose only trial passed.
_NONE = (0, 0, 0)
_ONE = (1, 1, 0)

_PASSED = frozenset({TrialStatus.PASSED, TrialStatus.FIXED})
_JUDGED = _PASSED | {TrialStatus.FAILED, TrialStatus.KNOWN_FAILURE}


def _place(row: TrialRow) -> tuple[str, int, str, str, str, int, str]:
    key = row.key
    return (key.file, key.line, key.scenario, key.bot, key.case, key.trial, key.id)
