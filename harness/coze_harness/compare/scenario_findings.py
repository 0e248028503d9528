"""Assesses how the pass rate of a scenario changed, and whether the scenario regressed.

**Assessment.** `NONE`: every case passes as often as before. `REAL`: the exact test
(`stratified_tests`) has p < 0.05 after Holm's correction over all scenarios of the comparison; so
at most one comparison in twenty reports chance as a change, however many scenarios it has.
`DOUBTFUL`: anything else. Scenarios whose test cannot reach p < 0.05 (all their trials pass on both
sides, or all but one or two) are not part of the correction: they cannot be false positives.
Otherwise two hundred scenarios that never fail would hide the one that broke.

**Regressed** (this decides the exit code):

- a `REAL` drop; or
- a case that passed in all its trials before and passes in none now, unless the scenario still
  meets its `min_pass_rate`. With one trial on each side nothing can be tested, and a check that is
  recorded once must not be ignored. With repeats a flaky case rarely does this (at most once in
  4 ** repeats), and if several scenarios fail together, the correction alone might miss it.

With repeats, a case that only fails more often has not regressed while this may be chance, even if
`min_pass_rate` was met before and is missed now: a flaky case has one failure more in six every
day, and the run's own exit code covers rates. A scenario with `known_failure` never regresses.

**Repeats**: the smallest number of repeats on each side, more than there are, for which the same
pass rates of the same cases would be `REAL` with as many scenarios in doubt; at most 100. Rates are
rounded towards no change.

**Flaky**: trials of one case have different verdicts on one side, or a verdict changed although the
bot did not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from coze_harness.compare.exact_tests import ExactTests, holm_adjusted, wilson_interval
from coze_harness.compare.stratified_tests import (
    StratifiedTestResult,
    Stratum,
    is_drop,
    run_stratified_test,
    stratified_p,
)
from coze_harness.model import Assessment, PassShare, ScenarioComparison

_SIGNIFICANCE_LEVEL: Final = 0.05
_MAX_REPEATS: Final = 100
# A rate that is met exactly (9 of 10 for 0.9) must not be missed by rounding.
_TOLERANCE: Final = 1e-9
_ORDER: Final = (Assessment.REAL, Assessment.DOUBTFUL, Assessment.NONE)


@dataclass(slots=True)
class ScenarioCounts:
    """The counts of a scenario with one bot.

    `cases` has four counts of trials by case: passed in the baseline, judged in the baseline, and
    the same for the candidate. `flipped_unchanged`: a verdict changed although the bot did not.
    """

    scenario: str
    bot: str
    cases: dict[str, list[int]] = field(default_factory=dict)
    known_failure: bool = False
    flipped_unchanged: bool = False

    def strata(self) -> list[Stratum]:
        """Return the cases that were judged on both sides, sorted."""
        return sorted(Stratum(*counts) for counts in self.cases.values() if counts[1] and counts[3])

    def is_flaky(self) -> bool:
        """Return whether the same bot has different verdicts."""
        return self.flipped_unchanged or any(
            0 < passed_before < before or 0 < passed_after < after
            for passed_before, before, passed_after, after in self.cases.values()
        )


def assess_scenarios(
    scenarios: Iterable[ScenarioCounts], required: Mapping[str, float], exact: ExactTests
) -> tuple[ScenarioComparison, ...]:
    """Assess scenarios; those that regressed come first.

    Args:
        scenarios: the counts of each scenario with each bot.
        required: by scenario, the share of its trials that must pass, 0..1; 1 by default.
        exact: computes the tests.
    """
    counted = [(counts, counts.strata()) for counts in scenarios]
    tests = [run_stratified_test(strata, exact) for _, strata in counted]
    doubtful = sum(1 for _, strata in counted if any(s.is_mixed for s in strata))
    estimate = _RepeatEstimate(_SIGNIFICANCE_LEVEL / max(1, doubtful))
    comparisons = [
        _assess(counts, strata, test, p, required.get(counts.scenario, 1.0), estimate)
        for (counts, strata), test, p in zip(counted, tests, _adjusted(tests), strict=True)
    ]
    return tuple(
        sorted(
            comparisons,
            key=lambda one: (
                not one.regressed,
                _ORDER.index(one.assessment),
                not one.flaky,
                one.scenario,
                one.bot,
            ),
        )
    )


def _adjusted(tests: Sequence[StratifiedTestResult | None]) -> list[float | None]:
    """Return p-values, corrected over the tests that can be significant."""
    adjusted = [test and test.p for test in tests]
    able = {i: t.p for i, t in enumerate(tests) if t and t.min_p < _SIGNIFICANCE_LEVEL}
    for index, p in zip(able, holm_adjusted(list(able.values())), strict=True):
        adjusted[index] = p
    return adjusted


def _assess(
    counts: ScenarioCounts,
    strata: Sequence[Stratum],
    test: StratifiedTestResult | None,
    adjusted: float | None,
    required: float,
    estimate: _RepeatEstimate,
) -> ScenarioComparison:
    before, after = _pass_shares(strata or counts.cases.values())
    if adjusted is not None and adjusted < _SIGNIFICANCE_LEVEL:
        assessment = Assessment.REAL
    elif all(s.passed_before * s.after == s.passed_after * s.before for s in strata):
        assessment = Assessment.NONE
    else:
        assessment = Assessment.DOUBTFUL
    return ScenarioComparison(
        scenario=counts.scenario,
        bot=counts.bot,
        before=before,
        after=after,
        assessment=assessment,
        regressed=not counts.known_failure and _regressed(strata, assessment, after, required),
        test=test.test if test else "",
        p=test.p if test else None,
        adjusted=adjusted,
        repeats=estimate.repeats(strata) if assessment is Assessment.DOUBTFUL else 0,
        flaky=counts.is_flaky(),
    )


def _pass_shares(cases: Iterable[Sequence[int]]) -> tuple[PassShare, PassShare]:
    """Return the shares of the baseline and the candidate over all cases given."""
    passed_before, before, passed_after, after = map(sum, zip(*cases, strict=True))
    return _pass_share(passed_before, before), _pass_share(passed_after, after)


def _pass_share(passed: int, trials: int) -> PassShare:
    low, high = wilson_interval(passed, trials)
    return PassShare(passed=passed, trials=trials, low=low, high=high)


def _regressed(
    strata: Sequence[Stratum], assessment: Assessment, after: PassShare, required: float
) -> bool:
    if assessment is Assessment.REAL and is_drop(strata):
        return True
    if after.passed >= required * after.trials - _TOLERANCE:
        return False
    return any(s.passed_before == s.before and not s.passed_after for s in strata)


class _RepeatEstimate:
    """Estimates the number of repeats that would settle a doubtful change.

    Args:
        level: the p-value to stay below.
    """

    def __init__(self, level: float) -> None:
        self._level = level
        # Most scenarios of a comparison have the same few tables.
        self._cache: dict[tuple[Stratum, ...], int] = {}

    def repeats(self, strata: Sequence[Stratum]) -> int:
        """Return the number of repeats on each side; at most 100."""
        mixed = tuple(stratum for stratum in strata if stratum.is_mixed)
        number = self._cache.get(mixed)
        if number is None:
            number = self._cache[mixed] = self._search(mixed)
        return number

    def _search(self, mixed: tuple[Stratum, ...]) -> int:
        first = 1 + min(min(s.before, s.after) for s in mixed)
        if len(mixed) == 1:
            numbers = (n for n in range(first, _MAX_REPEATS) if self._is_significant(mixed, n))
            return next(numbers, _MAX_REPEATS)
        # Many cases take longer to test, and their p-value falls steadily: bisect.
        low, high = first, _MAX_REPEATS
        while low < high:
            middle = (low + high) // 2
            if self._is_significant(mixed, middle):
                high = middle
            else:
                low = middle + 1
        return low

    def _is_significant(self, mixed: Iterable[Stratum], repeats: int) -> bool:
        return stratified_p(_scaled(stratum, repeats) for stratum in mixed) < self._level


def _scaled(stratum: Stratum, repeats: int) -> Stratum:
    """Return a case with the same pass rates for `repeats` trials, rounded towards no change."""
    down_before = stratum.passed_before * repeats // stratum.before
    down_after = stratum.passed_after * repeats // stratum.after
    up_before = -(-stratum.passed_before * repeats // stratum.before)
    up_after = -(-stratum.passed_after * repeats // stratum.after)
    change = stratum.passed_after * stratum.before - stratum.passed_before * stratum.after
    if change < 0:
        return Stratum(down_before, repeats, min(down_before, up_after), repeats)
    if change > 0:
        return Stratum(min(up_before, down_after), repeats, down_after, repeats)
    return Stratum(down_before, repeats, down_before, repeats)
