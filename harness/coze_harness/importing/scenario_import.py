"""Converts a file of another tool into files of scenarios, and writes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct

from coze_harness.importing.chat_log import read_log
from coze_harness.importing.imported_scenario import ImportedFile, ImportFinding, NotImportableError
from coze_harness.importing.prompt_table import read_table
from coze_harness.importing.promptfoo_config import is_configuration, read_configuration
from coze_harness.importing.referenced_files import read_document
from coze_harness.importing.scenario_files import file_name, scenario_files, scenario_names
from coze_harness.messages import message
from coze_harness.model.errors import ScenarioError, UsageError
from coze_harness.model.location import Location
from coze_harness.scenarios.name_rules import check_name
from coze_harness.scenarios.new_scenario_file import ScenarioFolder, write_scenario_file


class ImportOutcome(Struct, frozen=True, kw_only=True):
    """What was written, and what was not imported.

    `replaced_files` are those of the written files that existed. `trials` counts cases.
    """

    files: Sequence[Path]
    replaced_files: Sequence[Path]
    scenarios: int
    trials: int
    assertions: int
    imported: int
    findings: Sequence[ImportFinding]


class ImportSource(Struct, frozen=True, kw_only=True):
    """A file of another tool.

    Args:
        path: a promptfoo configuration, a table, or exported conversations.
        display_path: its path as messages show it.
        root: the project's folder: files that it refers to may be there too.
        has_judge: whether the project has a judge.
        redact: removes secrets from exported conversations.
    """

    path: Path
    display_path: str
    root: Path
    has_judge: bool
    redact: Callable[[str], str]

    def read(self) -> ImportedFile:
        """Return the scenarios that the file has.

        Raises:
            UsageError: it cannot be read, or is of no known kind.
            ScenarioError: it is not YAML or JSON.
        """
        source, display_path, suffix = self.path, self.display_path, self.path.suffix.lower()
        if not source.is_file():
            raise UsageError(
                message("import.reason.missing", file=str(source)),
                next_step=message("try.unreadable.next"),
            )
        try:
            if suffix == ".csv":
                return read_table(source, display_path, has_judge=self.has_judge)
            if suffix == ".jsonl" or (suffix == ".json" and not self._is_configuration()):
                return read_log(source, display_path, self.redact)
            if suffix in (".yaml", ".yml", ".json"):
                roots = (source.resolve().parent, self.root)
                return read_configuration(source, roots, display_path, has_judge=self.has_judge)
            raise NotImportableError(message("import.reason.file_type", file=source.name))
        except NotImportableError as error:
            raise UsageError(
                error.what, where=Location(display_path), next_step=message("import.source.next")
            ) from error

    def _is_configuration(self) -> bool:
        try:
            return is_configuration(read_document(self.path, self.display_path).data)
        except ScenarioError:
            return False


def import_scenarios(
    source: ImportSource, folder: ScenarioFolder, *, name: str, force: bool
) -> ImportOutcome:
    """Write the scenarios that a file of another tool has.

    Args:
        source: the file.
        folder: where they are written.
        name: of the new file, and the beginning of the scenarios' names; empty: the source's.
        force: whether files that exist are replaced.

    Raises:
        UsageError: the source cannot be read, has nothing to import, or a file exists.
        ScenarioError: the source is not YAML or JSON.
    """
    imported = source.read()
    if not imported.scenarios:
        raise UsageError(
            message("import.nothing"),
            where=Location(source.display_path),
            detail=[
                message("import.finding", place=str(f.where), what=f.what)
                for f in imported.findings
            ],
            next_step=message("import.nothing.next"),
        )
    name = name or file_name(source.path)
    try:
        check_name(name, lambda: Location("--name"))
        if "/" in name or "\\" in name:
            raise ScenarioError(message("import.name_path", name=name))
    except ScenarioError as error:
        raise UsageError(error.what, next_step=message("import.name.next")) from error
    schema = folder.schema_from(folder.path)
    texts = scenario_files(name, imported.scenarios, source.display_path, schema)
    paths = {folder.path / below: text for below, text in texts.items()}
    existing = [path for path in paths if path.exists()]
    if existing and not force:
        files = tuple(folder.folders.display_path(path) for path in existing)
        raise UsageError(
            message("import.exists", files=files, n=len(files)),
            next_step=message("import.exists.next"),
        )
    if not existing:
        folder.check_names(
            scenario_names(name, len(imported.scenarios)), message("import.name.next")
        )
    for path, text in paths.items():
        write_scenario_file(path, text)
    return ImportOutcome(
        files=list(paths),
        replaced_files=existing,
        scenarios=len(imported.scenarios),
        trials=sum(max(len(one.rows), 1) for one in imported.scenarios),
        assertions=imported.assertions,
        imported=imported.imported,
        findings=imported.findings,
    )
