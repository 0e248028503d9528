"""Compares a request with a recorded one, and lists the differences."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

import orjson

from coze_harness.cassettes.interaction import Interaction, split_target
from coze_harness.cassettes.redaction import matches_redacted
from coze_harness.messages import LocalizedText, message
from coze_harness.model import JSON, HttpCall
from coze_harness.text.json_text import dump_json, dump_sorted_json, parse_json
from coze_harness.text.placeholders import MARK

_MAX_LINES = 6
_MAX_VALUE_LENGTH = 200
_MESSAGES: Final = "additional_messages"


def matches_request(item: Interaction, method: str, target: str, body: bytes) -> bool:
    """Return whether a request equals the recorded one.

    The host is ignored, so that a recording works with any base URL. The order of query parameters
    and JSON keys is ignored, too; `1` and `true` differ. Without a body, `GET` and `POST`
    are equal: Coze has its reading calls by either. Messages of older recordings have no `type`.

    Args:
        item: the recorded interaction.
        method: of the request.
        target: path and query, percent-encoded.
        body: JSON text; empty without a body.
    """
    return (
        (item.method == method or _reads_alike(item, method, body))
        and (item.target == target or split_target(item.target) == split_target(target))
        and _is_same_json(item.request_body, body)
    )


_READING: Final = frozenset({"GET", "POST"})


def _reads_alike(item: Interaction, method: str, body: bytes) -> bool:
    return not (item.request_body or body) and {item.method, method} == _READING


def matches_redacted_request(item: Interaction, method: str, target: str, body: bytes) -> bool:
    """Return whether a redacted request equals the recorded one, whose placeholders may differ.

    The arguments are those of `matches_request`.
    """
    if matches_request(item, method, target, body):
        return True
    if MARK[:-1].encode() not in item.target.encode() + item.request_body:
        return False
    if item.method != method and not _reads_alike(item, method, body):
        return False
    path, query = split_target(item.target)
    other_path, other_query = split_target(target)
    if not _matches_value([path, *map(list, query)], [other_path, *map(list, other_query)]):
        return False
    if _is_same_json(item.request_body, body):
        return True
    try:
        return _matches_value(parse_json(item.request_body), parse_json(body))
    except ValueError:
        return False


def _matches_value(redacted: JSON, value: JSON) -> bool:
    if isinstance(redacted, str) and isinstance(value, str):
        return redacted == value or matches_redacted(redacted, value)
    if isinstance(redacted, Mapping) and isinstance(value, Mapping):
        return redacted.keys() == value.keys() and all(
            _matches_value(inner, value[key]) for key, inner in redacted.items()
        )
    if isinstance(redacted, list) and isinstance(value, list):
        return len(redacted) == len(value) and all(map(_matches_value, redacted, value))
    return type(redacted) is type(value) and redacted == value


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


def describe_mismatch(item: Interaction, call: HttpCall) -> list[LocalizedText]:
    """Return lines that show how a call differs from the recorded request.

    If only the bodies differ, the lines show the first differences in them.
    """
    target = call.target
    now = message("difference.now", text=f"{call.method} {target}")
    if item.method != call.method or split_target(item.target) != split_target(target):
        was = message("difference.recorded", text=f"{item.method} {item.target}")
        return [was, now]
    before: JSON
    try:
        before = parse_json(item.request_body) if item.request_body else None
    except ValueError:
        before = item.request_body.decode("utf-8", "replace")
    after = None if call.body is None else parse_json(dump_json(call.body))
    return [now, *request_differences(before, after)[:_MAX_LINES]]


def request_differences(before: JSON, after: JSON, path: str = "") -> list[LocalizedText]:
    """Return two lines, `recorded` and `now`, for each place where two JSON values differ."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        lines: list[LocalizedText] = []
        for key in dict.fromkeys((*before, *after)):
            inner = f"{path}.{key}" if path else key
            if key in before and key in after:
                lines += request_differences(before[key], after[key], inner)
            else:
                lines += (
                    _recorded_line(inner, before[key])
                    if key in before
                    else message("difference.recorded_absent", name=inner),
                    _current_line(inner, after[key])
                    if key in after
                    else message("difference.now_absent", name=inner),
                )
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
    return [_recorded_line(name, before), _current_line(name, after)]


def _recorded_line(name: str, value: JSON) -> LocalizedText:
    text = f"{name} = {dump_json(value).decode()}"
    if (length := len(text) - len(name) - 3) <= _MAX_VALUE_LENGTH:
        return message("difference.recorded", text=text)
    return message("difference.recorded_cut", text=_cut(text, length), n=length)


def _current_line(name: str, value: JSON) -> LocalizedText:
    text = f"{name} = {dump_json(value).decode()}"
    if (length := len(text) - len(name) - 3) <= _MAX_VALUE_LENGTH:
        return message("difference.now", text=text)
    return message("difference.now_cut", text=_cut(text, length), n=length)


def _cut(text: str, length: int) -> str:
    return text[: len(text) - length + _MAX_VALUE_LENGTH]
