"""Import tests of other tools as scenario files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from coze_harness.importing.import_source import read_source
from coze_harness.importing.imported_scenario import ImportedFile
from coze_harness.importing.scenario_files import file_name, scenario_files, scenario_names
from coze_harness.project.opened_project import Project
from coze_harness.project.scenario_folder import ScenarioFolder


class ImportOutcome(Struct, frozen=True):
    """What was imported, and whether each written file replaced one that existed."""

    imported: ImportedFile
    files: Mapping[Path, bool]


def import_tests(
    project: Project, source: Path, *, name: str = "", force: bool = False
) -> ImportOutcome:
    """Write the scenarios that a file of another tool has.

    Args:
        project: where they are written.
        source: a promptfoo configuration, a table, or exported conversations.
        name: of the new file, and the beginning of the scenarios' names; empty: the source's.
        force: whether files that exist are replaced.

    Raises:
        UsageError: the source cannot be read, has nothing to import, or a file exists.
        ScenarioError: the source is not YAML or JSON.
    """
    display_path = project.folders.display_path(source.resolve())
    imported = read_source(
        source,
        display_path,
        root=project.settings.root,
        has_judge=bool(project.settings.judge_bot),
        redact=project.make_redactor().redact,
    )
    name = file_name(source, name)
    folder = ScenarioFolder(project)
    schema = folder.schema_from(folder.path)
    files = folder.write_import(
        scenario_files(name, imported.scenarios, display_path, schema),
        scenario_names(name, len(imported.scenarios)),
        force=force,
    )
    return ImportOutcome(imported, files)
