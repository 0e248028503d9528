"""An expectation from an item with templates, for one case."""

from __future__ import annotations

import re
from collections.abc import Mapping

from harness.document import number
from harness.errors import ScenarioError
from harness.expectations import build
from harness.loader.templates import Filler
from harness.location import PathPart, Places
from harness.model import JSON
from harness.ports import Expectation

_ALONE = re.compile(r"\s*\{\{[^{}]*\}\}\s*")


def filled_expectation(
    item: JSON, places: Places, values: Mapping[str, JSON], filler: Filler
) -> Expectation:
    """Build an expectation from a filled item.

    A text that was one `{{ … }}` and gives a number's text is taken as a number where the kind does
    not take it as text: `length: {max: "{{ max }}"}`.

    Raises:
        ScenarioError: it cannot be filled or built.
    """
    filled = filler.value(item, values, lambda path: places.at(*path))
    try:
        return build(filled, places)
    except ScenarioError as refusal:
        numbers = dict(_numbers(item, filled, ()))
        if not numbers:
            raise
        return _with_numbers(filled, numbers, places, refusal)


def _with_numbers(
    filled: JSON,
    numbers: dict[tuple[PathPart, ...], int | float],
    places: Places,
    refusal: ScenarioError,
) -> Expectation:
    """Put numbers where the refusals point, one after the other."""
    offered = refusal
    while numbers:
        path = next((p for p in numbers if places.at(*p) == offered.where), None)
        if path is None:
            raise offered
        filled = _replaced(filled, path, numbers.pop(path))
        try:
            return build(filled, places)
        except ScenarioError as next_refusal:
            offered = next_refusal
    raise offered


def _numbers(
    item: JSON, filled: JSON, path: tuple[PathPart, ...]
) -> list[tuple[tuple[PathPart, ...], int | float]]:
    """Return the paths of lone templates that were filled with a number's text."""
    if isinstance(item, str) and isinstance(filled, str):
        value = number(filled.strip()) if _ALONE.fullmatch(item) else None
        return [] if value is None else [(path, value)]
    if isinstance(item, Mapping) and isinstance(filled, Mapping):
        return [hit for k, v in item.items() for hit in _numbers(v, filled[k], (*path, k))]
    if isinstance(item, list) and isinstance(filled, list):
        pairs = enumerate(zip(item, filled, strict=True))
        return [hit for i, (v, f) in pairs for hit in _numbers(v, f, (*path, i))]
    return []


def _replaced(value: JSON, path: tuple[PathPart, ...], new: JSON) -> JSON:
    if not path:
        return new
    if isinstance(value, Mapping):
        return {k: _replaced(v, path[1:], new) if k == path[0] else v for k, v in value.items()}
    if isinstance(value, list):
        return [_replaced(v, path[1:], new) if i == path[0] else v for i, v in enumerate(value)]
    return value
