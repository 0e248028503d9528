"""Write new scenario files: from a template, or from one prompt that is asked and recorded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from msgspec import Struct

from coze_harness.messages import LocalizedText, message
from coze_harness.model import TrialResult, replace
from coze_harness.project.opened_project import Project
from coze_harness.project.scenario_folder import NewScenario, ScenarioFolder
from coze_harness.project.trial_selection import TrialSelection
from coze_harness.scenarios.scenario_text import quote

_SIMILARITY: Final = 0.6


class SavedScenario(Struct, frozen=True):
    """A prompt that was asked: its scenario's file, if it was answered, and the result."""

    path: Path | None
    result: TrialResult


def create_scenario(
    project: Project, scenario: NewScenario, describe: Callable[[LocalizedText], str]
) -> Path:
    """Write a scenario with a prompt and one expectation, to be edited; return its file.

    `describe` returns a text in the user's language.

    Raises:
        UsageError: the name is not valid, or in use.
    """
    folder = ScenarioFolder(project)
    path = folder.free_path(scenario.name)
    scenario = replace(scenario, prompt=scenario.prompt or describe(message("new.prompt")))
    folder.write_scenario(path, scenario, [quote(describe(message("new.expectation")))])
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
    folder = ScenarioFolder(project)
    path = folder.free_path(scenario.name)
    folder.write_scenario(path, scenario)
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
        folder.write_scenario(path, scenario, [similar])
    return SavedScenario(path if is_saved else None, result)
