"""An expectation from an item with templates, for one case."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias

from coze_harness.expectations import build_expectation
from coze_harness.model import JSON
from coze_harness.model.errors import ScenarioError
from coze_harness.model.location import PathPart, SourcePositions
from coze_harness.model.trial import Expectation
from coze_harness.scenarios.template_renderer import TemplateRenderer
from coze_harness.yaml_source import number

_Path: TypeAlias = tuple[PathPart, ...]

_ALONE = re.compile(r"\s*\{\{[^{}]*\}\}\s*")


class ExpectationTemplate:
    """An item with templates; it remembers where its kind wants numbers.

    A text that was one `{{ … }}` and gives a number's text is taken as a number where the kind does
    not take it as text: `length: {max: "{{ max }}"}`. Which places these are, the first case shows.
    """

    __slots__ = ("_item", "_numeric", "_places")

    def __init__(self, item: JSON, places: SourcePositions) -> None:
        self._item = item
        self._places = places
        self._numeric: tuple[_Path, ...] = ()

    @property
    def item(self) -> JSON:
        """The item as it is written."""
        return self._item

    def filled(self, values: Mapping[str, JSON], filler: TemplateRenderer) -> Expectation:
        """Build the expectation for one case.

        Raises:
            ScenarioError: it cannot be filled or built.
        """
        places = self._places
        filled = filler.value(self._item, values, lambda path: places.at(*path))
        if self._numeric:
            numbers = dict(_numbers(self._item, filled, ()))
            for path in self._numeric:
                if path in numbers:
                    filled = _replaced(filled, path, numbers[path])
        try:
            return build_expectation(filled, places)
        except ScenarioError as refusal:
            numbers = dict(_numbers(self._item, filled, ()))
            if not numbers:
                raise
            return self._with_numbers(filled, numbers, refusal)

    def _with_numbers(
        self, filled: JSON, numbers: dict[_Path, int | float], refusal: ScenarioError
    ) -> Expectation:
        """Put numbers where the refusals point, one after the other."""
        offered, taken = refusal, list(self._numeric)
        while numbers:
            path = next((p for p in numbers if self._places.at(*p) == offered.where), None)
            if path is None:
                raise offered
            filled = _replaced(filled, path, numbers.pop(path))
            taken.append(path)
            try:
                built = build_expectation(filled, self._places)
            except ScenarioError as next_refusal:
                offered = next_refusal
            else:
                self._numeric = tuple(taken)
                return built
        raise offered


def _numbers(item: JSON, filled: JSON, path: _Path) -> list[tuple[_Path, int | float]]:
    """Return the paths of lone templates that were filled with a number's text."""
    if isinstance(item, str) and isinstance(filled, str):
        value = number(filled.strip()) if _ALONE.fullmatch(item) else None
        return [] if value is None else [(path, value)]
    if isinstance(item, dict) and isinstance(filled, dict):
        return [hit for k, v in item.items() for hit in _numbers(v, filled[k], (*path, k))]
    if isinstance(item, list) and isinstance(filled, list):
        pairs = enumerate(zip(item, filled, strict=True))
        return [hit for i, (v, f) in pairs for hit in _numbers(v, f, (*path, i))]
    return []


def _replaced(value: JSON, path: _Path, new: JSON) -> JSON:
    if not path:
        return new
    if isinstance(value, dict):
        return {k: _replaced(v, path[1:], new) if k == path[0] else v for k, v in value.items()}
    if isinstance(value, list):
        return [_replaced(v, path[1:], new) if i == path[0] else v for i, v in enumerate(value)]
    return value
