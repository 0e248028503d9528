"""Faults: collected instead of raised, and pydantic's put into words with their places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from harness.errors import ScenarioError, ScenarioFaults
from harness.loader.shapes import ScenarioShape, SuiteShape, TurnShape
from harness.loader.templates import nearest
from harness.location import PathPart, Places

_Shape = TypeVar("_Shape", bound=BaseModel)


class Faults:
    """What is wrong with the files read so far."""

    __slots__ = ("found",)

    def __init__(self) -> None:
        self.found: list[ScenarioError] = []

    def add(self, fault: ScenarioError) -> None:
        """Keep a fault; one that stands for several is taken apart."""
        self.found.extend(fault.faults if isinstance(fault, ScenarioFaults) else (fault,))

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Keep the fault that ends a block, and go on after the block."""
        try:
            yield
        except ScenarioError as fault:
            self.add(fault)

    def settle(self) -> None:
        """Raise what was found, by file and line.

        Raises:
            ScenarioFaults: there are faults.
        """
        if self.found:
            raise ScenarioFaults(sorted(self.found, key=_order))


def _order(fault: ScenarioError) -> tuple[str, int, int]:
    where = fault.where
    return (where.path, where.line, where.column) if where else ("", 0, 0)


def shaped(shape: type[_Shape], data: Mapping[str, object], places: Places) -> _Shape:
    """Return data in a shape.

    Raises:
        ScenarioFaults: it has another one; every misfit is told.
    """
    try:
        return shape.model_validate(data)
    except ValidationError as cause:
        details = cause.errors(include_url=False)
        raise ScenarioFaults([_fault(shape, detail, places) for detail in details]) from cause


def _fault(shape: type[BaseModel], detail: ErrorDetails, places: Places) -> ScenarioError:
    path: tuple[PathPart, ...] = detail["loc"]
    kind = detail["type"]
    if kind == "extra_forbidden":
        return _unknown_key(shape, path, places)
    name = _dotted(path)
    where = places.at(*path)
    if kind == "missing":
        return ScenarioError(
            f'"{name}" is missing.', where=where, next_step=f"Add `{path[-1]}:` here."
        )
    value = detail["input"]
    if value is None:
        return ScenarioError(
            f'"{name}" is empty.',
            where=places.key(*path),
            next_step="Write a value, or take the key out.",
        )
    wanted = _WANTED.get(kind)
    if wanted is not None:
        return _misfit(name, wanted, value, path, places)
    context = detail.get("ctx") or {}
    if kind == "literal_error":
        words = ("published_online", "unpublished_draft")
        return ScenarioError(
            f'"{name}" cannot be "{value}".{nearest(str(value), words)}',
            where=where,
            next_step=f"Write one of: {', '.join(words)}.",
        )
    bound = next((str(context[key]) for key in ("ge", "le", "min_length") if key in context), "")
    sentence = {
        "greater_than_equal": f'"{name}" is {value}; it must be at least {bound}.',
        "less_than_equal": f'"{name}" is {value}; it must be at most {bound}.',
        "string_too_short": f'"{name}" is empty.',
        "too_short": f'"{name}" is an empty list.',
    }.get(kind, f'"{name}": {detail["msg"]}.')
    return ScenarioError(sentence, where=where, next_step="Correct the value.")


_WANTED: Mapping[str, str] = {
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
}


def _misfit(
    name: str, wanted: str, value: object, path: Sequence[PathPart], places: Places
) -> ScenarioError:
    source = places.source(*path)
    where = places.at(*path)
    if wanted == "text" and source:
        return ScenarioError(
            f'"{name}" must be text, but YAML read `{source}` as {nature(value)}.',
            where=where,
            next_step=f'Put quotes around it: "{source}".',
        )
    step = {
        "text": "Write one text.",
        "true or false": "Write true or false, without quotes.",
        "a list": f"Write `- ` before each entry, or [ ] around them: [{source or '…'}].",
        "a mapping": "Write `key: value` pairs.",
    }.get(wanted, "Write a number, without quotes.")
    return ScenarioError(
        f'"{name}" must be {wanted}, and this is {nature(value)}.', where=where, next_step=step
    )


def nature(value: object) -> str:
    """Return what a value is, in YAML's words."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return "text"
    return "a mapping" if isinstance(value, Mapping) else "a list"


def _unknown_key(shape: type[BaseModel], path: Sequence[PathPart], places: Places) -> ScenarioError:
    level: type[BaseModel] = shape
    if "turns" in path[:-1]:
        level = TurnShape
    return unknown_key(level, str(path[-1]), path, places)


def unknown_key(
    shape: type[BaseModel], key: str, path: Sequence[PathPart], places: Places
) -> ScenarioError:
    """Return the fault of a key that a shape does not have, with the nearest one that it has."""
    known = list(shape.model_fields)
    elsewhere = ""
    for other, title in ((ScenarioShape, "a scenario"), (TurnShape, "a turn")):
        if other is not shape and key in other.model_fields and shape is not SuiteShape:
            elsewhere = f" It is a key of {title}."
    hint = nearest(key, known) or elsewhere
    return ScenarioError(
        f'There is no key "{key}" here.{hint}',
        where=places.key(*path),
        next_step=f"The keys are: {', '.join(known)}.",
    )


def _dotted(path: Sequence[PathPart]) -> str:
    shown = ""
    for part in path:
        shown += f"[{part}]" if isinstance(part, int) else f".{part}" if shown else part
    return shown
