"""Pairs of a candidate's trial and the baseline's trial that it is compared with."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from coze_harness.baseline.candidates import (
    BASELINE_SUFFIX,
    CandidateFolder,
    CandidateOptions,
    trials_by_case,
)
from coze_harness.cassettes import CANDIDATE_FOLDER
from coze_harness.model import TrialKey, replace
from coze_harness.model.trial import Trial


class TrialPair(Struct, frozen=True):
    """A trial of the candidate, and the one whose recording it is compared with, if there is one.

    A repeat that the baseline has no recording of is compared with the first. `overrides` are
    request fields that differ from the scenario. `accepted` are recorded repeats of the baseline.
    """

    candidate: Trial
    baseline: Trial | None
    overrides: Mapping[str, str]
    accepted: tuple[Trial, ...]

    @property
    def key(self) -> TrialKey:
        """The candidate's key."""
        return self.candidate.key

    @property
    def judged_baseline(self) -> Trial | None:
        """The baseline as the comparison's judge has judged it again; `None` without a judge.

        Only the name of its recording differs: it is in the folder of candidates.
        """
        if self.baseline is None or self.baseline.judge is None:
            return None
        key = self.baseline.key
        root, folder, _name = self.candidate.key.cassette.partition(f"{CANDIDATE_FOLDER}/")
        name = key.cassette.removeprefix(root).removesuffix(".yaml")
        cassette = f"{root}{folder}{name}{BASELINE_SUFFIX}.yaml"
        return replace(self.baseline, key=replace(key, cassette=cassette))

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

    `own` are the same scenarios' trials with their own bots. `root` is the folder that trials'
    cassettes are relative to.
    """
    baselines = _Baselines(own, root)
    pairs = []
    for trial in selected:
        overrides = options.overrides(trial)
        pairs.append(baselines.pair(candidates.trial(trial, overrides), overrides))
    return pairs


def recorded_pairs(
    candidates: Iterable[Trial], own: Iterable[Trial], root: Path
) -> list[TrialPair]:
    """Return recorded candidates with their baselines, in the order of the scenario files."""
    ordered = sorted(
        candidates, key=lambda t: (t.key.file, t.key.line, t.key.bot, t.key.case, t.key.trial)
    )
    baselines = _Baselines(own, root)
    return [baselines.pair(trial, {}) for trial in ordered]


class _Baselines:
    """Finds the trials whose recordings are the baseline of another."""

    def __init__(self, own: Iterable[Trial], root: Path) -> None:
        self._root = root
        self._by_case = trials_by_case(own)
        self._recorded: dict[tuple[str, str, str], tuple[Trial, ...]] = {}

    def pair(self, candidate: Trial, overrides: Mapping[str, str]) -> TrialPair:
        """Return a candidate with the recorded trial of the same repeat, else with the first."""
        repeats = self._repeats(candidate)
        same = (other for other in repeats if other.key.trial == candidate.key.trial)
        baseline = next(same, next(iter(repeats), None))
        return TrialPair(candidate, baseline, overrides, repeats)

    def _repeats(self, trial: Trial) -> tuple[Trial, ...]:
        """Return the recorded repeats of the same bot, else of the scenario's first, in order."""
        others = self._by_case.get((trial.key.scenario, trial.key.case), ())
        bots = [other.bot.id for other in others]
        bot = trial.bot.id if trial.bot.id in bots else next(iter(bots), "")
        key = (trial.key.scenario, trial.key.case, bot)
        if key not in self._recorded:
            ranked = sorted(
                (other for other in others if other.bot.id == bot),
                key=lambda other: other.key.trial,
            )
            self._recorded[key] = tuple(
                [one for one in ranked if os.path.lexists(self._root / one.key.cassette)]
            )
        return self._recorded[key]


def required_rates(pairs: Iterable[TrialPair]) -> dict[str, float]:
    """Return the share of a scenario's trials that must pass, by scenario."""
    return {pair.key.scenario: pair.min_pass_rate for pair in pairs}
