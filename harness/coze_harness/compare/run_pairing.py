"""The trials of two runs, paired and compared."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from coze_harness.compare.trial_comparison import compare_trial
from coze_harness.model import ChangeKind, TrialKey, TrialResult, replace
from coze_harness.model.protocols import EncodeResult

Encoded = TypeVar("Encoded")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTrialPair:
    """A trial of the candidate's run, of the baseline's, or of both."""

    baseline: TrialResult | None
    candidate: TrialResult | None
    key: TrialKey
    min_pass_rate: float


def pair_runs(
    baseline: Iterable[TrialResult],
    candidate: Iterable[TrialResult],
    required: Mapping[str, float],
    is_selected: Callable[[TrialKey], bool],
) -> list[RunTrialPair]:
    """Return the trials of two runs, paired by id, else by scenario, case and repeat.

    Args:
        baseline: all results of the older run.
        candidate: all results of the newer run.
        required: by scenario, the share of its trials that must pass, 0..1; 1 by default.
        is_selected: whether a trial is compared.
    """
    before = _last_results(baseline, is_selected)
    by_place: dict[tuple[str, str, int], TrialResult] = {}
    for result in before.values():
        by_place.setdefault(_place(result.key), result)
    pairs: list[RunTrialPair] = []
    paired: set[str] = set()

    def add(key: TrialKey, old: TrialResult | None, new: TrialResult | None) -> None:
        rate = required.get(key.scenario, 1.0)
        pairs.append(RunTrialPair(baseline=old, candidate=new, key=key, min_pass_rate=rate))

    for result in _last_results(candidate, is_selected).values():
        other = before.get(result.key.id) or by_place.get(_place(result.key))
        if other is not None:
            paired.add(other.key.id)
        add(result.key, other, result)
    for result in before.values():
        if result.key.id not in paired:
            add(result.key, result, None)
    return pairs


def compare_run_pairs(
    pairs: Sequence[RunTrialPair], encode: EncodeResult[Encoded]
) -> Generator[Sequence[Encoded], None, None]:
    """Yield each pair, compared and encoded."""
    for pair in pairs:
        # A trial that only the older run has, or could not judge, is no error of this comparison.
        code = None if pair.candidate else 0
        yield (encode(compare_trial(pair.baseline, pair.candidate), exit_code=code),)


def _place(key: TrialKey) -> tuple[str, str, int]:
    return key.scenario, key.case, key.trial


def _last_results(
    results: Iterable[TrialResult], is_selected: Callable[[TrialKey], bool]
) -> dict[str, TrialResult]:
    """Return a run's own results by id, each as it was executed last."""
    found: dict[str, TrialResult] = {}
    for result in results:
        # A comparison lists trials that its candidate lacked; these are no results of its own.
        is_missing = result.change is not None and result.change.kind is ChangeKind.MISSING
        if is_selected(result.key) and not is_missing:
            found[result.key.id] = replace(result, change=None)
    return found
