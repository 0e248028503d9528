"""Compares a request with a recorded one, and lists the differences."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

import orjson

from coze_harness.cassettes.interaction import Interaction, split_target
from coze_harness.model import JSON, HttpCall
from coze_harness.text.json_text import dump_json, dump_sorted_json, parse_json

_MAX_LINES = 6
_MAX_VALUE_LENGTH = 200
_MESSAGES: Final = "additional_messages"


def matches_request(recorded: Interaction, method: str, target: str, body: bytes) -> bool:
    """Return whether a request equals the recorded one.

    The host is ignored, so that a recording works with any base URL. The order of query parameters
    and JSON keys is ignored, too; `1` and `true` differ. Without a body, `GET` and `POST`
    are equal: Coze has its reading calls by either. Messages of older recordings have no `type`.

    Args:
        recorded: the interaction to replay.
        method: of the request.
        target: path and query, percent-encoded.
        body: JSON text; empty without a body.
    """
    return (
        (recorded.method == method or _reads_alike(recorded, method, body))
        and (recorded.target == target or split_target(recorded.target) == split_target(target))
        and _is_same_json(recorded.request_body, body)
    )


_READING: Final = frozenset({"GET", "POST"})


def _reads_alike(recorded: Interaction, method: str, body: bytes) -> bool:
    return not (recorded.request_body or body) and {recorded.method, method} == _READING


def _is_same_json(one: bytes, other: bytes) -> bool:
    if one == other:
        return True
    try:
        if orjson.dumps(orjson.loads(one)) == other:
            return True
    except (ValueError, TypeError):
        pass  # orjson rejects lone surrogates; the standard library does not
    try:
        before, after = json.loads(one), json.loads(other)
        return dump_sorted_json(before) == dump_sorted_json(_typed_like(before, after))
    except (ValueError, RecursionError):
        return False


def _typed_like(before: JSON, after: JSON) -> JSON:
    """Return a body whose messages have no `type` where those of the recorded one have none."""
    if not isinstance(before, dict) or not isinstance(after, dict):
        return after
    old, new = before.get(_MESSAGES), after.get(_MESSAGES)
    if not isinstance(old, list) or not isinstance(new, list) or len(old) != len(new):
        return after
    pairs = zip(old, new, strict=True)
    return {**after, _MESSAGES: [_without_new_type(*pair) for pair in pairs]}


def _without_new_type(old: JSON, new: JSON) -> JSON:
    if not isinstance(old, dict) or not isinstance(new, dict) or "type" in old:
        return new
    return {key: value for key, value in new.items() if key != "type"}


def describe_mismatch(recorded: Interaction, call: HttpCall) -> list[str]:
    """Return lines that show how a call differs from the recorded request.

    If only the bodies differ, the lines show the first differences in them.
    """
    target = call.target
    now = f"now       {call.method} {target}"
    if recorded.method != call.method or split_target(recorded.target) != split_target(target):
        return [f"recorded  {recorded.method} {recorded.target}", now]
    before: JSON
    try:
        before = parse_json(recorded.request_body) if recorded.request_body else None
    except ValueError:
        before = recorded.request_body.decode("utf-8", "replace")
    after = None if call.body is None else parse_json(dump_json(call.body))
    return [now, *request_differences(before, after)[:_MAX_LINES]]


def request_differences(before: JSON, after: JSON, path: str = "") -> list[str]:
    """Return two lines, `recorded` and `now`, for each place where two JSON values differ."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        lines: list[str] = []
        for key in dict.fromkeys((*before, *after)):
            inner = f"{path}.{key}" if path else key
            if key in before and key in after:
                lines += request_differences(before[key], after[key], inner)
            else:
                lines.append(_line("recorded", inner, before, key))
                lines.append(_line("now", inner, after, key))
        return lines
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        return [
            line
            for index, (old, new) in enumerate(zip(before, after, strict=True))
            for line in request_differences(old, new, f"{path}[{index}]")
        ]
    if before == after and type(before) is type(after):
        return []
    name = path or "body"
    return [f"recorded  {name} = {_shortened(before)}", f"now       {name} = {_shortened(after)}"]


def _line(label: str, name: str, values: Mapping[str, JSON], key: str) -> str:
    value = f"= {_shortened(values[key])}" if key in values else "is absent"
    return f"{label:<10}{name} {value}"


def _shortened(value: JSON) -> str:
    text = dump_json(value).decode()
    if len(text) <= _MAX_VALUE_LENGTH:
        return text
    return f"{text[:_MAX_VALUE_LENGTH]}… ({len(text)} characters)"
