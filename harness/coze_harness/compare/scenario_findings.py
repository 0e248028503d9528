"""What is to be thought of a scenario that passes more or less often than before.

**Finding.** `NONE` where every case passes as often as before. `REAL` where the exact test
(`strata`) gives p below 0.05 after Holm's correction over all scenarios of the comparison, so that
at most one comparison in twenty calls luck a change, however many scenarios it has. All else is
`DOUBTFUL`. Scenarios whose test could not come below 0.05 whatever fell where (all their trials
pass on both sides, or all but one or two) are no part of the correction: they cannot be called a
change, and so cannot be called one wrongly. Else two hundred scenarios that never fail would hide
the one that broke.

**Regressed**, which the exit code goes by:

- a `REAL` drop; or
- a case that passed in all its trials before and passes in none now, unless the scenario still
  meets its `min_pass_rate`. With one trial a side this is a plain flip: there is nothing to test,
  and a check that is recorded once must not swallow it. With repeats it is what no flaky case does
  often (at most once in 4 to the power of the repeats), and where several scenarios fall together
  the correction alone might let it pass.

With repeats, a case that merely fails more often has not regressed as long as that may be luck,
even if `min_pass_rate` was met before and is missed now: one failure more in six is what a flaky
case does every day, and the run's own exit code speaks of rates. A scenario that is marked
`known_failure` never regresses: its failing was foreseen, though the finding is told.

**Repeats**: the smallest number of repeats a side, more than there are, at which the same shares in
the same cases would be `REAL`, if as many scenarios were in doubt as are now; 100 also where more
would be needed. Shares that do not come out even are rounded towards no change.

**Flaky**: trials of one case came to different verdicts on one side, or a trial flipped although
nothing of the bot changed.
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
    plain_p,
    run_stratified_test,
)
from coze_harness.model import Assessment, PassShare, ScenarioComparison

SIGNIFICANCE_LEVEL: Final = 0.05
MOST_REPEATS: Final = 100

# A share that was meant exactly (9 of 10 for 0.9) must not be missed by rounding.
_ROUNDING: Final = 1e-9


@dataclass(slots=True)
class ScenarioCounts:
    """A scenario with one bot, counted: by case, passed before, judged before, the same now."""

    scenario: str
    bot: str
    cases: dict[str, list[int]] = field(default_factory=dict)
    known_failure: bool = False
    flipped_unchanged: bool = False

    def strata(self) -> list[Stratum]:
        """Return the cases that were judged on both sides: of others there is nothing to compare.

        Equal cases stand together.
        """
        return sorted(Stratum(*counts) for counts in self.cases.values() if counts[1] and counts[3])

    def is_flaky(self) -> bool:
        """Tell whether the same bot came to different verdicts."""
        return self.flipped_unchanged or any(
            0 < passed_before < before or 0 < passed_after < after
            for passed_before, before, passed_after, after in self.cases.values()
        )


def assess_scenarios(
    counted: Iterable[ScenarioCounts], required: Mapping[str, float], exact: ExactTests
) -> tuple[ScenarioComparison, ...]:
    """Return what is to be thought of each scenario, those that regressed first.

    Args:
        counted: every scenario with each bot.
        required: by scenario, the share of its trials that must pass; 1.0 for those not named.
        exact: who computes the tests.
    """
    every = [(one, one.strata()) for one in counted]
    found = [run_stratified_test(strata, exact) for _, strata in every]
    adjusted = _adjusted(found)
    doubts = sum(1 for _, strata in every if any(s.is_mixed for s in strata))
    hints = _Hints(SIGNIFICANCE_LEVEL / max(1, doubts))
    changes = [
        _change(one, strata, test, p, required.get(one.scenario, 1.0), hints)
        for (one, strata), test, p in zip(every, found, adjusted, strict=True)
    ]
    return tuple(sorted(changes, key=_rank))


def _adjusted(found: Sequence[StratifiedTestResult | None]) -> list[float | None]:
    """Return each test's p after correction over those that could have found anything."""
    adjusted = [test and test.p for test in found]
    able = [number for number, test in enumerate(found) if test and test.least < SIGNIFICANCE_LEVEL]
    corrected = holm_adjusted(
        [test.p for test in found if test and test.least < SIGNIFICANCE_LEVEL]
    )
    for number, p in zip(able, corrected, strict=True):
        adjusted[number] = p
    return adjusted


