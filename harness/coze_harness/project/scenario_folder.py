"""New scenario files: their names, which must be free, their text, and how they are written."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from msgspec import Struct

from coze_harness.messages import LocalizedText, message
from coze_harness.messages.os_error_reason import os_error_reason
from coze_harness.model.errors import HarnessError, ScenarioError, UsageError
from coze_harness.model.location import Location
from coze_harness.project.opened_project import Project
from coze_harness.project.selected_trials import select_trials
from coze_harness.project.trial_selection import TrialSelection
from coze_harness.scenarios.name_rules import check_name, fold_name
from coze_harness.scenarios.scenario_text import quote
from coze_harness.storage.atomic_write import write_atomically

_SCHEMA_FILE: Final = "scenario.schema.json"
_SUFFIXES: Final = (".yaml", ".yml")


class NewScenario(Struct, frozen=True, kw_only=True):
    """What a user wants of a new scenario. `name` may have folders, as in `orders/refund`."""

    name: str
    prompt: str = ""
    bot: str = ""
    tags: Sequence[str] = ()
    stream: bool = False


class ScenarioFolder(Struct, frozen=True):
    """The folder of a project's scenarios, as far as new files are written into it."""

    project: Project

    @property
    def path(self) -> Path:
        """The folder, absolute."""
        return self.project.settings.scenarios

    def schema_from(self, folder: Path) -> str:
        """Return the path of the JSON Schema from a folder; empty if the project has none."""
        schema = self.project.settings.root / _SCHEMA_FILE
        return Path(os.path.relpath(schema, folder)).as_posix() if schema.is_file() else ""

    def free_path(self, name: str) -> Path:
        """Return the file of a new scenario.

        Raises:
            UsageError: the name is not valid, or a file or scenario has it.
        """
        bare = name.removesuffix(".yaml")
        parts = PurePosixPath(bare)
        try:
            check_name(parts.name, lambda: Location("NAME"))
            if parts.is_absolute() or ".." in parts.parts or str(parts) != bare:
                raise ScenarioError(message("new.name_outside", name=name))
        except ScenarioError as error:
            raise UsageError(error.what, next_step=message("new.name.next")) from error
        path = self.path / f"{parts}.yaml"
        existing = [path.with_suffix(one) for one in _SUFFIXES if path.with_suffix(one).exists()]
        if existing:
            raise UsageError(
                message("new.file_exists", file=self.project.folders.display_path(existing[0])),
                next_step=message("new.name.next"),
            )
        self._check_names([parts.name], message("new.name.next"))
        return path

    def write_scenario(
        self, path: Path, scenario: NewScenario, expectations: Sequence[str] = ()
    ) -> None:
        """Write a scenario with one turn.

        Args:
            path: from `free_path`.
            scenario: what it has.
            expectations: the turn's expectations as YAML, each on one line.

        Raises:
            UsageError: the file cannot be written.
        """
        schema = self.schema_from(path.parent)
        self._write(path, _scenario_text(scenario, expectations, schema))

    def write_import(
        self, texts: Mapping[str, str], names: Iterable[str], *, force: bool
    ) -> dict[Path, bool]:
        """Write imported files; return whether each replaced one that existed.

        Args:
            texts: by the file's path below the folder.
            names: of the scenarios in them. They must be new, unless files are replaced.
            force: whether files are replaced.

        Raises:
            UsageError: a file exists, a scenario has one of the names, or nothing can be written.
        """
        paths = {self.path / below: text for below, text in texts.items()}
        replaced = {path: path.exists() for path in paths}
        existing = [path for path, exists in replaced.items() if exists]
        if existing and not force:
            files = tuple(self.project.folders.display_path(path) for path in existing)
            raise UsageError(
                message("import.exists", files=files, n=len(files)),
                next_step=message("import.exists.next"),
            )
        if not existing:
            self._check_names(names, message("import.name.next"))
        for path, text in paths.items():
            self._write(path, text)
        return replaced

    def _write(self, path: Path, text: str) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, [text.encode("utf-8", "replace")])
        except OSError as error:
            raise UsageError(
                message("new.cannot_write", reason=os_error_reason(error)),
                where=Location(str(path)),
                next_step=message("new.cannot_write.next"),
            ) from error

    def _check_names(self, names: Iterable[str], next_step: LocalizedText) -> None:
        known = {fold_name(one) for one in self._names_in_use()}
        for one in names:
            if fold_name(one) in known:
                raise UsageError(message("new.name_in_use", name=one), next_step=next_step)

    def _names_in_use(self) -> set[str]:
        if not self.path.is_dir():
            return set()
        try:
            return {trial.key.scenario for trial in select_trials(self.project, TrialSelection())}
        except HarnessError:
            # A project without scenarios, or with faulty ones: `check` reports them.
            return set()


def _scenario_text(scenario: NewScenario, expectations: Sequence[str], schema: str) -> str:
    lines = [f"# yaml-language-server: $schema={schema}"] if schema else []
    if scenario.bot:
        lines.append(f"bot: {quote(scenario.bot)}")
    if scenario.tags:
        lines.append(f"tags: [{', '.join(map(quote, scenario.tags))}]")
    if scenario.stream:
        lines.append("stream: true")
    lines += ["turns:", f"  - prompt: {quote(scenario.prompt)}"]
    if expectations:
        lines += ["    expect:", *(f"      - {one}" for one in expectations)]
    return "\n".join(lines) + "\n"
