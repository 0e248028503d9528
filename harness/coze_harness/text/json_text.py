"""JSON as text: parsed fast, written with Chinese as it is, indented without other changes."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
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


class JsonPositions:
    """Finds where values are written in a JSON text, which is read once for any number of them.

    Args:
        text: valid JSON.
        depth: how deep values are found, in steps of a path.

    Attributes:
        repeated_key: the path of the first key that its object has twice; empty if none has.
    """

    def __init__(self, text: str, depth: int = 3) -> None:
        self._text = text
        self._line_ends = [match.start() for match in re.finditer("\n", text)]
        self._offsets: dict[tuple[str | int, ...], int] = {}
        self.repeated_key: tuple[str | int, ...] = ()
        for path, offset in _json_values(text, depth):
            if path in self._offsets and not self.repeated_key:
                self.repeated_key = path
            self._offsets[path] = offset

    def locate(self, path: Sequence[str | int]) -> tuple[int, int]:
        """Return line and column, from 1, of the value at a path of keys and indexes.

        What does not exist is located at the value that lacks it.
        """
        steps = tuple(path)
        while steps not in self._offsets:
            steps = steps[:-1]
        offset = self._offsets[steps]
        line = bisect_left(self._line_ends, offset)
        return line + 1, offset - (self._line_ends[line - 1] if line else -1)


def _json_values(text: str, depth: int) -> Iterator[tuple[tuple[str | int, ...], int]]:
    """Yield path and offset of each value of a JSON text, down to a depth."""
    level = 0
    # Of each open object and array down to that depth: the key or index of its next value.
    steps: list[str | int] = []
    is_key = False
    for match in _LEXEME.finditer(text):
        lexeme = match.group()
        if lexeme in ("}", "]"):
            level -= 1
            del steps[level:]
            is_key = False
        elif lexeme == ",":
            if level <= depth:
                step = steps[-1]
                is_key = isinstance(step, str)
                steps[-1] = step if isinstance(step, str) else step + 1
        elif is_key:
            steps[-1] = json.loads(lexeme)
            is_key = False
        elif lexeme != ":":
            if level <= depth:
                yield tuple(steps), match.start()
            if lexeme in ("{", "["):
                level += 1
                is_key = lexeme == "{" and level <= depth
                if level <= depth:
                    steps.append("" if lexeme == "{" else 0)


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
