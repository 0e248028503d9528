"""Suggest expectations that kill surviving mutants, and write them into the scenario files."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from coze_harness.messages import LocalizedText, message
from coze_harness.model.location import Location
from coze_harness.model.record import replace
from coze_harness.model.trial_result import TrialResult
from coze_harness.mutation.expectation_suggestions import Suggestion
from coze_harness.mutation.mutation_runner import MutationRunner
from coze_harness.project.opened_project import Project
from coze_harness.project.selected_trials import select_trials
from coze_harness.project.trial_selection import TrialSelection
from coze_harness.scenarios.expectation_insertion import NewExpectations, add_expectations
from coze_harness.storage.atomic_write import write_atomically


class TurnSuggestions(Struct, frozen=True):
    """What to add to a turn of a scenario file; `problem` says why it could not be written.

    `key` is the list that it belongs to. With a simulated user it is the scenario's `every_turn`.
    """

    location: Location
    suggestions: Sequence[Suggestion]
    key: str = "expect"
    is_written: bool = False
    problem: LocalizedText = LocalizedText()


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
        turns = _write(project, turns)
    return SuggestionOutcome(turns, unjudged)


def _write(project: Project, turns: Sequence[TurnSuggestions]) -> list[TurnSuggestions]:
    additions = [
        NewExpectations(turn.location, turn.key, [one.item for one in turn.suggestions])
        for turn in turns
    ]
    places = add_expectations(project.settings.root, additions, write_atomically)
    return [
        replace(turn, is_written=True)
        if turn.location in places
        else replace(turn, problem=message("suggest.not_written"))
        for turn in turns
    ]
