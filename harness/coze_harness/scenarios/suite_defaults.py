"""The `defaults:` of a file with several scenarios, applied to each of them."""

from __future__ import annotations

from collections.abc import Mapping

from coze_harness.model import JSON
from coze_harness.model.location import Location, PathPart, SourcePositions
from coze_harness.yaml_source import YamlPositions

_EXCLUSIVE_KEYS = (
    frozenset({"bot", "bots", "workflow"}),
    frozenset({"conversation", "conversation_id"}),
    frozenset({"turns", "simulate"}),
)


def apply_defaults(scenario: Mapping[str, JSON], defaults: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return a scenario's keys with those of the defaults that it does not have itself.

    Mappings (`custom_variables`, `meta_data`) are merged key by key, one level deep. `bot`, `bots`
    and `workflow` replace each other, as `conversation` and `conversation_id` do, and `turns` and
    `simulate`.
    """
    merged = dict(defaults)
    for group in _EXCLUSIVE_KEYS:
        if not group.isdisjoint(scenario):
            for key in group:
                merged.pop(key, None)
    for key, value in scenario.items():
        default = merged.get(key)
        if isinstance(value, Mapping) and isinstance(default, Mapping):
            merged[key] = {**default, **value}
        else:
            merged[key] = value
    return merged


class LayeredPositions:
    """Positions in a scenario, or in the defaults for what only they have."""

    __slots__ = ("_defaults", "_scenario")

    def __init__(self, scenario: YamlPositions, defaults: YamlPositions) -> None:
        self._scenario = scenario
        self._defaults = defaults

    def at(self, *path: PathPart) -> Location:
        """Return where a value begins."""
        return self._layer(path).at(*path)

    def key(self, *path: PathPart) -> Location:
        """Return where the path's last key is written."""
        return self._layer(path).key(*path)

    def source(self, *path: PathPart) -> str:
        """Return a scalar as its author wrote it."""
        return self._layer(path).source(*path)

    def below(self, *path: PathPart) -> SourcePositions:
        """Return the positions inside a value."""
        return self._layer(path).below(*path)

    def _layer(self, path: tuple[PathPart, ...]) -> YamlPositions:
        scenario, defaults = self._scenario, self._defaults
        if not path or scenario.has(*path) or not defaults.has(*path[:2]):
            return scenario
        # A missing `turns[0].prompt` belongs to the layer that has `turns`; mappings are merged.
        is_own = scenario.has(path[0]) and (len(path) == 1 or not scenario.mapping(path[0]))
        return scenario if is_own else defaults
