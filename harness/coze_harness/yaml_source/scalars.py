"""What a scalar means: YAML 1.1's rules by PyYAML's tables, except that dates stay text."""

from __future__ import annotations

import base64
import math
from functools import lru_cache
from typing import Final, cast

import yaml
from yaml.constructor import SafeConstructor
from yaml.resolver import Resolver

from coze_harness.messages import LocalizedText, message

STANDARD: Final = "tag:yaml.org,2002:"
MERGE: Final = STANDARD + "merge"
TEXT: Final = STANDARD + "str"

_TEXT_TAGS = frozenset({TEXT, STANDARD + "timestamp", STANDARD + "value", MERGE})
# Python needs hours for the value of a clock time (`1:2:3:…`) of megabytes.
_MAX_NUMBER_LENGTH = 400
_RESOLVERS = Resolver.yaml_implicit_resolvers
MAX_SHOWN: Final = 200
"""Characters up to which a message repeats a text of the file."""
STARTS: Final = frozenset(_RESOLVERS)
"""The first characters of plain scalars that may be something other than text."""

_TYPES = {
    "bool": message("type.boolean"),
    "int": message("type.integer"),
    "float": message("type.finite_number"),
    "binary": message("type.binary"),
}


class ScalarError(ValueError):
    """A scalar that is not plain data.

    Args:
        what: the sentence to show.
        next_step: what to do.
    """

    def __init__(self, what: LocalizedText, next_step: LocalizedText) -> None:
        super().__init__(what)
        self.what = what
        self.next_step = next_step


@lru_cache(maxsize=1024)  # the same keys are in every file
def resolve_tag(value: str) -> str:
    """Return the tag that a plain (unquoted) scalar gets from how it looks."""
    for tag, pattern in _RESOLVERS.get(value[:1], ()):
        if pattern.match(value):
            return str(tag)
    return TEXT


def parse_scalar(
    value: str, tag: str, *, allow_binary: bool = False
) -> str | int | float | bool | None:
    """Return the value of a scalar with this tag; with `allow_binary`, `bytes` for `!!binary`.

    Raises:
        ScalarError: the tag is not one of plain data, or the value does not fit it.
    """
    if tag in _TEXT_TAGS:
        return value
    if tag == STANDARD + "null":
        return None
    try:
        if tag == STANDARD + "bool":
            return SafeConstructor.bool_values[value.lower()]
        if tag == STANDARD + "int":
            return _parse_int(value)
        if tag == STANDARD + "float":
            return _parse_float(value)
        if allow_binary and tag == STANDARD + "binary":
            # No member of JSON; the caller that allows it expects it.
            return cast("str", base64.decodebytes(value.encode("ascii")))
    except (ValueError, KeyError, IndexError, OverflowError) as error:
        expected = _TYPES[tag.removeprefix(STANDARD)]
        raise ScalarError(
            message("yaml.scalar", value=_truncate(value), type=expected),
            message("yaml.scalar.next"),
        ) from error
    raise unknown_tag_error(tag)


def number(text: str) -> int | float | None:
    """Return the number that YAML reads from a text; `None` for any other text.

    Clock times (`12:30`), which YAML 1.1 counts as numbers, are not numbers here.
    """
    tag = resolve_tag(text)
    if ":" in text or tag not in (STANDARD + "int", STANDARD + "float"):
        return None
    try:
        value = parse_scalar(text, tag)
    except ScalarError:
        return None
    return None if isinstance(value, str) else value


def quote_scalar(text: str) -> str:
    """Return a text of one line in the quotes in which YAML reads it as it is."""
    if "\\" in text or '"' in text:
        return "'" + text.replace("'", "''") + "'"
    return f'"{text}"'


def quoting_step(value: str) -> LocalizedText:
    """Return the advice to quote a text; a long one is not repeated."""
    if len(value) > MAX_SHOWN:
        return message("yaml.quote_long")
    return message("yaml.quote", quoted=quote_scalar(value))


def unknown_tag_error(tag: str) -> ScalarError:
    """Return the error for a tag that is not one of plain data."""
    source = "!!" + tag.removeprefix(STANDARD) if tag.startswith(STANDARD) else tag
    return ScalarError(message("yaml.tag", tag=_truncate(source)), message("yaml.tag.next"))


def _parse_int(value: str) -> int:
    if len(value) > _MAX_NUMBER_LENGTH:
        raise ValueError
    if value.isdecimal() and value.isascii() and value[0] != "0":
        return int(value)
    return int(SafeConstructor().construct_yaml_int(yaml.ScalarNode(STANDARD + "int", value)))


def _parse_float(value: str) -> float:
    if len(value) > _MAX_NUMBER_LENGTH:
        raise ValueError
    number = float(SafeConstructor().construct_yaml_float(yaml.ScalarNode(STANDARD, value)))
    # JSON has no infinity and no NaN; requests and result files could not contain them.
    if not math.isfinite(number):
        raise ValueError
    return number


def _truncate(value: str) -> str:
    return value if len(value) <= 40 else value[:40] + "…"
