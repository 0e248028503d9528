"""Suggest expectations that kill surviving mutants, and write them into the scenario files."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from coze_harness.model.trial_result import TrialResult
from coze_harness.mutation.mutation_runner import MutationRunner
from coze_harness.mutation.suggestion_writing import TurnSuggestions, write_suggestions
from coze_harness.project.opened_project import Project
from coze_harness.project.selected_trials import select_trials
from coze_harness.project.trial_selection import TrialSelection


class SuggestionOutcome(Struct, frozen=True):
    """Suggestions by turn, and the trials whose recordings could not be replayed."""

    turns: Sequence[TurnSuggestions]
    unjudged: Sequence[TrialResult]


def suggest(
    project: Project, selection: TrialSelection, *, seed: int, write: bool
) -> SuggestionOutcome:
    """Return suggestions for the selected trials; with `write`, add them to the files.

    Raises:
        ScenarioErrors: scenario files must be edited.
        CassetteError: the recordings are remote and cannot be reached.
    """
    trials = select_trials(project, selection)
    project.check_cassettes_reachable()
    runner = MutationRunner(project.replayer, seed, trials)
    unjudged = runner.evaluate()
    turns = [
        TurnSuggestions(location, items, "every_turn" if location in runner.simulated else "expect")
        for location, items in runner.suggestions()
    ]
    if write:
        turns = write_suggestions(project.settings.root, turns)
    return SuggestionOutcome(turns, unjudged)
