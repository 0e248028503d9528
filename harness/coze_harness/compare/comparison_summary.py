"""Adds compared trials up to a comparison of two sides, while their results arrive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from msgspec import Struct, field

from coze_harness.compare.bot_differences import BotPair, is_unchanged
from coze_harness.compare.case_counts import CaseTally
from coze_harness.compare.cost_comparison import compare_total_cost
from coze_harness.compare.exact_tests import ExactTests
from coze_harness.compare.scenario_findings import ScenarioCounts, assess_scenarios
from coze_harness.compare.scipy_tests import best_available_tests
from coze_harness.compare.suite_test import compare_suite
from coze_harness.compare.trial_comparison import NEW
from coze_harness.model import (
    ChangeKind,
    Comparison,
    Run,
    ScenarioState,
    TrialChange,
    TrialResult,
    TrialStatus,
    replace,
)
from coze_harness.model.trial_key import CaseKey
from coze_harness.model.trial_result import JUDGED, PASSING

_MAX_EXAMPLES: Final = 20


class ComparisonBuilder(Struct):
    """Adds compared trials up to a comparison; of a trial only counts are kept.

    The order of the trials does not matter.

    Args:
        baseline: name of the baseline, for people.
        candidate: name of the candidate, for people.
        tally: counts attempts by case; without evidence by default.
        is_sequential: whether suspects are decided by the sequential test; else both sides have a
            fixed number of trials, which an exact test compares.
        max_increase: by scenario and measure, the largest allowed increase of a cost (0.2 is 20 %).
        exact: computes the exact tests; scipy by default if it is installed, else `PythonTests`.
    """

    baseline: str
    candidate: str
    tally: CaseTally = field(default_factory=CaseTally)
    exact: ExactTests | None = None
    is_sequential: bool = False
    max_increase: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    _scenarios: dict[tuple[str, str], ScenarioCounts] = field(default_factory=dict)
    _bots: dict[str, BotPair] = field(default_factory=dict)
    _first: dict[CaseKey, bool] = field(default_factory=dict)

    def add(self, result: TrialResult) -> None:
        """Count a result of `compare_trial`, once; other results count as new trials."""
        change = result.change or NEW
        self.tally.add(result)
        is_missing = change.kind is ChangeKind.MISSING
        before, after = (result, None) if is_missing else (change.baseline, result)
        key = result.key
        scenario = self._scenarios.get(key.group)
        if scenario is None:
            scenario = self._scenarios[key.group] = ScenarioCounts(*key.group)
        scenario.kinds[change.kind] += 1
        is_judged = result.status in JUDGED and result.status is not TrialStatus.KNOWN_FAILURE
        if key.trial == 1 and is_judged and not is_missing:
            self._first[key.case_key] = result.status in PASSING
        scenario.add_facts(result)
        scenario.costs.add(result)
        if before is not None and after is not None:
            scenario.is_edited |= change.kind is ChangeKind.REGRESSED and not _has_flipped(change)
            scenario.flipped_unchanged |= _flipped_unchanged(before, after, change)
        pair = BotPair(
            key.id,
            before.snapshot if before is not None else None,
            after.snapshot if after is not None else None,
        )
        known = self._bots.get(key.bot)
        if known is None or pair.rank < known.rank:
            self._bots[key.bot] = pair

    def finish(self) -> Comparison:
        """Return the comparison of all trials added so far."""
        exact = self.exact or best_available_tests()
        scenarios = self._scenarios.values()
        totals = {kind: sum(one.kinds[kind] for one in scenarios) for kind in ChangeKind}
        assessed = assess_scenarios(
            scenarios,
            self.tally,
            exact,
            is_sequential=self.is_sequential,
            max_increase=self.max_increase,
        )
        states = Counter(one.state for one in assessed)
        return Comparison(
            baseline=self.baseline,
            candidate=self.candidate,
            counts={kind: count for kind, count in totals.items() if count},
            scenarios=assessed,
            states={state: states[state] for state in ScenarioState if states[state]},
            bots=tuple(self._bots[bot].compare(bot) for bot in sorted(self._bots)),
            cost=compare_total_cost(one.costs for one in scenarios),
            suite=compare_suite(self._first, self.tally.attempts()) if self.is_sequential else None,
        )


def _flipped_unchanged(before: TrialResult, after: TrialResult, change: TrialChange) -> bool:
    """Return whether a trial's verdict changed, but neither the bot nor the expectation did."""
    if change.kind is not ChangeKind.REGRESSED and change.kind is not ChangeKind.IMPROVED:
        return False
    if before.status not in JUDGED or after.status not in JUDGED:
        return False
    return _has_flipped(change) and is_unchanged(before.snapshot, after.snapshot)


def _has_flipped(change: TrialChange) -> bool:
    """Return whether an expectation of both sides has another verdict now."""
    # A verdict of one side only belongs to an expectation that was edited.
    return any(
        verdict.before and verdict.after
        for turn in change.turns
        for verdict in turn.verdict_changes
    )


class ComparisonSummary(Struct):
    """Adds the results of a comparison's run up, and keeps examples of changes to show.

    Args:
        builder: adds them up.
        resumed: whether the run was resumed; its results may then contain a trial twice.
        budget: the most calls that were allowed, 0 without a limit.
        examples: the first changed trials of each kind, one of each scenario and bot.
        unusable: trials with an error or with warnings.
    """

    builder: ComparisonBuilder
    resumed: bool
    budget: int = 0
    examples: dict[ChangeKind, list[TrialResult]] = field(default_factory=dict)
    unusable: list[TrialResult] = field(default_factory=list)

    def summarize(self, run: Run, results: Callable[[], Iterator[TrialResult]]) -> Run:
        """Return the run with its comparison.

        `results` reads all results of the run from its beginning.
        """
        for result in latest_results(results) if self.resumed else results():
            self.builder.add(result)
            self._collect(result)
        comparison = replace(self.builder.finish(), calls=run.request_count, budget=self.budget)
        return replace(run, comparison=comparison)

    def _collect(self, result: TrialResult) -> None:
        kind = result.change.kind if result.change else ChangeKind.NEW
        if result.error is not None or result.warnings:
            self.unusable.append(result)
        if kind is ChangeKind.SAME:
            return
        examples = self.examples.setdefault(kind, [])
        is_first = all(example.key.group != result.key.group for example in examples)
        if len(examples) < _MAX_EXAMPLES and is_first:
            examples.append(result)


def latest_results(results: Callable[[], Iterator[TrialResult]]) -> Iterator[TrialResult]:
    """Yield the latest result of each trial of a run that was resumed; `results` reads them all."""
    latest = {result.key.id: position for position, result in enumerate(results())}
    for position, result in enumerate(results()):
        if latest[result.key.id] == position:
            yield result
