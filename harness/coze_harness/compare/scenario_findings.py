"""Assesses how a scenario changed, and whether it regressed.

Two designs, which a comparison uses for all its scenarios:

- **sequential** (`sequential_test`): cases that the baseline passes and the candidate failed are
  run again until the test of each decides. A scenario **regressed** if the test says so of one of
  its cases; it is **undecided** as long as the test of one has not ended.
- **fixed**: both sides ran as often as was asked for. It **regressed** if an exact test
  (`stratified_tests`) has p < 0.05 after Holm's correction over all scenarios: so at most one
  comparison in twenty reports chance as a regression, however many scenarios it has. Scenarios
  whose test cannot reach p < 0.05 (all their trials pass on both sides, or all but one or two) are
  not part of the correction: they cannot be false alarms. Otherwise two hundred scenarios that
  never fail would hide the one that broke. A drop that is not significant is **undecided**.

In both, a scenario that passes as often as its `min_pass_rate` asks has not regressed because of
single cases, and one with `known_failure` never regresses.

**Flaky**: the unchanged bot has both verdicts, in the evidence or here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Final

from msgspec import Struct

from coze_harness.compare.case_counts import CaseAttempts, CaseTally, Suspect
from coze_harness.compare.cost_comparison import CostPairs, compare_costs
from coze_harness.compare.exact_tests import ExactTests, holm_adjusted
from coze_harness.compare.sequential_test import Attempts, Decision
from coze_harness.compare.stratified_tests import (
    StratifiedTestResult,
    Stratum,
    is_drop,
    run_stratified_test,
)
from coze_harness.model import (
    Assessment,
    ChangeKind,
    CostChange,
    FactDifference,
    PassShare,
    ScenarioComparison,
    ScenarioState,
    TrialResult,
    replace,
)

SEQUENTIAL: Final = "sequential probability ratio"

_SIGNIFICANCE_LEVEL: Final = 0.05
_MAX_FACTS: Final = 20
_ORDER: Final = tuple(ScenarioState)


@dataclass(slots=True)
class ScenarioCounts:
    """The trials of a scenario with one bot, by kind of change.

    `flipped_unchanged`: a verdict changed although the bot did not. `is_edited`: a trial fails only
    because of expectations that the other side does not have. `facts` are the differences of facts
    of trials that still pass, by case, repeat and position.
    """

    scenario: str
    bot: str
    kinds: dict[ChangeKind, int] = field(default_factory=lambda: dict.fromkeys(ChangeKind, 0))
    flipped_unchanged: bool = False
    is_edited: bool = False
    facts: dict[tuple[str, int, int], FactDifference] = field(default_factory=dict)
    costs: CostPairs = field(default_factory=CostPairs)

    def add_facts(self, result: TrialResult) -> None:
        """Add the differences of facts of a trial that still passes."""
        if result.change is None or result.change.kind is not ChangeKind.FACTS_CHANGED:
            return
        differences = chain.from_iterable(turn.facts for turn in result.change.turns)
        for position, one in enumerate(differences):
            self.facts[result.key.case, result.key.trial, position] = one

    def distinct_facts(self) -> tuple[FactDifference, ...]:
        """Return the first differences of facts, each once."""
        ordered = dict.fromkeys(self.facts[place] for place in sorted(self.facts))
        return tuple(islice(ordered, _MAX_FACTS))


class _Findings(Struct, frozen=True):
    """What is known of a scenario; only a fixed design has `test` and `adjusted`.

    `can_go_on`: further trials can be run, unlike where two runs are compared.
    """

    counts: ScenarioCounts
    cases: list[CaseAttempts]
    suspects: list[Suspect]
    is_sequential: bool
    can_go_on: bool
    costs: Sequence[CostChange]
    test: StratifiedTestResult | None = None
    adjusted: float | None = None

    def compare(self) -> ScenarioComparison:
        """Return the scenario's comparison."""
        state = self._state()
        can_go_on = state is ScenarioState.UNDECIDED and self.can_go_on
        undecided = self._undecided_suspects() if can_go_on else ()
        before, after = self._shares()
        test = self.test.test if self.test else ""
        if self.suspects and self.is_sequential:
            test = SEQUENTIAL
        rates = [one.assumed_rate for one in self.suspects if one.assumed_rate is not None]
        return ScenarioComparison(
            scenario=self.counts.scenario,
            bot=self.counts.bot,
            before=before,
            after=after,
            assessment=self._assessment(state),
            regressed=state is ScenarioState.REGRESSED,
            test=test,
            p=self.test.p if self.test else None,
            adjusted=self.adjusted,
            repeats=sum(one.more_trials for one in undecided),
            more_calls=sum(one.more_calls for one in undecided),
            assumed_rate=min(rates) if rates and self.is_sequential else None,
            flaky=self._is_flaky(),
            state=state,
            facts=self.counts.distinct_facts(),
            cost=tuple(self.costs),
        )

    def _state(self) -> ScenarioState:
        """Return what changed; the gravest comes first."""
        kinds = self.counts.kinds
        if not any(case.counts.candidate.total for case in self.cases):
            is_missing = _only(kinds, ChangeKind.MISSING)
            return ScenarioState.MISSING if is_missing else ScenarioState.NOT_JUDGED
        if _only(kinds, ChangeKind.NEW):
            return ScenarioState.NEW
        if self._has_regressed():
            return ScenarioState.REGRESSED
        if self._undecided_suspects():
            return ScenarioState.UNDECIDED
        if kinds[ChangeKind.FACTS_CHANGED]:
            return ScenarioState.FACTS_CHANGED
        is_worse = bool(kinds[ChangeKind.REGRESSED] or self.suspects)
        is_improved = bool(kinds[ChangeKind.IMPROVED])
        if (is_worse or is_improved) and any(
            case.is_mixed or (self._is_unchanged(case) and case.candidate.failed)
            for case in self.cases
        ):
            return ScenarioState.FLAKY
        if is_worse:
            return ScenarioState.NOT_REGRESSED
        if is_improved:
            return ScenarioState.IMPROVED
        return self._state_of_answers()

    def _state_of_answers(self) -> ScenarioState:
        """Return what changed where it passes as often as before, with the same facts."""
        kinds = self.counts.kinds
        if any(one.changed or one.exceeded for one in self.costs):
            return ScenarioState.COST_CHANGED
        if kinds[ChangeKind.DIFFERENT] or kinds[ChangeKind.TEXT_CHANGED]:
            return ScenarioState.TEXT_CHANGED
        return ScenarioState.UNCHANGED

    def _has_regressed(self) -> bool:
        if self.is_sequential:
            return any(one.decision is Decision.REGRESSED for one in self.suspects)
        is_known = any(case.counts.is_known_failure for case in self.cases)
        return self._is_significant() and not is_known and is_drop(_strata(self.cases))

    def _undecided_suspects(self) -> Sequence[Suspect]:
        """Return the suspects that are neither called worse nor as good as before.

        An unchanged bot that fails is flaky, until it is decided that it fails more often.
        """
        if not self.is_sequential and not is_drop(_strata(self.cases)):
            return ()
        return [
            one
            for one in self.suspects
            if not self._is_unchanged(one.attempts)
            and (not self.is_sequential or one.decision is Decision.UNDECIDED)
        ]

    def _is_unchanged(self, case: CaseAttempts) -> bool:
        """Return whether the same bot was judged in the same way."""
        return case.is_same_version and not self.counts.is_edited

    def _is_significant(self) -> bool:
        return self.adjusted is not None and self.adjusted < _SIGNIFICANCE_LEVEL

    def _assessment(self, state: ScenarioState) -> Assessment:
        if state is ScenarioState.REGRESSED or self._is_significant():
            return Assessment.REAL
        if state is ScenarioState.UNDECIDED:
            return Assessment.DOUBTFUL
        return Assessment.NONE

    def _is_flaky(self) -> bool:
        """Return whether one version of the bot has both verdicts."""
        return self.counts.flipped_unchanged or any(
            case.is_mixed or bool(case.candidate.passed and case.candidate.failed)
            for case in self.cases
        )

    def _shares(self) -> tuple[PassShare, PassShare]:
        """Return the shares of both sides over the cases that were judged on both, if there are."""
        cases = [case for case in self.cases if case.baseline.total and case.candidate.total]
        cases = cases or list(self.cases)
        return (
            _pass_share(one.baseline for one in cases),
            _pass_share(one.candidate for one in cases),
        )


