"""Import tests of other tools as scenario files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from coze_harness.commands.scenario_folder import ScenarioFolder
from coze_harness.importing.import_source import read_source
from coze_harness.importing.imported_scenario import ImportFinding
from coze_harness.importing.scenario_files import file_name, scenario_files, scenario_names
from coze_harness.messages import message
from coze_harness.model.errors import ScenarioError, UsageError
from coze_harness.model.location import Location
from coze_harness.project.opened_project import Project
from coze_harness.scenarios.name_rules import check_name


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
    if not imported.scenarios:
        raise UsageError(
            message("import.nothing"),
            where=Location(display_path),
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
    folder = ScenarioFolder(project)
    schema = folder.schema_from(folder.path)
    texts = scenario_files(name, imported.scenarios, display_path, schema)
    paths = {folder.path / below: text for below, text in texts.items()}
    existing = [path for path in paths if path.exists()]
    if existing and not force:
        files = tuple(project.folders.display_path(path) for path in existing)
        raise UsageError(
            message("import.exists", files=files, n=len(files)),
            next_step=message("import.exists.next"),
        )
    if not existing:
        folder.check_names(
            scenario_names(name, len(imported.scenarios)), message("import.name.next")
        )
    for path, text in paths.items():
        folder.write_file(path, text)
    return ImportOutcome(
        files=list(paths),
        replaced_files=existing,
        scenarios=len(imported.scenarios),
        trials=sum(max(len(one.rows), 1) for one in imported.scenarios),
        assertions=imported.assertions,
        imported=imported.imported,
        findings=imported.findings,
    )
