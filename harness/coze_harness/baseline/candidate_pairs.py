"""Pairs of a candidate's trial and the baseline's trial that it is compared with."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from coze_harness.baseline.candidates import CandidateFolder, CandidateOptions
from coze_harness.model import TrialKey
from coze_harness.model.trial import Trial


@dataclass(frozen=True, slots=True)
class TrialPair:
    """A trial of the candidate, and the one whose recording it is compared with, if there is one.

    A repeat that the baseline has no recording of is compared with the first. `overrides` are
    request fields that differ from the scenario.
    """

    candidate: Trial
    baseline: Trial | None
    overrides: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> TrialKey:
        """The candidate's key."""
        return self.candidate.key

    @property
    def min_pass_rate(self) -> float:
        """The share of its scenario's trials that must pass, 0..1."""
        return self.candidate.min_pass_rate


def pairs_to_record(
    selected: Sequence[Trial],
    own: Iterable[Trial],
    options: CandidateOptions,
    candidates: CandidateFolder,
    root: Path,
) -> list[TrialPair]:
    """Return selected trials as candidates to be recorded.

    Args:
        selected: the trials, with the bots that are asked.
        own: the same scenarios' trials with their own bots.
        options: the version of the bots that is asked.
        candidates: the folder of candidates.
        root: the folder that trials' cassettes are relative to.
    """
    baselines = _Baselines(own, root)
    pairs = []
    for trial in selected:
        overrides = options.overrides(trial)
        pairs.append(TrialPair(candidates.trial(trial, overrides), baselines.of(trial), overrides))
    return pairs


def recorded_pairs(
    candidates: Iterable[Trial], own: Iterable[Trial], root: Path
) -> list[TrialPair]:
    """Return recorded candidates with their baselines, in the order of the scenario files."""
    ordered = sorted(
        candidates, key=lambda t: (t.key.file, t.key.line, t.key.bot, t.key.case, t.key.trial)
    )
    baselines = _Baselines(own, root)
    return [TrialPair(trial, baselines.of(trial)) for trial in ordered]


class _Baselines:
    """Finds the trial whose recording is the baseline of another."""

    def __init__(self, own: Iterable[Trial], root: Path) -> None:
        self._root = root
        self._by_case: dict[tuple[str, str], list[Trial]] = {}
        for trial in own:
            self._by_case.setdefault((trial.key.scenario, trial.key.case), []).append(trial)

    def of(self, trial: Trial) -> Trial | None:
        """Return the recorded trial of the same bot and repeat, as far as there is one."""
        others = self._by_case.get((trial.key.scenario, trial.key.case), ())
        bots = [other.bot.id for other in others]
        bot = trial.bot.id if trial.bot.id in bots else next(iter(bots), "")
        ranked = sorted(
            (other for other in others if other.bot.id == bot),
            key=lambda other: (other.key.trial != trial.key.trial, other.key.trial),
        )
        return next((other for other in ranked if self._is_recorded(other)), None)

    def _is_recorded(self, trial: Trial) -> bool:
        return os.path.lexists(self._root / trial.key.cassette)


def required_rates(pairs: Iterable[TrialPair]) -> dict[str, float]:
    """Return the share of a scenario's trials that must pass, by scenario."""
    return {pair.key.scenario: pair.min_pass_rate for pair in pairs}