def assess_scenarios(
    scenarios: Iterable[ScenarioCounts],
    tally: CaseTally,
    exact: ExactTests,
    *,
    is_sequential: bool,
    max_increase: Mapping[str, Mapping[str, float]],
) -> tuple[ScenarioComparison, ...]:
    """Assess scenarios; those that regressed come first.

    `exact` computes the tests of a fixed design. `max_increase` has the largest allowed increase
    (0.2 is 20 %) by scenario and measure.
    """
    scenarios = list(scenarios)
    costs = compare_costs([(one.costs, max_increase.get(one.scenario, {})) for one in scenarios])
    attempts, suspects = tally.attempts(), tally.suspects()
    findings_of = {
        (counts.scenario, counts.bot): _Findings(
            counts, [], [], is_sequential, tally.find is not None, cost
        )
        for counts, cost in zip(scenarios, costs, strict=True)
    }
    for key, case in attempts.items():
        findings_of[key[:2]].cases.append(case)
        if suspect := suspects.get(key):
            findings_of[key[:2]].suspects.append(suspect)
    findings = list(findings_of.values())
    if not is_sequential:
        tests = [run_stratified_test(_strata(one.cases), exact) for one in findings]
        findings = [
            replace(one, test=test, adjusted=adjusted)
            for one, test, adjusted in zip(findings, tests, _adjust_p_values(tests), strict=True)
        ]
    return tuple(sorted((one.compare() for one in findings), key=_urgency))


def _urgency(scenario: ScenarioComparison) -> tuple[object, ...]:
    """Return what scenarios are sorted by: those that fail the comparison come first."""
    rank = 2 * _ORDER.index(scenario.state)
    # After what regressed, before what is undecided.
    rank = min(rank, 1) if scenario.exceeds_cost else rank
    return rank, not scenario.flaky, scenario.scenario, scenario.bot


def _adjust_p_values(tests: Sequence[StratifiedTestResult | None]) -> list[float | None]:
    """Return p-values, corrected over the tests that can be significant."""
    able = [test.p if test and test.min_p < _SIGNIFICANCE_LEVEL else None for test in tests]
    return [
        test and test.p if adjusted is None else adjusted
        for test, adjusted in zip(tests, holm_adjusted(able), strict=True)
    ]


def _strata(cases: Iterable[CaseAttempts]) -> list[Stratum]:
    """Return the cases that were judged on both sides, sorted."""
    return sorted(
        Stratum(
            case.baseline.passed, case.baseline.total, case.candidate.passed, case.candidate.total
        )
        for case in cases
        if case.baseline.total and case.candidate.total
    )


def _only(kinds: Mapping[ChangeKind, int], only_kind: ChangeKind) -> bool:
    return not any(number for kind, number in kinds.items() if kind is not only_kind)


def _pass_share(sides: Iterable[Attempts]) -> PassShare:
    passed, failed = 0, 0
    for one in sides:
        passed, failed = passed + one.passed, failed + one.failed
    return PassShare.of(passed, passed + failed)
