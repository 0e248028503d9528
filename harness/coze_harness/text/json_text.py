"""JSON as text: read fast, written with Chinese as it is, indented without a change."""

from __future__ import annotations

import json
import re
from typing import cast

import orjson

from coze_harness.model import JSON

# Possessive: a string of megabytes must not leave a step to go back to for each character.
_LEXEME = re.compile(r'"(?:[^"\\]++|\\.)*+"|[\[\]{},:]|[^\s"\[\]{},:]+')
_DEEPEST_INDENT = 60


def parse_json(data: bytes) -> JSON:
    """Return the value that a UTF-8 JSON text holds.

    orjson refuses what Python's own reader takes (a lone surrogate, NaN), so that one is asked
    second: an unusual answer of the service must still be readable.

    Raises:
        ValueError: the text is not JSON, or not UTF-8.
    """
    try:
        return cast("JSON", orjson.loads(data))
    except orjson.JSONDecodeError:
        try:
            return cast("JSON", json.loads(data))
        except RecursionError as fault:
            raise ValueError("nested too deeply") from fault


def dump_json(value: JSON) -> bytes:
    """Return a value as one line of UTF-8 in which Chinese stands as it is."""
    try:
        return orjson.dumps(value)
    except TypeError:
        # A lone surrogate has no UTF-8 form, an integer beyond 64 bits no orjson one.
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "backslashreplace")


def dump_sorted_json(value: JSON) -> bytes:
    """Return a value as one line with sorted keys: equal values give equal bytes."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        pass
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"), sort_keys=True).encode()


def reindent_json(text: str) -> str | None:
    """Return a JSON text over several lines, changed in nothing but white space.

    Works on the lexemes as they were written, so that `1.0`, escapes and a key given twice stay
    what they were. Returns `None` for what is not a JSON object or array, or so deep that it would
    be mostly margin.
    """
    if not text.lstrip(" \t\r\n").startswith(("{", "[")):
        return None
    try:
        parse_json(text.encode())
    except ValueError:
        return None
    pieces: list[str] = []
    depth = 0
    lexemes = _LEXEME.findall(text)
    for index, lexeme in enumerate(lexemes):
        if lexeme in "[{":
            empty = lexemes[index + 1] in "]}"
            depth += 1
            if depth > _DEEPEST_INDENT:
                return None
            pieces.append(lexeme if empty else f"{lexeme}\n{'  ' * depth}")
        elif lexeme in "]}":
            depth -= 1
            empty = lexemes[index - 1] in "[{"
            pieces.append(lexeme if empty else f"\n{'  ' * depth}{lexeme}")
        elif lexeme == ",":
            pieces.append(f",\n{'  ' * depth}")
        elif lexeme == ":":
            pieces.append(": ")
        else:
            pieces.append(lexeme)
    return "".join(pieces)
