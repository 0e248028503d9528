"""A document's data against a pydantic shape: what does not fit, in words, with its place.

Kept out of `yaml_source`'s own names: only rooms that check an author's file import pydantic.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from coze_harness.model.location import Location, PathPart, SourcePositions, format_path
from coze_harness.text.spelling import suggest_word, yaml_type_name
from coze_harness.yaml_source.record_schema import ShapeMismatch

Shape = TypeVar("Shape", bound=BaseModel)

_WORD = re.compile(r"'([^']*)'")
_WANTED: Mapping[str, str] = {
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "mapping_type": "a mapping",
    "model_type": "a mapping",
}


class ShapeMismatchError(ValueError):
    """Everything in some data that does not fit its shape."""

    def __init__(self, misfits: Sequence[ShapeMismatch]) -> None:
        super().__init__("; ".join(misfit.what for misfit in misfits))
        self.misfits = tuple(misfits)


def check_shape(shape: type[Shape], data: Mapping[str, object], places: SourcePositions) -> Shape:
    """Return data in a shape.

    Raises:
        ShapeMismatchError: it has another shape; contains every mismatch.
    """
    try:
        return shape.model_validate(data)
    except ValidationError as cause:
        details = cause.errors(include_url=False)
        relevant = [one for one in details if not _follows(one, details)]
        raise ShapeMismatchError([_misfit(shape, detail, places) for detail in relevant]) from cause


def unknown_key(
    shape: type[BaseModel], path: Sequence[PathPart], places: SourcePositions
) -> ShapeMismatch:
    """Return the misfit of a key that its place in a shape does not have.

    Args:
        shape: of the whole data.
        path: to the key, from the whole data.
        places: of the whole data.
    """
    key = str(path[-1])
    inner = {name: _inner(shape, name) for name in shape.model_fields}
    level = shape
    for part in path[:-1]:
        if isinstance(part, str) and (model := _inner(level, part)) is not None:
            level = model
    above = "" if level is shape else str(path[0])
    into = [name for name, model in inner.items() if model and key in model.model_fields]
    if above and key in shape.model_fields:
        hint = f' It belongs next to "{above}", not inside.'
    elif not above and into:
        hint = f' It belongs inside "{into[0]}".'
    else:
        hint = suggest_word(key, level.model_fields)
    return ShapeMismatch(
        f'There is no key "{key}" here.{hint}',
        places.key(*path),
        f"The keys are: {', '.join(level.model_fields)}.",
    )


def _inner(shape: type[BaseModel], name: str) -> type[BaseModel] | None:
    """Return the shape inside a field, if it is one: its own, or that of its list's members."""
    waiting = [field.annotation for key, field in shape.model_fields.items() if key == name]
    while waiting:
        one = waiting.pop()
        if isinstance(one, type) and issubclass(one, BaseModel):
            return one
        waiting.extend(get_args(one))
    return None


def _follows(detail: ErrorDetails, details: Sequence[ErrorDetails]) -> bool:
    """Return whether an error follows from another one.

    A missing key may be there under a misspelt name, and a list is too short for pydantic if all
    of its members are wrong.
    """
    path = detail["loc"]
    if detail["type"] == "too_short":
        return any(other["loc"][: len(path)] == path and other is not detail for other in details)
    return detail["type"] == "missing" and any(
        other["type"] == "extra_forbidden"
        and other["loc"][:-1] == path[:-1]
        and suggest_word(str(other["loc"][-1]), (str(path[-1]),))
        for other in details
    )


def _misfit(shape: type[BaseModel], detail: ErrorDetails, places: SourcePositions) -> ShapeMismatch:
    path: tuple[PathPart, ...] = detail["loc"]
    kind = detail["type"]
    if kind == "extra_forbidden":
        return unknown_key(shape, path, places)
    name = format_path(path)
    value = detail["input"]
    if kind == "missing":
        return ShapeMismatch(f'"{name}" is missing.', places.at(*path), f"Add `{path[-1]}:` here.")
    if value is None:
        step = "Write a value, or take the key out."
        return ShapeMismatch(f'"{name}" is empty.', places.key(*path), step)
    if kind in _WANTED:
        return _other_type(name, _WANTED[kind], value, places.at(*path), places.source(*path))
    context = detail.get("ctx") or {}
    if kind in ("literal_error", "enum"):
        words = [word for word in _WORD.findall(str(context.get("expected", ""))) if word]
        what = f'"{name}" cannot be "{value}".{suggest_word(str(value), words)}'
        return ShapeMismatch(what, places.at(*path), f"Write one of: {', '.join(words)}.")
    sentences = {
        "greater_than_equal": f'"{name}" is {value}; it must be at least {context.get("ge")}.',
        "greater_than": f'"{name}" is {value}; it must be more than {context.get("gt")}.',
        "less_than_equal": f'"{name}" is {value}; it must be at most {context.get("le")}.',
        "string_too_short": f'"{name}" is empty.',
        "too_short": f'"{name}" is an empty list.',
    }
    message = detail["msg"].removeprefix("Value error, ")
    what = sentences.get(kind, f'"{name}": {message}.' if name else f"{message}.")
    return ShapeMismatch(what, places.at(*path), "Correct the value.")


def _other_type(
    name: str, wanted: str, value: object, where: Location, source: str
) -> ShapeMismatch:
    if wanted == "text" and source:
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
        f'"{name}" must be {wanted}, and this is {yaml_type_name(value)}.',
        where,
        steps.get(wanted, "Write a number, without quotes."),
    )
