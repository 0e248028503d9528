"""A document's data checked by a pydantic model: every mismatch in words, with its place.

Not among `yaml_source`'s own names: only rooms that check an author's file import pydantic.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from coze_harness.model.location import Location, PathPart, SourcePositions, format_path
from coze_harness.text.spelling import suggest_word, yaml_type_name

Shape = TypeVar("Shape", bound=BaseModel)

_WORD = re.compile(r"'([^']*)'")
_EXPECTED: Final[Mapping[str, str]] = {
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
}


class ShapeMismatch(NamedTuple):
    """One thing that does not fit: the sentence, its place, and what to do."""

    what: str
    where: Location
    next_step: str


class ShapeMismatchError(ValueError):
    """Everything in some data that does not fit its shape."""

    def __init__(self, misfits: Sequence[ShapeMismatch]) -> None:
        super().__init__("; ".join(misfit.what for misfit in misfits))
        self.misfits = tuple(misfits)


def check_shape(
    shape: type[Shape], data: Mapping[str, object], positions: SourcePositions
) -> Shape:
    """Return data in a shape.

    Raises:
        ShapeMismatchError: it has another one; has every mismatch.
    """
    try:
        return shape.model_validate(data)
    except ValidationError as cause:
        details = cause.errors(include_url=False)
        reported = [one for one in details if not _is_misspelled(one, details)]
        raise ShapeMismatchError(
            [_mismatch(shape, detail, positions) for detail in reported]
        ) from cause


def unknown_key(
    shape: type[BaseModel], path: Sequence[PathPart], positions: SourcePositions
) -> ShapeMismatch:
    """Return the mismatch of a key that a shape does not have where it is written.

    Args:
        shape: of the whole data.
        path: to the key, from the whole data.
        positions: of the whole data.
    """
    key = str(path[-1])
    inner = {name: _inner_shape(shape, name) for name in shape.model_fields}
    level, above = shape, ""
    for part in path[:-1]:
        if isinstance(part, str) and (model := inner.get(part)) is not None:
            level, above = model, part
    owners = [name for name, model in inner.items() if model and key in model.model_fields]
    if above and key in shape.model_fields:
        hint = f' It belongs beside "{above}", not inside.'
    elif not above and owners:
        hint = f' It belongs inside "{owners[0]}".'
    else:
        hint = suggest_word(key, level.model_fields)
    return ShapeMismatch(
        f'There is no key "{key}" here.{hint}',
        positions.key(*path),
        f"The keys are: {', '.join(level.model_fields)}.",
    )


def _inner_shape(shape: type[BaseModel], name: str) -> type[BaseModel] | None:
    """Return the shape inside a field: its own, or that of its list's members."""
    annotations: list[object] = [shape.model_fields[name].annotation]
    while annotations:
        one = annotations.pop()
        if isinstance(one, type) and issubclass(one, BaseModel):
            return one
        annotations.extend(get_args(one))
    return None


def _is_misspelled(detail: ErrorDetails, details: Sequence[ErrorDetails]) -> bool:
    """Return whether a missing key is there under a misspelled name, which is reported itself."""
    path = detail["loc"]
    return detail["type"] == "missing" and any(
        other["type"] == "extra_forbidden"
        and other["loc"][:-1] == path[:-1]
        and suggest_word(str(other["loc"][-1]), (str(path[-1]),))
        for other in details
    )


def _mismatch(
    shape: type[BaseModel], detail: ErrorDetails, positions: SourcePositions
) -> ShapeMismatch:
    path: tuple[PathPart, ...] = detail["loc"]
    kind = detail["type"]
    if kind == "extra_forbidden":
        return unknown_key(shape, path, positions)
    name = format_path(path)
    value = detail["input"]
    where = positions.at(*path)
    if kind == "missing":
        return ShapeMismatch(f'"{name}" is missing.', where, f"Add `{path[-1]}:` here.")
    if value is None:
        step = "Write a value, or delete the key."
        return ShapeMismatch(f'"{name}" is empty.', positions.key(*path), step)
    if kind in _EXPECTED:
        return _type_mismatch(name, _EXPECTED[kind], value, where, positions.source(*path))
    context = detail.get("ctx") or {}
    if kind == "literal_error":
        words = [word for word in _WORD.findall(str(context.get("expected", ""))) if word]
        what = f'"{name}" has no value "{value}".{suggest_word(str(value), words)}'
        return ShapeMismatch(what, where, f"Write one of: {', '.join(words)}.")
    sentences = {
        "greater_than_equal": f'"{name}" is {value}; it must be at least {context.get("ge")}.',
        "greater_than": f'"{name}" is {value}; it must be more than {context.get("gt")}.',
        "less_than_equal": f'"{name}" is {value}; it must be at most {context.get("le")}.',
        "string_too_short": f'"{name}" is empty.',
        "too_short": f'"{name}" is an empty list.',
    }
    what = sentences.get(kind, f'"{name}": {detail["msg"]}.')
    return ShapeMismatch(what, where, "Correct the value.")


def _type_mismatch(
    name: str, expected: str, value: object, where: Location, source: str
) -> ShapeMismatch:
    if expected == "text" and source:
        return ShapeMismatch(
            f'"{name}" must be text, but YAML read `{source}` as {yaml_type_name(value)}.',
            where,
            f'Put quotes around it: "{source}".',
        )
    steps = {
        "text": "Write one text.",
        "true or false": "Write true or false, without quotes.",
        "a list": f"Write `- ` before each entry, or brackets around them: [{source or '…'}].",
        "a mapping": "Write `key: value` pairs.",
    }
    return ShapeMismatch(
        f'"{name}" must be {expected}, and this is {yaml_type_name(value)}.',
        where,
        steps.get(expected, "Write a number, without quotes."),
    )
