"""JSON as text: parsed fast, written with Chinese as it is, indented without other changes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import cast

import orjson

from coze_harness.model import JSON

# Possessive: a string of megabytes must not leave a backtracking step for each character.
_LEXEME = re.compile(r'"(?:[^"\\]++|\\.)*+"|[\[\]{},:]|[^\s"\[\]{},:]+')
_MAX_INDENT_DEPTH = 60


def parse_json(data: bytes) -> JSON:
    """Return the value of a UTF-8 JSON text.

    Python's own parser is the fallback for what orjson rejects (a lone surrogate, NaN): an unusual
    response of the service must still be readable.

    Raises:
        ValueError: the text is not JSON, or not UTF-8.
    """
    try:
        return cast("JSON", orjson.loads(data))
    except orjson.JSONDecodeError:
        try:
            return cast("JSON", json.loads(data))
        except RecursionError as error:
            raise ValueError("nested too deeply") from error


def dump_json(value: JSON) -> bytes:
    """Return a value as one line of UTF-8, with Chinese as it is."""
    try:
        return orjson.dumps(value)
    except TypeError:
        # orjson writes no lone surrogate and no integer beyond 64 bits.
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "backslashreplace")


def dump_sorted_json(value: JSON) -> bytes:
    """Return a value as one line with sorted keys: equal values give equal bytes."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        pass
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"), sort_keys=True).encode()


def locate_in_json(text: str, path: Sequence[str | int]) -> tuple[int, int]:
    """Return line and column, from 1, of the value at a path of a JSON text.

    Args:
        text: valid JSON.
        path: keys and indexes; what does not exist is located at the value that lacks it.
    """
    lexemes = list(_LEXEME.finditer(text))
    position = 0
    for step in path:
        inner = dict(_inner_values(lexemes, position))
        if step not in inner:
            break
        position = inner[step]
    offset = lexemes[position].start()
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _inner_values(
    lexemes: Sequence[re.Match[str]], position: int
) -> Iterator[tuple[str | int, int]]:
    """Yield key or index of each value in an object or array, and the position of the value."""
    opening = lexemes[position].group()
    if opening not in ("{", "["):
        return
    position += 1
    index = 0
    while lexemes[position].group() not in ("}", "]"):
        step: str | int = index
        if opening == "{":
            step = json.loads(lexemes[position].group())
            position += 2
        yield step, position
        depth = 0
        while depth or lexemes[position].group() not in (",", "}", "]"):
            depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(lexemes[position].group(), 0)
            position += 1
        if lexemes[position].group() == ",":
            position += 1
        index += 1


def reindent_json(text: str) -> str | None:
    """Return a JSON text over several lines; only white space changes.

    Works on the tokens as they were written, so that `1.0`, escapes and a duplicate key stay as
    they are. Returns `None` for text that is not a JSON object or array, or more than 60 levels
    deep.
    """
    if not text.lstrip(" \t\r\n").startswith(("{", "[")):
        return None
    try:
        parse_json(text.encode())
    except ValueError:
        return None
    parts: list[str] = []
    depth = 0
    lexemes = _LEXEME.findall(text)
    for index, lexeme in enumerate(lexemes):
        if lexeme in "[{":
            is_empty = lexemes[index + 1] in "]}"
            depth += 1
            if depth > _MAX_INDENT_DEPTH:
                return None
            parts.append(lexeme if is_empty else f"{lexeme}\n{'  ' * depth}")
        elif lexeme in "]}":
            depth -= 1
            is_empty = lexemes[index - 1] in "[{"
            parts.append(lexeme if is_empty else f"\n{'  ' * depth}{lexeme}")
        elif lexeme == ",":
            parts.append(f",\n{'  ' * depth}")
        elif lexeme == ":":
            parts.append(": ")
        else:
            parts.append(lexeme)
    return "".join(parts)
