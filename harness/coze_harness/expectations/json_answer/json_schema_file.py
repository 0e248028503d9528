"""A JSON Schema in a file of the project that an expectation names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from coze_harness.expectations.item_argument import ItemArgument
from coze_harness.messages import message
from coze_harness.messages.os_error_reason import os_error_reason
from coze_harness.model import JSON
from coze_harness.model.errors import ScenarioError
from coze_harness.model.location import Location
from coze_harness.yaml_source import read_yaml

_MAX_SIZE: Final = 1_000_000


def read_schema_file(argument: ItemArgument, root: str) -> tuple[JSON, str]:
    """Return the content of a schema's file, and the file's path as it is shown.

    Args:
        argument: the path: from the scenario file's folder, or from the project's.
        root: the project's folder, absolute.

    Raises:
        ScenarioError: there is no such file in the project, or it is neither JSON nor YAML.
    """
    folder = Path(root or ".").resolve()
    path = _find_file(argument, folder)
    display_path = path.relative_to(folder).as_posix()
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_SIZE + 1)
    except OSError as error:
        raise ScenarioError(
            message("file.unreadable", reason=os_error_reason(error)),
            where=Location(display_path),
            next_step=message("file.unreadable.next"),
        ) from error
    if path.suffix.lower() != ".json" or len(content) > _MAX_SIZE:
        document = read_yaml(content, display_path, ScenarioError, max_size=_MAX_SIZE)
        return document.data, display_path
    try:
        schema: JSON = json.loads(content)
    except (ValueError, RecursionError) as error:
        reason, where = str(error), Location(display_path)
        if isinstance(error, json.JSONDecodeError):
            reason, where = error.msg, Location(display_path, error.lineno, error.colno)
        raise ScenarioError(
            message("expectation.schema.not_json", error=reason),
            where=where,
            next_step=message("expectation.schema.not_json.next"),
        ) from error
    return schema, display_path


def _find_file(argument: ItemArgument, root: Path) -> Path:
    name = argument.text()
    where = argument.location
    if "\0" in name:
        raise argument.error_at(message("path.character"), message("yaml.correct"))
    tried = []
    for start in dict.fromkeys(((root / where.path).parent, root)):
        path: Path = (start / name).resolve()
        if not path.is_relative_to(root):
            raise argument.error_at(
                message("path.outside", path=name), message("path.outside.next")
            )
        if path.is_file():
            return path
        tried.append(path.relative_to(root).as_posix())
    raise ScenarioError(
        message("path.missing", path=name),
        where=where,
        detail=[message("path.tried", paths=tuple(tried))],
        next_step=message("path.missing.next"),
    )
