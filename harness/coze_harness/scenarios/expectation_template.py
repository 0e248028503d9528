"""An expectation whose item has templates, built for one case."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from coze_harness.expectations import build_expectation
from coze_harness.model import JSON
from coze_harness.model.errors import ScenarioError
from coze_harness.model.location import Location, PathPart, SourcePositions
from coze_harness.model.project_code import ProjectCode
from coze_harness.model.trial import Expectation
from coze_harness.scenarios.template_renderer import TemplateRenderer
from coze_harness.yaml_source import number

_Path: TypeAlias = tuple[PathPart, ...]

_ONE_TEMPLATE = re.compile(r"\s*\{\{[^{}]*\}\}\s*")


class ExpectationTemplate:
    """An item with templates; it remembers where its kind needs numbers.

    A text that is one `{{ … }}` and is filled with a number becomes a number where the kind refuses
    text: `length: {max: "{{ max }}"}`. The first case shows which values these are.
    """

    __slots__ = ("_code", "_numeric_paths", "_positions", "item")

    def __init__(self, item: JSON, positions: SourcePositions, code: ProjectCode) -> None:
        self.item = item
        self._positions = positions
        self._code = code
        self._numeric_paths: tuple[_Path, ...] = ()

    @property
    def location(self) -> Location:
        """Where the item is in its scenario file."""
        return self._positions.at()

    def names(self, kind: str) -> bool:
        """Return whether the item has a kind in it, also inside another one."""
        return _has_key(self.item, kind)

    def fill(self, values: Mapping[str, JSON], renderer: TemplateRenderer) -> Expectation:
        """Build the expectation for one case.

        Raises:
            ScenarioError: it cannot be filled or built.
        """
        positions = self._positions
        filled_item = renderer.value(self.item, values, lambda path: positions.at(*path))
        if self._numeric_paths:
            numbers = dict(_numbers(self.item, filled_item, ()))
            for path in self._numeric_paths:
                if path in numbers:
                    filled_item = _replace_at(filled_item, path, numbers[path])
        try:
            return build_expectation(filled_item, positions, self._code)
        except ScenarioError as error:
            numbers = dict(_numbers(self.item, filled_item, ()))
            if not numbers:
                raise
            return self._build_with_numbers(filled_item, numbers, error)

    def _build_with_numbers(
        self, filled_item: JSON, numbers: dict[_Path, int | float], error: ScenarioError
    ) -> Expectation:
        """Put numbers where the errors point, one after the other."""
        paths = list(self._numeric_paths)
        while numbers:
            path = next((p for p in numbers if self._positions.at(*p) == error.where), None)
            if path is None:
                break
            filled_item = _replace_at(filled_item, path, numbers.pop(path))
            paths.append(path)
            try:
                expectation = build_expectation(filled_item, self._positions, self._code)
            except ScenarioError as next_error:
                error = next_error
            else:
                self._numeric_paths = tuple(paths)
                return expectation
        raise error


DeclaredExpectation: TypeAlias = Expectation | ExpectationTemplate
"""An item of `expect:`, built unless it has templates."""


def fill_expectations(
    items: Iterable[DeclaredExpectation], values: Mapping[str, JSON], renderer: TemplateRenderer
) -> tuple[Expectation, ...]:
    """Return the expectations for one case.

    Raises:
        ScenarioError: one cannot be filled or built.
    """
    return tuple(
        [
            one.fill(values, renderer) if isinstance(one, ExpectationTemplate) else one
            for one in items
        ]
    )


def _has_key(item: JSON, key: str) -> bool:
    if isinstance(item, dict):
        return key in item or any(_has_key(one, key) for one in item.values())
    return isinstance(item, list) and any(_has_key(one, key) for one in item)


def _numbers(item: JSON, filled_item: JSON, path: _Path) -> list[tuple[_Path, int | float]]:
    """Return the numbers that texts of one template each were filled with, by path."""
    if isinstance(item, str) and isinstance(filled_item, str):
        value = number(filled_item.strip()) if _ONE_TEMPLATE.fullmatch(item) else None
        return [] if value is None else [(path, value)]
    if isinstance(item, dict) and isinstance(filled_item, dict):
        return [one for k, v in item.items() for one in _numbers(v, filled_item[k], (*path, k))]
    if isinstance(item, list) and isinstance(filled_item, list):
        pairs = enumerate(zip(item, filled_item, strict=True))
        return [one for i, (v, f) in pairs for one in _numbers(v, f, (*path, i))]
    return []


def _replace_at(value: JSON, path: _Path, new: JSON) -> JSON:
    if not path:
        return new
    if isinstance(value, dict):
        return {k: _replace_at(v, path[1:], new) if k == path[0] else v for k, v in value.items()}
    if isinstance(value, list):
        return [_replace_at(v, path[1:], new) if i == path[0] else v for i, v in enumerate(value)]
    return value
