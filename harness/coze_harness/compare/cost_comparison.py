"""Compares what answers cost on both sides: tokens, seconds, and the time to the first token.

Costs are compared as ratios, so the logarithms of a pair are subtracted. A pair is a recording of
the baseline and the candidate's answers that were compared with it: several answers have their mean
there, because they are not independent of each other.

A cost **changed** if

- it is decided: the signed-rank test of the pairs has p < 0.05 after Holm's correction, and the
  mean differs by at least 10 %, and by a token or 0.1 seconds. That takes six pairs.
- with fewer pairs, it is large: half as many tokens again, or a third fewer, and at least 50; three
  times the seconds, or a third of them, and at least two seconds. The seconds of one answer
  easily double by chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, log
from typing import Final, NamedTuple

from coze_harness.compare.case_counts import mean
from coze_harness.compare.exact_tests import holm_adjusted
from coze_harness.compare.signed_rank_test import min_signed_rank_p, signed_rank_p
from coze_harness.model import ChangeKind, CostChange, CostMeasure, TrialResult, replace
from coze_harness.model.trial import Trial

_SIGNIFICANCE_LEVEL: Final = 0.05
_MIN_SHARE: Final = 0.1
_TOLERANCE: Final = 1e-9


def limits_by_scenario(
    trials: Iterable[Trial], limits: Mapping[str, float]
) -> dict[str, Mapping[str, float]]:
    """Return by how much each scenario's costs may increase, by measure.

    `limits` are the project's; the scenarios' own come first.
    """
    return {trial.key.scenario: {**limits, **trial.max_increase} for trial in trials}


class _Bounds(NamedTuple):
    """From what on a change counts: one that is decided by its difference, any by being large.

    Differences are in tokens or seconds.
    """

    min_difference: float
    large_ratio: float
    large_difference: float


_SECONDS: Final = _Bounds(0.1, 3, 2)
_BOUNDS: Final[Mapping[CostMeasure, _Bounds]] = {
    CostMeasure.TOKENS: _Bounds(1, 1.5, 50),
    CostMeasure.LATENCY: _SECONDS,
    CostMeasure.FIRST_TOKEN: _SECONDS,
}


class _Logs(NamedTuple):
    """The logarithms of a cost on both sides."""

    before: float
    after: float


@dataclass(slots=True)
class _Pair:
    """A recording of the baseline, and the candidate's answers to the same prompts."""

    before: float
    after: list[float] = field(default_factory=list)

    def logs(self) -> _Logs:
        return _Logs(self.before, mean(self.after))


@dataclass(slots=True)
class CostPairs:
    """The costs of a scenario with one bot, by measure, case and repeat of the baseline."""

    pairs: dict[tuple[CostMeasure, str, int], _Pair] = field(default_factory=dict)

    def add(self, result: TrialResult) -> None:
        """Add a result of `compare_trial`, if both sides have an answer to each prompt."""
        change = result.change
        if change is None or change.baseline is None or change.kind is ChangeKind.BROKEN:
            return
        before = change.baseline
        if len(before.turns) != len(result.turns):
            return
        old, new = _costs(before), _costs(result)
        for measure in old.keys() & new.keys():
            key = (measure, result.key.case, before.key.trial)
            self.pairs.setdefault(key, _Pair(log(old[measure]))).after.append(log(new[measure]))

    def logs(self, measure: CostMeasure) -> list[_Logs]:
        """Return all pairs of a measure."""
        return [self.pairs[key].logs() for key in sorted(self.pairs) if key[0] is measure]

    def logs_by_case(self, measure: CostMeasure) -> list[_Logs]:
        """Return one pair for each case: the mean of its repeats."""
        cases: dict[str, list[_Logs]] = {}
        for key in sorted(self.pairs):
            if key[0] is measure:
                cases.setdefault(key[1], []).append(self.pairs[key].logs())
        return [
            _Logs(mean(one.before for one in logs), mean(one.after for one in logs))
            for logs in cases.values()
        ]


def compare_costs(
    scenarios: Sequence[tuple[CostPairs, Mapping[str, float]]],
) -> list[tuple[CostChange, ...]]:
    """Return the costs of each scenario, in the same order.

    Args:
        scenarios: the pairs of each, and by measure the largest allowed increase (0.2 is 20 %).
    """
    compared = [
        [
            _compare(measure, logs, limits.get(measure.value))
            for measure in CostMeasure
            if (logs := pairs.logs(measure))
        ]
        for pairs, limits in scenarios
    ]
    decided = iter(_decide_costs([one for costs in compared for one in costs]))
    return [tuple([next(decided) for _ in costs]) for costs in compared]


def compare_total_cost(scenarios: Iterable[CostPairs]) -> tuple[CostChange, ...]:
    """Return the costs of all scenarios together; each case counts once."""
    every = list(scenarios)
    logs = {
        measure: [one for pairs in every for one in pairs.logs_by_case(measure)]
        for measure in CostMeasure
    }
    return tuple(
        _decide_costs([_compare(measure, logs[measure], None) for measure in logs if logs[measure]])
    )


def _costs(result: TrialResult) -> dict[CostMeasure, float]:
    """Return what a trial cost: its tokens and seconds, and the mean time to a first token."""
    replies = [turn.reply for turn in result.turns if turn.reply is not None]
    count = len(result.turns)
    values_by_measure: dict[CostMeasure, list[float]] = {
        CostMeasure.TOKENS: [one.usage.total for one in replies if one.usage],
        CostMeasure.LATENCY: [one.seconds for one in replies if one.seconds],
        CostMeasure.FIRST_TOKEN: [one.first_token for one in replies if one.first_token],
    }
    totals = {
        measure: float(sum(values))
        for measure, values in values_by_measure.items()
        if count and len(values) == count and sum(values) > 0
    }
    if CostMeasure.FIRST_TOKEN in totals:
        totals[CostMeasure.FIRST_TOKEN] /= count
    return totals


def _compare(measure: CostMeasure, logs: Sequence[_Logs], limit: float | None) -> CostChange:
    before, after = exp(mean(one.before for one in logs)), exp(mean(one.after for one in logs))
    differences = [one.after - one.before for one in logs]
    return CostChange(
        measure=measure,
        before=before,
        after=after,
        pairs=len(logs),
        p=signed_rank_p(differences) if len(logs) > 1 else None,
        limit=limit,
        exceeded=limit is not None and after / before > 1 + limit + _TOLERANCE,
    )


def _decide_costs(costs: Sequence[CostChange]) -> list[CostChange]:
    """Return costs with the corrected p-values, and whether each changed."""
    # With fewer pairs, the test cannot be significant at all.
    able = [one.p if min_signed_rank_p(one.pairs) < _SIGNIFICANCE_LEVEL else None for one in costs]
    return [
        replace(one, adjusted=adjusted, changed=_has_changed(one, adjusted))
        for one, adjusted in zip(costs, holm_adjusted(able), strict=True)
    ]


def _has_changed(cost: CostChange, adjusted: float | None) -> bool:
    bounds = _BOUNDS[cost.measure]
    ratio = max(cost.after / cost.before, cost.before / cost.after)
    difference = abs(cost.after - cost.before)
    if adjusted is None:
        return ratio >= bounds.large_ratio and difference >= bounds.large_difference
    is_significant = adjusted < _SIGNIFICANCE_LEVEL
    return is_significant and ratio >= 1 + _MIN_SHARE and difference >= bounds.min_difference
