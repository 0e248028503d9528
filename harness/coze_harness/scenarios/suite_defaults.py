"""The `defaults:` of a suite file, laid beneath each of its scenarios."""

from __future__ import annotations

from collections.abc import Mapping

from coze_harness.model import JSON
from coze_harness.model.location import Location, PathPart, SourcePositions
from coze_harness.yaml_source import YamlPositions

_RIVALS = (frozenset({"bot", "bots", "workflow"}), frozenset({"conversation", "conversation_id"}))


def apply_defaults(over: Mapping[str, JSON], under: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return a scenario's keys over the defaults'.

    Mappings (`custom_variables`, `meta_data`) are joined key by key, one level deep; of anything
    else the scenario's own value stands. `bot`, `bots` and `workflow` take each other's place, as
    `conversation` and `conversation_id` do.
    """
    made = dict(under)
    for rivals in _RIVALS:
        if not rivals.isdisjoint(over):
            for key in rivals:
                made.pop(key, None)
    for key, value in over.items():
        beneath = made.get(key)
        if isinstance(value, Mapping) and isinstance(beneath, Mapping):
            made[key] = {**beneath, **value}
        else:
            made[key] = value
    return made


class LayeredPositions:
    """Places in a scenario, or in the defaults for what only they hold."""

    __slots__ = ("_over", "_under")

    def __init__(self, over: YamlPositions, under: YamlPositions) -> None:
        self._over = over
        self._under = under

    def at(self, *path: PathPart) -> Location:
        """Return where a value begins."""
        return self._holder(path).at(*path)

    def key(self, *path: PathPart) -> Location:
        """Return where the path's last key is written."""
        return self._holder(path).key(*path)

    def source(self, *path: PathPart) -> str:
        """Return a scalar as its author wrote it."""
        return self._holder(path).source(*path)

    def below(self, *path: PathPart) -> SourcePositions:
        """Return the places of a value inside this one."""
        return self._holder(path).below(*path)

    def _holder(self, path: tuple[PathPart, ...]) -> YamlPositions:
        if self._over.has(*path) or not path:
            return self._over
        # `turns[0].prompt` that is missing belongs to whoever holds `turns`, not to the defaults.
        return (
            self._under if self._under.has(*path[:2]) and not _own(self._over, path) else self._over
        )


def _own(over: YamlPositions, path: tuple[PathPart, ...]) -> bool:
    """Tell whether the scenario holds the value that the path leads into, other than a mapping."""
    return over.has(path[0]) and (len(path) == 1 or not over.mapping(path[0]))