def _change(
    counted: ScenarioCounts,
    strata: Sequence[Stratum],
    test: StratifiedTestResult | None,
    adjusted: float | None,
    required: float,
    hints: _Hints,
) -> ScenarioComparison:
    before, after = _shares(counted, strata)
    finding = _finding(strata, adjusted)
    return ScenarioComparison(
        scenario=counted.scenario,
        bot=counted.bot,
        before=before,
        after=after,
        assessment=finding,
        regressed=not counted.known_failure and _regressed(strata, finding, after, required),
        test=test.test if test else "",
        p=test.p if test else None,
        adjusted=adjusted,
        repeats=hints.repeats(strata) if finding is Assessment.DOUBTFUL else 0,
        flaky=counted.is_flaky(),
    )


def _shares(counted: ScenarioCounts, strata: Sequence[Stratum]) -> tuple[PassShare, PassShare]:
    """Return both sides' shares, over the cases that are compared; over all where none is."""
    rows: Iterable[Sequence[int]] = strata or counted.cases.values()
    passed_before, before, passed_after, after = map(sum, zip(*rows, strict=True)) if rows else _NO
    return _share(passed_before, before), _share(passed_after, after)


_NO: Final = (0, 0, 0, 0)


def _share(passed: int, trials: int) -> PassShare:
    low, high = wilson_interval(passed, trials)
    return PassShare(passed=passed, trials=trials, low=low, high=high)


def _finding(strata: Iterable[Stratum], adjusted: float | None) -> Assessment:
    if adjusted is not None and adjusted < SIGNIFICANCE_LEVEL:
        return Assessment.REAL
    steady = all(s.passed_before * s.after == s.passed_after * s.before for s in strata)
    return Assessment.NONE if steady else Assessment.DOUBTFUL


def _regressed(
    strata: Sequence[Stratum], finding: Assessment, after: PassShare, required: float
) -> bool:
    if finding is Assessment.REAL and is_drop(strata):
        return True
    if after.passed >= required * after.trials - _ROUNDING:
        return False
    return any(s.passed_before == s.before and not s.passed_after for s in strata)


class _Hints:
    """How many repeats would tell; remembered, as a comparison has few kinds of doubt.

    Args:
        luck: what p must stay below.
    """

    def __init__(self, luck: float) -> None:
        self._luck = luck
        self._known: dict[tuple[Stratum, ...], int] = {}

    def repeats(self, strata: Sequence[Stratum]) -> int:
        mixed = tuple(stratum for stratum in strata if stratum.is_mixed)
        found = self._known.get(mixed)
        if found is None:
            found = self._known[mixed] = self._sought(mixed)
        return found

    def _sought(self, mixed: tuple[Stratum, ...]) -> int:
        first = 1 + min(min(s.before, s.after) for s in mixed)
        if len(mixed) == 1:
            told = (n for n in range(first, MOST_REPEATS) if self._tells(mixed, n))
            return next(told, MOST_REPEATS)
        # Many cases take longer to test, and together they grow without steps: halving finds it.
        low, high = first, MOST_REPEATS
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if self._tells(mixed, middle) else (middle + 1, high)
        return low

    def _tells(self, mixed: Iterable[Stratum], repeats: int) -> bool:
        return plain_p(_scaled(stratum, repeats) for stratum in mixed) < self._luck


def _scaled(stratum: Stratum, repeats: int) -> Stratum:
    """Return a case with the same shares of so many repeats, rounded towards no change."""
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


def _rank(change: ScenarioComparison) -> tuple[bool, int, bool, str, str]:
    return (
        not change.regressed,
        _ORDER.index(change.assessment),
        not change.flaky,
        change.scenario,
        change.bot,
    )


_ORDER: Final = (Assessment.REAL, Assessment.DOUBTFUL, Assessment.NONE)
