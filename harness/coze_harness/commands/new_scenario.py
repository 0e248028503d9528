"""Write new scenario files: from a template, or from one prompt that is asked and recorded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from msgspec import Struct

from coze_harness.messages import LocalizedText, message
from coze_harness.model import TrialResult
from coze_harness.model.errors import HarnessError
from coze_harness.project.opened_project import Project
from coze_harness.project.selected_trials import select_trials
from coze_harness.project.trial_selection import TrialSelection
from coze_harness.scenarios.new_scenario_file import NewScenario, ScenarioFolder
from coze_harness.scenarios.scenario_text import quote

_SIMILARITY: Final = 0.6


class SavedScenario(Struct, frozen=True):
    """A prompt that was asked: its scenario's file, if it was answered, and the result."""

    path: Path | None
    result: TrialResult


def scenario_folder(project: Project) -> ScenarioFolder:
    """Return the folder of a project's scenarios, to write new ones."""

    def names_in_use() -> set[str]:
        if not project.settings.scenarios.is_dir():
            return set()
        try:
            return {trial.key.scenario for trial in select_trials(project, TrialSelection())}
        except HarnessError:
            # A project without scenarios, or with faulty ones: `check` reports them.
            return set()

    return ScenarioFolder(project.settings.scenarios, project.folders, names_in_use)


def create_scenario(
    project: Project, scenario: NewScenario, describe: Callable[[LocalizedText], str]
) -> Path:
    """Write a scenario with a prompt and one expectation, to be edited; return its file.

    `describe` returns a text in the user's language.

    Raises:
        UsageError: the name is not valid, or in use.
    """
    folder = scenario_folder(project)
    path = folder.free_path(scenario.name)
    prompt = scenario.prompt or describe(message("new.prompt"))
    folder.write_scenario(path, scenario, prompt, [quote(describe(message("new.expectation")))])
    return path


def save_as_scenario(
    project: Project, scenario: NewScenario, record: Callable[[TrialSelection], TrialResult]
) -> SavedScenario:
    """Ask a bot one prompt, and keep it as a scenario with its recording.

    The scenario expects an answer similar to the one that arrived. If none arrives, no file is
    kept. `record` records the selected trial; the project's lock for recordings is held.

    Raises:
        UsageError: the name is not valid, or in use.
    """
    folder = scenario_folder(project)
    path = folder.free_path(scenario.name)
    folder.write_scenario(path, scenario, scenario.prompt)
    is_saved = False
    try:
        result = record(TrialSelection(paths=(str(path),)))
        is_saved = result.error is None
    finally:
        if not is_saved:
            path.unlink()
    reply = result.turns[0].reply if result.turns else None
    if is_saved and reply is not None and reply.answer:
        similar = f"similar: {{to: {quote(reply.answer)}, at_least: {_SIMILARITY}}}"
        folder.write_scenario(path, scenario, scenario.prompt, [similar])
    return SavedScenario(path if is_saved else None, result)
