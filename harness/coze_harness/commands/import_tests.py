"""Import tests of other tools as scenario files."""

from __future__ import annotations

from pathlib import Path

from coze_harness.commands.new_scenario import scenario_folder
from coze_harness.importing.scenario_import import (
    ImportOutcome,
    ImportSource,
    import_scenarios,
)
from coze_harness.project.opened_project import Project


def import_tests(
    project: Project, source: Path, *, name: str = "", force: bool = False
) -> ImportOutcome:
    """Write the scenarios that a file of another tool has, see `import_scenarios`.

    Raises:
        UsageError: the source cannot be read, has nothing to import, or a file exists.
        ScenarioError: the source is not YAML or JSON.
    """
    settings = project.settings
    imported = ImportSource(
        path=source,
        display_path=project.folders.display_path(source.resolve()),
        root=settings.root,
        has_judge=bool(settings.judge_bot),
        redact=project.make_redactor().redact,
    )
    return import_scenarios(imported, scenario_folder(project), name=name, force=force)
