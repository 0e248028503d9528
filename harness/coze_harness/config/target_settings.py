"""`bots:` of harness.yaml: what can be talked to, in the forms that `CAPABILITIES` declares."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from coze_harness.config.service_urls import RUN_ROUTE, check_base_url, check_project_url
from coze_harness.model import CAPABILITIES, JSON, Target, TargetKind
from coze_harness.model.errors import SettingsError
from coze_harness.model.location import Location, PathPart, SourcePositions
from coze_harness.text.spelling import yaml_type_name
from coze_harness.yaml_source.record_schema import (
    ANY_TEXT,
    TEXT,
    Schema,
    ShapeMismatch,
    check_shape,
)

_NAME: Final = re.compile(r"[^\s@\[\]#/\\][^@\[\]#/\\\x00-\x1f\x7f]*")
_ID: Final[Schema] = {}  # read from the source: YAML turns long digits into numbers
_KEYS: Final[Mapping[str, Schema]] = {
    "id": _ID,
    "workflow": _ID,
    "bot_id": _ID,
    "app_id": _ID,
    "project_id": _ID,
    "project": TEXT,
    "studio": TEXT,
    "answer": TEXT,
    "version": TEXT,
    "connector_id": TEXT,
    "title": ANY_TEXT,
}
_FIRST_KEYS: Final = ("workflow", "project", "studio")
_ID_SOURCES: Final[Mapping[str, str]] = {
    "id": "after /bot/ in the address of the bot's page",
    "bot_id": "after /bot/ in the address of the bot's page",
    "app_id": "after /project-ide/ in the address of the app's page",
    "workflow": "after workflow_id= in the address of the workflow's page",
    "project_id": "from the project's deployment page",
}


def read_target(name: str, value: JSON, positions: SourcePositions) -> Target:
    """Return the target that an entry of `bots:`, whose shape is checked, declares.

    Raises:
        SettingsError: the name, an id or an address is invalid.
    """
    if not _NAME.fullmatch(name):
        raise SettingsError(
            f'"{name}" cannot be the name of a bot: @ [ ] # and slashes separate names of trials.',
            where=positions.key("bots", name),
            next_step="Choose a plain name.",
        )
    if not isinstance(value, dict):
        return Target(name=name, id=_digits(value, positions, ("bots", name), "id"))
    kind = _kind(value)
    ids = {
        key: _digits(value.get(key), positions, ("bots", name, key), key)
        for key in _ID_SOURCES
        if key in value or key in CAPABILITIES[kind].required
    }
    texts = {
        key: str(value[key])
        for key in ("title", "version", "connector_id", "answer")
        if key in value
    }
    below = positions.below("bots", name)
    if kind is TargetKind.CHATFLOW and "app_id" in ids and "bot_id" in ids:
        raise SettingsError(
            'Both "app_id" and "bot_id" are set: Coze takes one of them.',
            where=below.key("bot_id"),
            next_step="Keep the app that contains the workflow, or the bot that uses it.",
        )
    url = ""
    if "studio" in value:
        url = str(value["studio"]).rstrip("/")
        check_base_url(url, below.at("studio"))
    elif "project" in value:
        url = str(value["project"])
        check_project_url(url, below.at("project"))
    if "answer" in texts:
        _check_query(texts["answer"], below.at("answer"))
    first = ids.pop("workflow", "") or ids.pop("id", "") or ids.get("project_id") or name
    return Target(name=name, id=first, kind=kind, url=url, **ids, **texts)


def target_mismatches(
    name: str, value: JSON, positions: SourcePositions
) -> Iterator[ShapeMismatch]:
    """Yield what does not fit the form of an entry of `bots:`."""
    if isinstance(value, dict):
        yield from check_shape(value, target_schema(_kind(value)), positions.below("bots", name))


def target_schema(kind: TargetKind) -> Schema:
    """Return the schema of a kind's entry under `bots:`, as a mapping."""
    declared = CAPABILITIES[kind]
    return {
        "type": "object",
        "properties": {key: _KEYS[key] for key in (*declared.required, *declared.optional)},
        # A missing id of a bot has always been reported with where it is found.
        "required": [key for key in declared.required if key not in _ID_SOURCES],
        "additionalProperties": False,
    }


def written_target_schema() -> Schema:
    """Return the schema of an entry of `bots:` as it is written: an id, or the keys of a kind."""
    digits: Schema = {"type": ["string", "integer"], "pattern": "^[0-9]+$"}
    forms = [
        {
            "type": "object",
            "properties": {
                key: digits if _KEYS[key] is _ID else _KEYS[key]
                for key in (*declared.required, *declared.optional)
            },
            "required": list(declared.required),
            "additionalProperties": False,
        }
        for declared in CAPABILITIES.values()
    ]
    return {"anyOf": [digits, *forms]}


def _kind(value: Mapping[str, JSON]) -> TargetKind:
    """Return the kind whose keys an entry has, as far as it has any."""
    first = next((key for key in _FIRST_KEYS if key in value), "id")
    if first == "workflow":
        is_associated = "app_id" in value or "bot_id" in value
        return TargetKind.CHATFLOW if is_associated else TargetKind.WORKFLOW
    if first == "project":
        path = urlsplit(str(value["project"])).path if isinstance(value["project"], str) else ""
        is_workflow = "answer" in value or path.endswith(RUN_ROUTE)
        return TargetKind.PROJECT_WORKFLOW if is_workflow else TargetKind.PROJECT
    return TargetKind.STUDIO if first == "studio" else TargetKind.BOT


def _digits(value: JSON, positions: SourcePositions, path: tuple[PathPart, ...], key: str) -> str:
    """Return an id; a number is one only as the author wrote it, digit for digit."""
    if isinstance(value, dict):
        path = (*path, "id")
    digits = value if isinstance(value, str) else positions.source(*path)
    if isinstance(value, bool) or not (digits.isascii() and digits.isdecimal()):
        seen = f'"{value}"' if isinstance(value, str) else yaml_type_name(value)
        noun = "A bot's id" if key == "id" else f'"{key}"'
        raise SettingsError(
            f"{noun} must be digits in quotes, not {seen}.",
            where=positions.at(*path),
            next_step=f"Copy the number {_ID_SOURCES[key]}.",
        )
    return digits


def _check_query(query: str, where: Location) -> None:
    from jmespath import compile as compile_query  # only such targets need it
    from jmespath.exceptions import JMESPathError

    try:
        compile_query(query)
    except JMESPathError as error:
        reason = str(error).strip().partition("\n")[0].rstrip(":.")
        raise SettingsError(
            f"The JMESPath to the answer cannot be read: {reason}.",
            where=where,
            next_step="Write the way to the answer in the output, as in `answer: reply_content`.",
        ) from error
