"""What changed about a bot, from what it was said to be on both sides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from coze_harness.model import JSON, BotComparison, BotDifference, BotSnapshot
from coze_harness.text.json_text import dump_sorted_json

# Times of saving say nothing that the version does not, and an icon's address is signed anew at
# each look: neither is a change of the bot.
_VOLATILE: Final = frozenset(
    {
        "create_time",
        "created_at",
        "icon_uri",
        "icon_url",
        "publish_time",
        "published_at",
        "update_time",
        "updated_at",
    }
)
# What tells an item of a list from its neighbours, in Coze's lists of plugins, their tools,
# workflows, knowledge, variables and commands.
_IDENTITIES: Final = ("id", "plugin_id", "api_id", "workflow_id", "keyword", "command", "name")
_LABELS: Final = ("name", "keyword", "command", "id", "plugin_id", "api_id", "workflow_id")
# No bot is described in more levels; a file that was made by hand may be.
_DEEPEST: Final = 20


@dataclass(frozen=True, slots=True)
class BotPair:
    """A bot's two snapshots as one trial has them.

    Of all trials the one of least `rank` speaks for its bot, so that the order in which they finish
    does not matter: one that knows both sides, then the first by its id.
    """

    trial: str
    before: BotSnapshot | None
    after: BotSnapshot | None

    @property
    def rank(self) -> tuple[int, str]:
        """Return what the pair is chosen by."""
        return (2 - _is_known(self.before) - _is_known(self.after), self.trial)

    def change(self, bot: str) -> BotComparison:
        """Return what changed about the bot of this name."""
        return BotComparison(
            bot=bot,
            before=self.before,
            after=self.after,
            differences=snapshot_differences(self.before, self.after),
            known=_is_known(self.before) and _is_known(self.after),
        )


def snapshot_differences(
    before: BotSnapshot | None, after: BotSnapshot | None
) -> tuple[BotDifference, ...]:
    """Return everything but the prompt that is not what it was; nothing where a side is not known.

    A difference is named by its path: ``model.temperature``, ``plugins[weather]``,
    ``plugins[weather].description``. Items of lists are matched by their id or name and plain ones
    by their value; the order of keys and items does not matter. Numbers that are equal (1 and 1.0)
    are; of addresses, what follows ``?`` or ``#`` does not count, which is where signatures stand.
    """
    if before is None or after is None or not (_is_known(before) and _is_known(after)):
        return ()
    return tuple(_objects("", _described(before), _described(after)))


def is_unchanged(before: BotSnapshot | None, after: BotSnapshot | None) -> bool:
    """Tell whether a bot is known to be in nothing but volatile matters other than it was."""
    if before is None or after is None or not (_is_known(before) and _is_known(after)):
        return False
    return before.prompt == after.prompt and not snapshot_differences(before, after)


def _is_known(snapshot: BotSnapshot | None) -> bool:
    return (
        snapshot is not None
        and not snapshot.warning
        and bool(snapshot.version or snapshot.model or snapshot.prompt or snapshot.details)
    )


def _described(snapshot: BotSnapshot) -> dict[str, JSON]:
    # The snapshot's `settings` are its model's, and are named so.
    details = dict(snapshot.details)
    settings = details.pop("settings", None)
    described: dict[str, JSON] = {"version": snapshot.version, "model": snapshot.model}
    if isinstance(settings, Mapping):
        described |= {f"model.{name}": value for name, value in settings.items()}
    else:
        described["model.settings"] = settings
    return _fields(described | details, 1)


def _settled(value: JSON, depth: int) -> JSON:
    """Return a value without what is volatile, in one of its equal ways of being written."""
    if isinstance(value, str):
        return _address(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if not isinstance(value, Mapping | Sequence):
        return value
    if depth > _DEEPEST:
        return "(nested too deep to be compared)"
    if isinstance(value, Mapping):
        return _fields(value, depth + 1)
    return [_settled(item, depth + 1) for item in value]


def _fields(value: Mapping[str, JSON], depth: int) -> dict[str, JSON]:
    # Coze sends what is not set as empty text, or not at all.
    return {
        name: _settled(item, depth)
        for name, item in value.items()
        if item != "" and name not in _VOLATILE
    }


def _address(text: str) -> str:
    if not text.startswith(("https://", "http://")) or any(map(str.isspace, text)):
        return text
    return text.partition("?")[0].partition("#")[0]


def _values(path: str, before: JSON, after: JSON) -> Iterator[BotDifference]:
    """Give the differences of two values; `None` is one that is not there."""
    if isinstance(before, dict | None) and isinstance(after, dict | None):
        yield from _objects(f"{path}.", before or {}, after or {})
    elif isinstance(before, list | None) and isinstance(after, list | None):
        yield from _lists(path, before or [], after or [])
    else:
        yield from _whole(path, before, after)


def _whole(path: str, before: JSON, after: JSON) -> Iterator[BotDifference]:
    was, now = _text(before), _text(after)
    if was != now:
        yield BotDifference(name=path, before=was, after=now)


def _objects(
    path: str, before: Mapping[str, JSON], after: Mapping[str, JSON]
) -> Iterator[BotDifference]:
    for name in dict.fromkeys((*before, *after)):
        yield from _values(f"{path}{name}", before.get(name), after.get(name))


def _lists(path: str, before: Sequence[JSON], after: Sequence[JSON]) -> Iterator[BotDifference]:
    old, new = _items(before), _items(after)
    for identity in old | new:
        was, now = old.get(identity), new.get(identity)
        place = f"{path}[{_label(was if now is None else now)}]"
        if was is None or now is None:
            # What came or went is told as one thing, and not by each of its parts.
            yield from _whole(place, was, now)
        else:
            yield from _values(place, was, now)


def _items(values: Sequence[JSON]) -> dict[tuple[str, int], JSON]:
    """Return a list's items by what identifies them, and the how manieth of these each is."""
    items: dict[tuple[str, int], JSON] = {}
    seen: Counter[str] = Counter()
    for value in values:
        identity = _text(_first(value, _IDENTITIES))
        seen[identity] += 1
        items[identity, seen[identity]] = value
    return items


def _label(value: JSON) -> str:
    known = _first(value, _LABELS)
    return known if isinstance(known, str) else _text(known)


def _first(value: JSON, names: Sequence[str]) -> JSON:
    """Return the first of an object's fields that is there; whatever is no such object itself."""
    if isinstance(value, dict):
        for name in names:
            found = value.get(name)
            if found and isinstance(found, str | int):
                return found
    return value


def _text(value: JSON) -> str:
    return "" if value is None else dump_sorted_json(value).decode()
