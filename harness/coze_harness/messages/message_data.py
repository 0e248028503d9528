"""Messages as plain data, for files that other programs write, too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from coze_harness.messages.catalogue import LocalizedText, Param

PlainData: TypeAlias = "str | int | float | list[PlainData] | dict[str, PlainData]"


def dump_message(text: LocalizedText) -> dict[str, PlainData]:
    """Return a message as mappings, lists, texts and numbers."""
    return {"id": text.id, "params": {name: _dump_param(v) for name, v in text.params.items()}}


def _dump_param(value: Param) -> PlainData:
    if isinstance(value, LocalizedText):
        return dump_message(value)
    if isinstance(value, tuple):
        return [_dump_param(one) for one in value]
    return value


def load_message(value: object) -> LocalizedText | None:
    """Return a message that `dump_message` made into data; None for anything else."""
    match value:
        case {"id": str(identifier), "params": dict(stored)}:
            params = _load_params(stored)
            return None if params is None else LocalizedText(identifier, params)
    return None


def _load_params(stored: Mapping[str, object]) -> dict[str, Param] | None:
    params: dict[str, Param] = {}
    for name, value in stored.items():
        param = _load_param(value)
        if param is None:
            return None
        params[name] = param
    return params


def _load_param(value: object) -> Param | None:
    if isinstance(value, str | int | float):
        return value
    if not isinstance(value, list):
        return load_message(value)
    entries: list[str | LocalizedText] = []
    for one in value:
        entry = one if isinstance(one, str) else load_message(one)
        if entry is None:
            return None
        entries.append(entry)
    return tuple(entries)
