"""Import tests of other tools as scenario files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from coze_harness.commands.new_scenario import SCHEMA_FILE, names_in_use
from coze_harness.commands.project import Project
from coze_harness.importing import ImportedFile, ImportFinding
from coze_harness.importing.chat_log import read_log
from coze_harness.importing.imported_scenario import NotImportableError
from coze_harness.importing.prompt_table import read_table
from coze_harness.importing.promptfoo_config import is_configuration, read_configuration
from coze_harness.importing.referenced_files import read_document
from coze_harness.importing.scenario_files import file_name, scenario_files
from coze_harness.messages import message
from coze_harness.model.errors import ScenarioError, UsageError
from coze_harness.model.location import Location
from coze_harness.scenarios.name_rules import check_name, fold_name
from coze_harness.storage.atomic_write import write_atomically

_READERS: Final = (".yaml", ".yml", ".json", ".jsonl", ".csv")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOutcome:
    """What was written, and what was not imported.

    `replaced` are those of the written files that existed. `trials` counts cases.
    """

    written: Sequence[Path]
    replaced: Sequence[Path]
    scenarios: int
    trials: int
    assertions: int
    imported: int
    findings: Sequence[ImportFinding]


def import_tests(
    project: Project, source: Path, *, name: str = "", force: bool = False
) -> ImportOutcome:
    """Write the scenarios that a file of another tool has.

    Args:
        project: the project.
        source: a promptfoo configuration, a table, or exported conversations.
        name: of the new file, and the beginning of the scenarios' names; by default the source's.
        force: whether files that exist are replaced.

    Raises:
        UsageError: the source cannot be read, has nothing to import, or a file exists.
        ScenarioError: the source is not YAML or JSON.
    """
    shown = project.folders.display_path(source.resolve())
    imported = _read(project, source, shown)
    if not imported.scenarios:
        raise UsageError(
            message("import.nothing"),
            where=Location(shown),
            detail=[
                message("import.finding", place=str(f.where), what=f.what)
                for f in imported.findings
            ],
            next_step=message("import.nothing.next"),
        )
    name = name or file_name(source)
    try:
        check_name(name, lambda: Location("--name"))
        if "/" in name or "\\" in name:
            raise ScenarioError(message("import.name_path", name=name))
    except ScenarioError as error:
        raise UsageError(error.what, next_step=message("import.name.next")) from error
    folder = project.settings.scenarios
    schema = project.settings.root / SCHEMA_FILE
    texts = scenario_files(
        name,
        imported.scenarios,
        shown,
        Path(os.path.relpath(schema, folder)).as_posix() if schema.is_file() else "",
    )
    paths = {folder / below: text for below, text in texts.items()}
    existing = [path for path in paths if path.exists()]
    if existing and not force:
        files = tuple(project.folders.display_path(path) for path in existing)
        raise UsageError(
            message("import.exists", files=files, n=len(files)),
            next_step=message("import.exists.next"),
        )
    if not existing:
        _check_names(project, name, len(imported.scenarios))
    for path, text in paths.items():
        _write(path, text)
    return ImportOutcome(
        written=list(paths),
        replaced=existing,
        scenarios=len(imported.scenarios),
        trials=sum(max(len(one.rows), 1) for one in imported.scenarios),
        assertions=imported.assertions,
        imported=imported.imported,
        findings=imported.findings,
    )


def _read(project: Project, source: Path, shown: str) -> ImportedFile:
    suffix = source.suffix.lower()
    if not source.is_file():
        raise UsageError(
            message("import.reason.missing", file=str(source)),
            next_step=message("try.unreadable.next"),
        )
    try:
        if suffix not in _READERS:
            raise NotImportableError(message("import.reason.file_type", file=source.name))
        has_judge = bool(project.settings.judge_bot)
        if suffix == ".csv":
            return read_table(source, shown, has_judge=has_judge)
        if suffix == ".jsonl" or (suffix == ".json" and not _is_configuration(source, shown)):
            return read_log(source, shown, project.make_redactor().redact)
        roots = (source.resolve().parent, project.settings.root)
        return read_configuration(source, roots, shown, has_judge=has_judge)
    except NotImportableError as error:
        raise UsageError(
            error.reason, where=Location(shown), next_step=message("import.source.next")
        ) from error


def _is_configuration(source: Path, shown: str) -> bool:
    try:
        return is_configuration(read_document(source, shown).data)
    except ScenarioError:
        return False


def _check_names(project: Project, name: str, count: int) -> None:
    """Check that no other file has a scenario of these names.

    Raises:
        UsageError: one has.
    """
    width = len(str(count))
    names = [f"{name}-{n:0{width}}" for n in range(1, count + 1)] if count > 1 else [name]
    known = {fold_name(one) for one in names_in_use(project)}
    for one in names:
        if fold_name(one) in known:
            raise UsageError(
                message("new.name_in_use", name=one), next_step=message("import.name.next")
            )


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, [text.encode("utf-8", "replace")])
    except OSError as error:
        raise UsageError(
            message("new.cannot_write", reason=error.strerror or type(error).__name__),
            where=Location(str(path)),
            next_step=message("new.cannot_write.next"),
        ) from error
