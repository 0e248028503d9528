"""Two sides of trials, added up while their results stream by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from coze_harness.compare.bot_differences import BotPair, is_unchanged
from coze_harness.compare.exact_tests import ExactTests
from coze_harness.compare.scenario_findings import ScenarioCounts, assess_scenarios
from coze_harness.compare.scipy_tests import best_available_tests
from coze_harness.compare.trial_comparison import FAILING, PASSING
from coze_harness.model import (
    BotSnapshot,
    ChangeKind,
    Comparison,
    TrialChange,
    TrialResult,
    TrialStatus,
)

_JUDGED: Final = PASSING | FAILING


class ComparisonBuilder:
    """Adds compared trials up to a comparison; nothing of a trial is kept but counts.

    Trials may come in any order: the comparison is the same.

    Args:
        baseline: names that side for people.
        candidate: names this side for people.
        required: by scenario, the share of its trials that must pass; 1.0 for those not named.
        exact: who computes the tests; by default scipy if it is installed, else our own arithmetic.
    """

    def __init__(
        self,
        baseline: str,
        candidate: str,
        required: Mapping[str, float] | None = None,
        exact: ExactTests | None = None,
    ) -> None:
        self._names = baseline, candidate
        self._required = required or {}
        self._exact = exact
        self._kinds = dict.fromkeys(ChangeKind, 0)
        self._counted: dict[tuple[str, str], ScenarioCounts] = {}
        self._bots: dict[str, BotPair] = {}

    def add(self, result: TrialResult) -> None:
        """Count a trial that went through `compared`; one that did not has no baseline.

        Each trial is to be added once.
        """
        change = result.change or _NEW
        self._kinds[change.kind] += 1
        missing = change.kind is ChangeKind.MISSING
        before, after = (result, None) if missing else (change.baseline, result)
        key = result.key
        place = (key.scenario, key.bot)
        counted = self._counted.get(place)
        if counted is None:
            counted = self._counted[place] = ScenarioCounts(*place)
        counts = counted.cases.get(key.case)
        if counts is None:
            counts = counted.cases[key.case] = [0, 0, 0, 0]
        # A baseline that serves several repeats was recorded once, and is one draw and not many.
        if before is not None and before.key.trial == key.trial and before.status in _JUDGED:
            counts[0] += before.status in PASSING
            counts[1] += 1
        if after is not None and after.status in _JUDGED:
            counts[2] += after.status in PASSING
            counts[3] += 1
            counted.known_failure |= after.status is TrialStatus.KNOWN_FAILURE
        if before is not None and after is not None and not counted.flipped_unchanged:
            counted.flipped_unchanged = _flipped_unchanged(before, after, change)
        pair = BotPair(key.id, _snapshot(before), _snapshot(after))
        known = self._bots.get(key.bot)
        if known is None or pair.rank < known.rank:
            self._bots[key.bot] = pair

    def finish(self) -> Comparison:
        """Return what all trials added so far come to."""
        baseline, candidate = self._names
        exact = self._exact or best_available_tests()
        return Comparison(
            baseline=baseline,
            candidate=candidate,
            counts={kind: count for kind, count in self._kinds.items() if count},
            scenarios=assess_scenarios(self._counted.values(), self._required, exact),
            bots=tuple(self._bots[bot].change(bot) for bot in sorted(self._bots)),
        )


def build_comparison(
    baseline: str,
    candidate: str,
    results: Iterable[TrialResult],
    required: Mapping[str, float] | None = None,
) -> Comparison:
    """Return what results that went through `compared` come to; see `ComparisonBuilder`."""
    comparing = ComparisonBuilder(baseline, candidate, required)
    for result in results:
        comparing.add(result)
    return comparing.finish()


_NEW: Final = TrialChange(kind=ChangeKind.NEW, baseline=None)


def _snapshot(result: TrialResult | None) -> BotSnapshot | None:
    return None if result is None else result.snapshot


def _flipped_unchanged(before: TrialResult, after: TrialResult, change: TrialChange) -> bool:
    """Tell whether an expectation that both sides have turned the trial, and the bot is as it was.

    Where the expectation itself was edited, another verdict says nothing about the bot.
    """
    if change.kind is not ChangeKind.REGRESSED and change.kind is not ChangeKind.IMPROVED:
        return False
    if before.status not in _JUDGED or after.status not in _JUDGED:
        return False
    turned = any(
        flip.before and flip.after for turn in change.turns for flip in turn.verdict_changes
    )
    return turned and is_unchanged(before.snapshot, after.snapshot)
