"""Which trials are compared with which: a candidate's with the baseline's."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from coze_harness.baseline.candidates import (
    CandidateOptions,
    candidate_paths,
    candidate_trial,
    find_candidates,
)
from coze_harness.commands.project import Project, TrialSelection
from coze_harness.model import TrialKey
from coze_harness.model.errors import NothingSelectedError, ScenarioError
from coze_harness.model.trial import Trial


@dataclass(frozen=True, slots=True)
class TrialPair:
    """A trial of the candidate, and the one whose recording it is compared with, if there is one.

    A repeat that the baseline has no recording of is compared with the first.
    """

    candidate: Trial
    baseline: Trial | None
    asked: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> TrialKey:
        """What names it."""
        return self.candidate.key

    @property
    def min_pass_rate(self) -> float:
        """The share of its scenario's trials that must pass, 0..1."""
        return self.candidate.min_pass_rate


def pairs_to_record(
    project: Project, choice: TrialSelection, asking: CandidateOptions
) -> list[TrialPair]:
    """Return the chosen trials as candidates that are yet to be recorded.

    Raises:
        HarnessError: as `Project.choose`.
    """
    chosen = project.select_trials(choice)
    baselines = _Baselines(project, _own(project, choice) if choice.bots else chosen)
    cassettes = project.display_path(project.local_cassettes)
    pairs = []
    for trial in chosen:
        asked = asking.of(trial)
        pairs.append(
            TrialPair(candidate_trial(trial, asked, cassettes), baselines.of(trial), asked)
        )
    return pairs


def recorded_pairs(
    project: Project, choice: TrialSelection, warn: Callable[[str], None]
) -> list[TrialPair]:
    """Return the candidates on disk that are of the chosen trials.

    Args:
        project: whose candidates.
        choice: which of them; `repeat` is the most that are taken.
        warn: told of candidates that are of no trial.

    Raises:
        NothingToRunError: there are none.
        HarnessError: as `Project.choose`.
    """
    whole = replace(choice, bots=(), repeat=None)
    found = []
    for candidate in find_candidates(project, project.select_trials(whole)):
        trial = candidate.trial
        if trial is not None:
            if _is_wanted(trial, choice):
                found.append(trial)
        elif candidate.error is not None and whole == TrialSelection():
            warn(f"{candidate.error.where}: {candidate.error.what}")
    if not found:
        raise NothingSelectedError(
            "None of the candidates is of a chosen trial."
            if candidate_paths(project)
            else "There is no candidate to compare.",
            next_step="record one beside the baseline: coze-harness compare",
        )
    found.sort(key=lambda t: (t.key.file, t.key.line, t.key.bot, t.key.case, t.key.trial))
    repeats = max(trial.key.trial for trial in found)
    baselines = _Baselines(project, _own(project, replace(whole, repeat=repeats)))
    return [TrialPair(trial, baselines.of(trial)) for trial in found]


def _is_wanted(trial: Trial, choice: TrialSelection) -> bool:
    if choice.repeat is not None and trial.key.trial > choice.repeat:
        return False
    return not choice.bots or trial.bot.id in choice.bots or trial.key.bot in choice.bots


def _own(project: Project, choice: TrialSelection) -> list[Trial]:
    """Return all trials of the chosen paths with the scenarios' own bots; none where there is none.

    Raises:
        HarnessError: as `Project.choose`.
    """
    try:
        return project.select_trials(TrialSelection(paths=choice.paths, repeat=choice.repeat))
    except ScenarioError:
        # What was chosen has loaded: only bots that scenarios do not name can be wrong here.
        return []


class _Baselines:
    """Finds the trial whose recording is the baseline of another."""

    def __init__(self, project: Project, own: Iterable[Trial]) -> None:
        self._root = project.root
        self._by_place: dict[tuple[str, str], list[Trial]] = {}
        for trial in own:
            self._by_place.setdefault((trial.key.scenario, trial.key.case), []).append(trial)

    def of(self, trial: Trial) -> Trial | None:
        """Return the trial that pairs with one: of the same bot if it can be, and repeat."""
        likely = self._by_place.get((trial.key.scenario, trial.key.case), ())
        bots = [one.bot.id for one in likely]
        bot = trial.bot.id if trial.bot.id in bots else next(iter(bots), "")
        ranked = sorted(
            (one for one in likely if one.bot.id == bot),
            key=lambda one: (one.key.trial != trial.key.trial, one.key.trial),
        )
        return next((one for one in ranked if self._is_recorded(one)), None)

    def _is_recorded(self, trial: Trial) -> bool:
        return os.path.lexists(self._root / trial.key.cassette)


def required_rates(pairs: Iterable[TrialPair]) -> dict[str, float]:
    """Return, by scenario, the share of its trials that must pass."""
    return {pair.key.scenario: pair.min_pass_rate for pair in pairs}
