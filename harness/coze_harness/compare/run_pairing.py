"""Pairs and compares the trials of two runs."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from typing import TypeVar

from msgspec import Struct

from coze_harness.compare.trial_comparison import compare_trial
from coze_harness.model import ChangeKind, TrialKey, TrialResult, replace
from coze_harness.model.protocols import EncodeResult
from coze_harness.model.trial_key import CaseKey

Encoded = TypeVar("Encoded")


class RunTrialPair(Struct, frozen=True, kw_only=True):
    """A trial of the candidate's run, of the baseline's, or of both.

    `repeats` are all of the baseline: its answers to the same prompts.
    """

    baseline: TrialResult | None
    candidate: TrialResult | None
    key: TrialKey
    min_pass_rate: float
    repeats: Sequence[TrialResult] = ()


def pair_runs(
    baseline: Iterable[TrialResult],
    candidate: Iterable[TrialResult],
    required: Mapping[str, float],
    is_selected: Callable[[TrialKey], bool],
) -> list[RunTrialPair]:
    """Pair the trials of two runs by id, or else by scenario, case and repeat.

    `required` is the share of trials that must pass (0..1), by scenario; 1 by default.
    """
    before = _latest_results(baseline, is_selected)
    by_position: dict[tuple[str, str, int], TrialResult] = {}
    repeats: dict[CaseKey, list[TrialResult]] = {}
    for result in before.values():
        by_position.setdefault(_position(result.key), result)
        repeats.setdefault(result.key.case_key, []).append(result)
    pairs: list[RunTrialPair] = []
    paired: set[str] = set()

    def add(key: TrialKey, old: TrialResult | None, new: TrialResult | None) -> None:
        rate = required.get(key.scenario, 1.0)
        accepted = repeats[old.key.case_key] if old else ()
        pairs.append(
            RunTrialPair(baseline=old, candidate=new, key=key, min_pass_rate=rate, repeats=accepted)
        )

    for result in _latest_results(candidate, is_selected).values():
        other = before.get(result.key.id) or by_position.get(_position(result.key))
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
    """Compare pairs, and yield the encoded results one by one."""
    for pair in pairs:
        # A trial that only the older run has is not an error, even if its result has one.
        code = None if pair.candidate else 0
        compared = compare_trial(pair.baseline, pair.candidate, pair.repeats)
        yield (encode(compared, exit_code=code),)


def _position(key: TrialKey) -> tuple[str, str, int]:
    return key.scenario, key.case, key.trial


def _latest_results(
    results: Iterable[TrialResult], is_selected: Callable[[TrialKey], bool]
) -> dict[str, TrialResult]:
    """Return the latest result of each selected trial by id, without comparisons."""
    latest: dict[str, TrialResult] = {}
    for result in results:
        # The run of a comparison also has the trials that its candidate did not have.
        is_missing = result.change is not None and result.change.kind is ChangeKind.MISSING
        if is_selected(result.key) and not is_missing:
            latest[result.key.id] = replace(result, change=None)
    return latest
