"""Write new scenario files: from a template, or from one prompt that is asked and recorded."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from coze_harness.commands.project import Project, TrialSelection
from coze_harness.messages import LocalizedText, message
from coze_harness.model import TrialResult
from coze_harness.model.errors import HarnessError, ScenarioError, UsageError
from coze_harness.model.location import Location
from coze_harness.scenarios.name_rules import check_name
from coze_harness.scenarios.scenario_text import quote, scenario_text
from coze_harness.storage.atomic_write import write_atomically

SCHEMA_FILE: Final = "scenario.schema.json"
_SUFFIXES: Final = (".yaml", ".yml")
_SIMILARITY: Final = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class NewScenario:
    """What a user wants of a new scenario. `name` may have folders, as in `orders/refund`."""

    name: str
    prompt: str = ""
    bot: str = ""
    tags: Sequence[str] = ()
    stream: bool = False


@dataclass(frozen=True, slots=True)
class SavedScenario:
    """A prompt that was asked: its scenario's file, if it was answered, and the result."""

    path: Path | None
    result: TrialResult


def create_scenario(
    project: Project, scenario: NewScenario, describe: Callable[[LocalizedText], str]
) -> Path:
    """Write a scenario with a prompt and one expectation, to be edited; return its file.

    Args:
        project: the project.
        scenario: what it has.
        describe: writes a text in the user's language.

    Raises:
        UsageError: the name is not valid, or in use.
    """
    path = _free_path(project, scenario.name)
    text = _text(
        project,
        scenario,
        path,
        prompt=scenario.prompt or describe(message("new.prompt")),
        expectations=[quote(describe(message("new.expectation")))],
    )
    _write(path, text)
    return path


def save_as_scenario(
    project: Project, scenario: NewScenario, record: Callable[[TrialSelection], TrialResult]
) -> SavedScenario:
    """Ask a bot one prompt, and keep it as a scenario with its recording.

    The scenario expects an answer similar to the one that arrived. If none arrives, no file is
    kept.

    Args:
        project: the project; its lock for recordings is held.
        scenario: what the scenario has.
        record: records the selected trial.

    Raises:
        UsageError: the name is not valid, or in use.
    """
    path = _free_path(project, scenario.name)
    _write(path, _text(project, scenario, path, scenario.prompt))
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
        _write(path, _text(project, scenario, path, scenario.prompt, [similar]))
    return SavedScenario(path if is_saved else None, result)


def _text(
    project: Project,
    scenario: NewScenario,
    path: Path,
    prompt: str,
    expectations: Sequence[str] = (),
) -> str:
    schema = project.settings.root / SCHEMA_FILE
    return scenario_text(
        prompt,
        expectations=expectations,
        bot=scenario.bot,
        tags=scenario.tags,
        stream=scenario.stream,
        schema=Path(os.path.relpath(schema, path.parent)).as_posix() if schema.is_file() else "",
    )


def _free_path(project: Project, name: str) -> Path:
    """Return the file of a new scenario.

    Raises:
        UsageError: the name is not valid, or a file or scenario has it.
    """
    settings = project.settings
    parts = PurePosixPath(name.removesuffix(".yaml"))
    try:
        check_name(parts.name, lambda: Location("NAME"))
        if parts.is_absolute() or ".." in parts.parts or str(parts) != name.removesuffix(".yaml"):
            raise ScenarioError(message("new.name_outside", name=name))
    except ScenarioError as error:
        raise UsageError(error.what, next_step=message("new.name.next")) from error
    path = settings.scenarios / f"{parts}.yaml"
    taken = [path.with_suffix(suffix) for suffix in _SUFFIXES if path.with_suffix(suffix).exists()]
    if taken:
        raise UsageError(
            message("new.file_exists", file=project.folders.display_path(taken[0])),
            next_step=message("new.name.next"),
        )
    if parts.name in names_in_use(project):
        raise UsageError(
            message("new.name_in_use", name=parts.name), next_step=message("new.name.next")
        )
    return path


def names_in_use(project: Project) -> set[str]:
    """Return the names of the project's scenarios, as far as they can be loaded."""
    if not project.settings.scenarios.is_dir():
        return set()
    try:
        return {trial.key.scenario for trial in project.select_trials(TrialSelection())}
    except HarnessError:
        # A project without scenarios, or with faulty ones: `check` reports them.
        return set()


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, [text.encode()])
    except OSError as error:
        raise UsageError(
            message("new.cannot_write", reason=error.strerror or type(error).__name__),
            where=Location(str(path)),
            next_step=message("new.cannot_write.next"),
        ) from error
