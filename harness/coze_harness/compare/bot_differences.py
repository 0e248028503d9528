"""Finds the differences between two snapshots of a bot."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeGuard

from msgspec import Struct

from coze_harness.model import JSON, BotComparison, BotDifference, BotSnapshot
from coze_harness.text.json_text import dump_sorted_json

# Not changes of the bot: the time of saving adds nothing to the version, and the URL of an icon has
# a new signature in each response.
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
# The fields that identify an item in Coze's lists of plugins, their tools, workflows, knowledge,
# variables and commands; and those that name it for people.
_IDENTITIES: Final = ("id", "plugin_id", "api_id", "workflow_id", "keyword", "command", "name")
_LABELS: Final = ("name", "keyword", "command", "id", "plugin_id", "api_id", "workflow_id")
# Real snapshots have fewer levels; those of an edited cassette may have more.
_MAX_DEPTH: Final = 20


class BotPair(Struct, frozen=True):
    """The two snapshots of a bot in one trial.

    The trial with the lowest `rank` is used for its bot, so that the order of the trials does not
    matter: those with both snapshots first, then by id.
    """

    trial: str
    before: BotSnapshot | None
    after: BotSnapshot | None

    @property
    def rank(self) -> tuple[int, str]:
        """The number of snapshots that are missing, and the trial's id."""
        return (2 - _is_known(self.before) - _is_known(self.after), self.trial)

    def compare(self, bot: str) -> BotComparison:
        """Compare the snapshots of the bot with this name."""
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
    """Return all differences but that of the prompt; none if a snapshot is missing or empty.

    A difference is named by its path: ``model.temperature``, ``plugins[weather]``,
    ``plugins[weather].description``. Items of lists are matched by id or name, simple values by
    their value; the order of keys and items is ignored. Equal numbers (1 and 1.0) do not differ. In
    URLs the part after ``?`` or ``#`` is ignored, because it contains signatures.
    """
    if not (_is_known(before) and _is_known(after)):
        return ()
    return tuple(_compare_objects("", _as_fields(before), _as_fields(after)))


def is_unchanged(before: BotSnapshot | None, after: BotSnapshot | None) -> bool:
    """Return whether both snapshots are known, and neither prompt nor settings differ."""
    if not (_is_known(before) and _is_known(after)):
        return False
    return before.prompt == after.prompt and not snapshot_differences(before, after)


def version_digest(bot_id: str, snapshot: BotSnapshot | None) -> str:
    """Return a digest of a bot's version and configuration: 12 digits; empty if it is unknown.

    Of a version that Coze does not describe, only its number is known, which is enough: a published
    version never changes.
    """
    if _is_known(snapshot):
        content: JSON = [bot_id, snapshot.prompt, _as_fields(snapshot)]
    elif snapshot and snapshot.version:
        content = [bot_id, snapshot.version]
    else:
        return ""
    return hashlib.sha256(dump_sorted_json(content)).hexdigest()[:12]


def _is_known(snapshot: BotSnapshot | None) -> TypeGuard[BotSnapshot]:
    return (
        snapshot is not None
        and not snapshot.warning
        and bool(snapshot.version or snapshot.model or snapshot.prompt or snapshot.details)
    )


def _as_fields(snapshot: BotSnapshot) -> dict[str, JSON]:
    details = dict(snapshot.details)
    # The settings of a snapshot are those of its model.
    settings = details.pop("settings", None)
    fields: dict[str, JSON] = {"version": snapshot.version, "model": snapshot.model}
    if isinstance(settings, Mapping):
        fields |= {f"model.{name}": value for name, value in settings.items()}
    else:
        fields["model.settings"] = settings
    return _normalize_fields(fields | details, 1)


def _normalize(value: JSON, depth: int) -> JSON:
    """Return a value without volatile parts, so that equivalent values are equal."""
    if isinstance(value, str):
        return _without_signature(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if not isinstance(value, Mapping | Sequence):
        return value
    if depth > _MAX_DEPTH:
        return "…"
    if isinstance(value, Mapping):
        return _normalize_fields(value, depth + 1)
    return [_normalize(item, depth + 1) for item in value]


def _normalize_fields(value: Mapping[str, JSON], depth: int) -> dict[str, JSON]:
    # Coze sends a field that is not set as empty text, or leaves it out.
    return {
        name: _normalize(item, depth)
        for name, item in value.items()
        if item != "" and name not in _VOLATILE
    }


def _without_signature(text: str) -> str:
    if not text.startswith(("https://", "http://")) or any(map(str.isspace, text)):
        return text
    return text.partition("?")[0].partition("#")[0]


def _compare_values(path: str, before: JSON, after: JSON) -> Iterator[BotDifference]:
    """Yield the differences of two values; `None` is an absent one."""
    if isinstance(before, dict | None) and isinstance(after, dict | None):
        yield from _compare_objects(f"{path}.", before or {}, after or {})
    elif isinstance(before, list | None) and isinstance(after, list | None):
        yield from _compare_lists(path, before or [], after or [])
    else:
        yield from _compare_whole(path, before, after)


def _compare_whole(path: str, before: JSON, after: JSON) -> Iterator[BotDifference]:
    old, new = _text(before), _text(after)
    if old != new:
        yield BotDifference(name=path, before=old, after=new)


def _compare_objects(
    path: str, before: Mapping[str, JSON], after: Mapping[str, JSON]
) -> Iterator[BotDifference]:
    for name in dict.fromkeys((*before, *after)):
        yield from _compare_values(f"{path}{name}", before.get(name), after.get(name))


def _compare_lists(
    path: str, before: Sequence[JSON], after: Sequence[JSON]
) -> Iterator[BotDifference]:
    old_items, new_items = _items(before), _items(after)
    for identity in old_items | new_items:
        old, new = old_items.get(identity), new_items.get(identity)
        item_path = f"{path}[{_label(old if new is None else new)}]"
        if old is None or new is None:
            # An added or removed item is one difference, not one for each of its fields.
            yield from _compare_whole(item_path, old, new)
        else:
            yield from _compare_values(item_path, old, new)


def _items(values: Sequence[JSON]) -> dict[tuple[str, int], JSON]:
    """Return a list's items by their identity and a number that counts equal identities."""
    items: dict[tuple[str, int], JSON] = {}
    counts: Counter[str] = Counter()
    for value in values:
        identity = _text(_first_field(value, _IDENTITIES))
        counts[identity] += 1
        items[identity, counts[identity]] = value
    return items


def _label(value: JSON) -> str:
    label = _first_field(value, _LABELS)
    return label if isinstance(label, str) else _text(label)


def _first_field(value: JSON, names: Sequence[str]) -> JSON:
    """Return the first of an object's fields that is set; without any, the value itself."""
    if isinstance(value, dict):
        for name in names:
            item = value.get(name)
            if item and isinstance(item, str | int):
                return item
    return value


def _text(value: JSON) -> str:
    return "" if value is None else dump_sorted_json(value).decode()
