"""`bots:` of harness.yaml: what can be talked to, in the forms that `CAPABILITIES` declares."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from coze_harness.config.service_urls import RUN_ROUTE, check_base_url, check_project_url
from coze_harness.messages import LocalizedText, message
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
    closed_mapping,
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
_ID_STEPS: Final[Mapping[str, LocalizedText]] = {
    "id": message("settings.bot_id.next"),
    "bot_id": message("settings.bot_id.next"),
    "app_id": message("settings.app_id.next"),
    "workflow": message("settings.workflow_id.next"),
    "project_id": message("settings.project_id.next"),
}


def read_target(name: str, value: JSON, positions: SourcePositions) -> Target:
    """Return the target that an entry of `bots:`, whose shape is checked, declares.

    Raises:
        SettingsError: the name, an id or an address is invalid.
    """
    if not _NAME.fullmatch(name):
        raise SettingsError(
            message("settings.bot_name", name=name),
            where=positions.key("bots", name),
            next_step=message("name.next"),
        )
    if not isinstance(value, dict):
        return Target(name=name, id=_digits(value, positions, ("bots", name), "id"))
    kind = _kind(value)
    ids = {
        key: _digits(value.get(key), positions, ("bots", name, key), key)
        for key in _ID_STEPS
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
            message("settings.app_and_bot"),
            where=below.key("bot_id"),
            next_step=message("settings.app_and_bot.next"),
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
    if not isinstance(value, dict):
        return
    declared, below = CAPABILITIES[_kind(value)], positions.below("bots", name)
    keys = (*declared.required, *declared.optional)
    for key in value:
        if key in _KEYS and key not in keys:
            what = message("settings.key_of_other_target", key=key)
            step = message("yaml.unknown_key.next", keys=keys)
            yield ShapeMismatch(what, below.key(key), step)
    own = {key: one for key, one in value.items() if key not in _KEYS or key in keys}
    # A missing id of a bot has always been reported with where it is found.
    required = [key for key in declared.required if key not in _ID_STEPS]
    yield from check_shape(own, closed_mapping({key: _KEYS[key] for key in keys}, required), below)


def written_target_schema() -> Schema:
    """Return the schema of an entry of `bots:` as it is written: an id, or the keys of a kind."""
    digits: Schema = {"type": ["string", "integer"], "pattern": "^[0-9]+$"}
    schemas = {key: digits if schema is _ID else schema for key, schema in _KEYS.items()}
    forms = [
        closed_mapping({key: schemas[key] for key in (*one.required, *one.optional)}, one.required)
        for one in CAPABILITIES.values()
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
        actual = f'"{value}"' if isinstance(value, str) else yaml_type_name(value)
        what = message("settings.id", key=key, actual=actual)
        if key == "id":
            what = message("settings.bot_id", actual=actual)
        raise SettingsError(what, where=positions.at(*path), next_step=_ID_STEPS[key])
    return digits


def _check_query(query: str, where: Location) -> None:
    from jmespath import compile as compile_query  # only such targets need it
    from jmespath.exceptions import JMESPathError

    try:
        compile_query(query)
    except JMESPathError as error:
        reason = str(error).strip().partition("\n")[0].rstrip(":.")
        raise SettingsError(
            message("settings.answer", reason=reason),
            where=where,
            next_step=message("settings.answer.next"),
        ) from error
