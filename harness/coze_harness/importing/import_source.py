"""A file of another tool, read by whichever reader its kind needs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from coze_harness.importing.chat_log import read_log
from coze_harness.importing.imported_scenario import ImportedFile, NotImportableError
from coze_harness.importing.prompt_table import read_table
from coze_harness.importing.promptfoo_config import is_configuration, read_configuration
from coze_harness.importing.referenced_files import read_document
from coze_harness.messages import message
from coze_harness.model.errors import ScenarioError, UsageError
from coze_harness.model.location import Location


def read_source(
    source: Path, display_path: str, *, root: Path, has_judge: bool, redact: Callable[[str], str]
) -> ImportedFile:
    """Return the scenarios that a file of another tool has.

    Args:
        source: a promptfoo configuration, a table, or exported conversations.
        display_path: its path as messages show it.
        root: the project's folder: files that it refers to may be there too.
        has_judge: whether the project has a judge.
        redact: removes secrets from exported conversations.

    Raises:
        UsageError: it cannot be read, is of no known kind, or has nothing to import.
        ScenarioError: it is not YAML or JSON.
    """
    suffix = source.suffix.lower()
    if not source.is_file():
        raise UsageError(
            message("import.reason.missing", file=str(source)),
            next_step=message("try.unreadable.next"),
        )
    try:
        if suffix == ".csv":
            imported = read_table(source, display_path, has_judge=has_judge)
        elif suffix == ".jsonl" or (
            suffix == ".json" and not _has_configuration(source, display_path)
        ):
            imported = read_log(source, display_path, redact)
        elif suffix in (".yaml", ".yml", ".json"):
            roots = (source.resolve().parent, root)
            imported = read_configuration(source, roots, display_path, has_judge=has_judge)
        else:
            raise NotImportableError(message("import.reason.file_type", file=source.name))
    except NotImportableError as error:
        raise UsageError(
            error.what, where=Location(display_path), next_step=message("import.source.next")
        ) from error
    if not imported.scenarios:
        raise UsageError(
            message("import.nothing"),
            where=Location(display_path),
            detail=[
                message("import.finding", place=str(one.where), what=one.what)
                for one in imported.findings
            ],
            next_step=message("import.nothing.next"),
        )
    return imported


def _has_configuration(source: Path, display_path: str) -> bool:
    try:
        return is_configuration(read_document(source, display_path).data)
    except ScenarioError:
        return False
