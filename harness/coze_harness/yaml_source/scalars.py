"""What a scalar means: YAML 1.1's own rules, by PyYAML's tables, but for dates, which stay text."""

from __future__ import annotations

import math
from functools import lru_cache

import yaml
from yaml.constructor import SafeConstructor
from yaml.resolver import Resolver

STANDARD = "tag:yaml.org,2002:"
MERGE = STANDARD + "merge"

TEXT = STANDARD + "str"

_TEXT = frozenset({TEXT, STANDARD + "timestamp", STANDARD + "value", MERGE})
_LONGEST_NUMBER = 400
_RESOLVERS = Resolver.yaml_implicit_resolvers
STARTS = frozenset(_RESOLVERS)
"""The first characters of plain scalars that may be anything but text."""


class ScalarError(ValueError):
    """A value that has no plain meaning; its text is the sentence to show."""

    def __init__(self, what: str, next_step: str = "Put quotes around it if it is text.") -> None:
        super().__init__(what)
        self.next_step = next_step


@lru_cache(maxsize=1024)  # the same keys stand in every file
def resolve(value: str) -> str:
    """Return the tag that a plain (unquoted) scalar gets from how it looks."""
    for tag, pattern in _RESOLVERS.get(value[:1], ()):
        if pattern.match(value):
            return str(tag)
    return TEXT


def construct(value: str, tag: str) -> str | int | float | bool | None:
    """Return what a scalar with this tag means.

    Raises:
        ScalarError: the tag is not one of plain data's, or the value does not fit it.
    """
    if tag in _TEXT:
        return value
    if tag == STANDARD + "null":
        return None
    try:
        if tag == STANDARD + "bool":
            return SafeConstructor.bool_values[value.lower()]
        if tag == STANDARD + "int":
            return _whole(value)
        if tag == STANDARD + "float":
            return _float(value)
    except (ValueError, KeyError, IndexError, OverflowError) as cause:
        raise ScalarError(f"`{_short(value)}` cannot be read as a {_plainly(tag)}.") from cause
    raise refuse_tag(tag)


def number(text: str) -> int | float | None:
    """Return the number that a text would be for YAML; ``None`` for any other text.

    Clock times (``12:30``), which YAML 1.1 counts as numbers, are none here.
    """
    tag = resolve(text)
    if ":" in text or tag not in (STANDARD + "int", STANDARD + "float"):
        return None
    try:
        value = construct(text, tag)
    except ScalarError:
        return None
    return None if isinstance(value, str) else value


def refuse_tag(tag: str) -> ScalarError:
    """Return the error for a tag that plain data does not have."""
    written = "!!" + tag.removeprefix(STANDARD) if tag.startswith(STANDARD) else tag
    return ScalarError(
        f"The tag `{_short(written)}` is not allowed: only plain data is read.",
        "Take the tag out.",
    )


def _whole(value: str) -> int:
    if len(value) > _LONGEST_NUMBER:
        raise ValueError
    if value.isdecimal() and value.isascii() and value[0] != "0":
        return int(value)
    return int(SafeConstructor().construct_yaml_int(yaml.ScalarNode(STANDARD + "int", value)))


def _float(value: str) -> float:
    if len(value) > _LONGEST_NUMBER:
        raise ValueError
    number = float(SafeConstructor().construct_yaml_float(yaml.ScalarNode(STANDARD, value)))
    # JSON has no infinity and no NaN: the wire and the archive could not hold them.
    if not math.isfinite(number):
        raise ValueError
    return number


def _plainly(tag: str) -> str:
    names = {"bool": "true or false", "int": "whole number", "float": "finite number"}
    return names[tag.removeprefix(STANDARD)]


def _short(value: str) -> str:
    return value if len(value) <= 40 else value[:40] + "…"
