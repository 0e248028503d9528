"""Reading a script: YAML to `Script`, every fault with its place and the nearest known word."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from types import UnionType
from typing import Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from coze_harness.model.errors import ScenarioError, ScenarioErrors, UsageError
from coze_harness.model.location import PathPart, SourcePositions
from coze_harness.server.script_schema import Script
from coze_harness.yaml_source import read_yaml

_DEMO = "demo.yaml"
_NEXT = "Edit the script; docs/server.md shows the format."


def load_script(path: Path) -> Script:
    """Return the script in a YAML file.

    Raises:
        UsageError: the file cannot be read.
        ScenarioError: it is not YAML, or not a script; with several faults, `ScenarioErrors`.
    """
    try:
        source = path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"The script {path} cannot be read: {error.strerror or error}.",
            next_step="Name an existing file, or use --demo.",
        ) from error
    return parse_script(source, str(path))


def demo_script() -> Script:
    """Return the script that ships with the program."""
    return parse_script(resources.files("coze_harness.server").joinpath(_DEMO).read_bytes(), _DEMO)


def parse_script(source: bytes | str, path: str) -> Script:
    """Return the script in a YAML text; `path` is what its faults are reported under.

    Raises:
        ScenarioError: the text is not YAML, or not a script; with several faults, `ScenarioErrors`.
    """
    document = read_yaml(source, path, ScenarioError)
    try:
        return Script.model_validate(document.data)
    except ValidationError as error:
        faults = _faults(error.errors(include_url=False), document.positions)
    if len(faults) == 1:
        raise faults[0]
    raise ScenarioErrors(faults)


def _faults(details: Sequence[ErrorDetails], places: SourcePositions) -> list[ScenarioError]:
    """Return the faults in the file's order, without those that follow from another one."""
    paths = [detail["loc"] for detail in details]
    faults = [
        (places.at(*detail["loc"]), _located(detail, places))
        for detail in details
        if detail["type"] != "too_short"
        or not any(
            path != detail["loc"] and path[: len(detail["loc"])] == detail["loc"] for path in paths
        )
    ]
    faults.sort(key=lambda fault: (fault[0].line, fault[0].column))
    return [fault for _, fault in faults]


def _located(detail: ErrorDetails, places: SourcePositions) -> ScenarioError:
    path = detail["loc"]
    last = path[-1] if path else ""
    if detail["type"] == "extra_forbidden":
        words = _keys(path[:-1])
        return ScenarioError(
            f"Unknown key {last!r} in {_named(path[:-1])}{_nearest(str(last), words)}.",
            where=places.key(*path),
            next_step=_NEXT,
            detail=[f"known keys: {', '.join(words)}"],
        )
    where = places.at(*path)
    what = _sentence(detail, f"{_named(path)}: ")
    if detail["type"] == "string_type" and isinstance(detail["input"], bool | int | float):
        written = places.source(*path) or str(detail["input"])
        return ScenarioError(
            f"{_named(path)}: text is meant, and YAML reads {written} as something else.",
            where=where,
            next_step=f'Write it in quotes: "{written}".',
        )
    return ScenarioError(what, where=where, next_step=_NEXT)


def _sentence(detail: ErrorDetails, head: str) -> str:
    if detail["type"] in ("enum", "literal_error"):
        words = [
            word.strip(" '") for word in detail["ctx"]["expected"].replace(" or ", ",").split(",")
        ]
        given = detail["input"]
        return (
            f"{head}{given!r} is not known{_nearest(str(given), words)}; known: {', '.join(words)}."
        )
    if detail["type"] == "too_short":
        return f"{head}it must not be empty."
    message = detail["msg"].removeprefix("Value error, ")
    return f"{head}{message[:1].lower()}{message[1:]}."


def _nearest(word: str, words: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, words, n=1, cutoff=0.5)
    return f"; did you mean {near[0]!r}" if near else ""


def _named(path: Sequence[PathPart]) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".") or "the script"


def _keys(path: Sequence[PathPart]) -> list[str]:
    """Return the keys known at a place, found by walking down the models' annotations."""
    here: list[type[BaseModel]] = [Script]
    for part in path:
        if isinstance(part, str):
            fields = [m.model_fields[part].annotation for m in here if part in m.model_fields]
            here = [found for annotation in fields for found in _models(annotation)] or here
    return [key for found in here for key in found.model_fields]


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) in (tuple, Union, UnionType, Mapping) or get_args(annotation):
        for argument in get_args(annotation):
            yield from _models(argument)
