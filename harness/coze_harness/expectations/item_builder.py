"""From one item of an `expect:` list to an expectation, or to an error that says what to edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from coze_harness.expectations.foreign_kind_names import NOT_YET, native_kind, native_spelling
from coze_harness.expectations.item_argument import ItemArgument, guess, listed, quoted
from coze_harness.expectations.kind import CommonFields, ExpectationKind, ItemContext
from coze_harness.expectations.kind_registry import BY_NAME
from coze_harness.model import JSON, Severity
from coze_harness.model.errors import ScenarioError
from coze_harness.model.location import SourcePositions

OUTER_KEYS: Final = ("weight", "severity")
"""Keys that say how much a verdict counts: an expectation inside another one gives none."""
COMMON_KEYS: Final = ("name", *OUTER_KEYS)
OPTION_KEYS: Final = tuple(dict.fromkeys(key for kind in BY_NAME.values() for key in kind.options))
_EXAMPLE: Final = 'contains: "…"'


def build_expectation(item: JSON, places: SourcePositions) -> ExpectationKind:
    """Build the expectation that an item of `expect:` declares.

    Args:
        item: a text, which means `contains`, or a mapping with exactly one kind and, beside it,
            the keys that all kinds share (`name`, `weight`, `severity`) and text options.
        places: where the item is written.

    Raises:
        ScenarioError: the item declares no expectation; says where and what to write instead.
    """
    return _build(item, places, outer=True)


def _build_inner(item: JSON, places: SourcePositions) -> ExpectationKind:
    """Build an expectation that stands inside another one."""
    return _build(item, places, outer=False)


def _build(item: JSON, places: SourcePositions, *, outer: bool) -> ExpectationKind:
    whole = ItemArgument(item, places, ())
    if isinstance(item, str):
        return _bare(whole)
    if not isinstance(item, dict):
        raise _no_item(whole)
    name = _kind_name(item, whole)
    common = _usual(places)
    options: Mapping[str, ItemArgument] = {}
    if len(item) > 1:
        if not outer:
            _refuse_outer(item, whole)
        options = _options(name, item, whole)
        _take_common(common, item, whole)
    return BY_NAME[name].parse(
        whole.child(name, item[name]),
        ItemContext(common=common, options=options, build_inner=_build_inner),
    )


def _refuse_outer(item: Mapping[str, JSON], whole: ItemArgument) -> None:
    for key in OUTER_KEYS:
        if key in item:
            raise whole.key_refusal(
                key,
                f'"{key}" means nothing for an expectation inside another one.',
                "move it to the outer expectation",
            )


def _options(name: str, item: Mapping[str, JSON], whole: ItemArgument) -> dict[str, ItemArgument]:
    """Return the text options beside a kind; one that it does not take is refused."""
    options = {key: whole.child(key, item[key]) for key in OPTION_KEYS if key in item}
    for key in options:
        if key not in BY_NAME[name].options:
            raise whole.key_refusal(
                key,
                f'"{key}" means nothing beside "{name}".',
                f'delete it, or write it with a text: contains: {{text: "…", {key}: …}}',
            )
    return options


def _bare(whole: ItemArgument) -> ExpectationKind:
    """Build `contains` from a bare text."""
    if not whole.value:
        raise whole.error_at(
            "an empty text is expected, and every answer contains it.",
            "write the text, or delete the item",
        )
    item = ItemContext(common=_usual(whole.positions), options={}, build_inner=_build_inner)
    return BY_NAME["contains"].parse(whole, item)


def _no_item(whole: ItemArgument) -> ScenarioError:
    """Return the error for an item that is neither text nor mapping."""
    if isinstance(whole.value, list):
        return whole.error_at(
            "an expectation is a text or a mapping; this is a list.",
            "take the extra dash away, or write any_of: […]",
        )
    written = whole.positions.source()
    if whole.value is None and not written:
        return whole.error_at("there is nothing behind this dash.", f"write {_EXAMPLE}")
    return whole.type_error("text or a mapping", f"put quotes around it: {quoted(written)}")


def _kind_name(item: Mapping[str, JSON], whole: ItemArgument) -> str:
    """Return the one kind that an item names.

    Raises:
        ScenarioError: it names none, several, or one that there is not.
    """
    if len(item) == 1:
        (only,) = item
        if only in BY_NAME:
            return only
    named = [key for key in item if key in BY_NAME]
    rest = [key for key in item if key not in BY_NAME and key not in (*COMMON_KEYS, *OPTION_KEYS)]
    if rest:
        raise _unknown(rest[0], named, item, whole)
    if len(named) == 1:
        return named[0]
    if named:
        raise whole.key_refusal(
            named[1],
            f"one item holds several kinds: {listed(named)}.",
            f'begin a new item for it: "- {named[1]}: …"',
        )
    what = f"it has only {listed(item)}" if item else "it is empty"
    raise whole.error_at(f"this expectation names no kind; {what}.", f"write {_EXAMPLE}")


def _unknown(
    key: str, named: Sequence[str], item: Mapping[str, JSON], whole: ItemArgument
) -> ScenarioError:
    """Return the error for a key that is neither a kind nor one that goes with every kind."""
    if key in NOT_YET:
        return whole.key_refusal(
            key, f'"{key}" is not available in this version.', f"use one of: {listed(BY_NAME)}"
        )
    for name in named:
        if key in BY_NAME[name].keys:
            return whole.key_refusal(
                key,
                f'"{key}" belongs into "{name}" and stands beside it.',
                f"indent it, or write {name}: {{…, {key}: …}}",
            )
    if key == "type" and isinstance(item["type"], str):
        asked = item["type"]
        here = f"{asked}: …" if asked in BY_NAME else native_spelling(asked, frozenset(BY_NAME))
        return whole.key_refusal(
            key,
            'an expectation is written "kind: value", without type and value.',
            f"write {here or _EXAMPLE}",
        )
    if here := native_spelling(key, frozenset(BY_NAME)):
        later = native_kind(here) in NOT_YET
        what = f'"{key}" is called "{native_kind(here)}" here'
        return whole.key_refusal(
            key,
            f"{what}, and that is not available in this version." if later else f"{what}.",
            f"use one of: {listed(BY_NAME)}" if later else f"write {here}",
        )
    known = (*COMMON_KEYS, *OPTION_KEYS) if named else tuple(BY_NAME)
    what = "key of an expectation" if named else "kind of expectation"
    return whole.key_refusal(
        key,
        f'"{key}" is no {what}{guess(str(key), known)}',
        f"use one of: {listed(known)}",
    )


def _usual(places: SourcePositions) -> CommonFields:
    """Return the keys that every kind shares as they are when none is written."""
    return CommonFields(location=places.at(), name="", weight=1.0, severity=Severity.ERROR)


def _take_common(common: CommonFields, item: Mapping[str, JSON], whole: ItemArgument) -> None:
    """Take the keys that every kind shares from an item."""
    if "name" in item:
        common["name"] = whole.child("name", item["name"]).text()
    if "weight" in item:
        common["weight"] = whole.child("weight", item["weight"]).number(above=0)
    if "severity" in item:
        chosen = whole.child("severity", item["severity"]).choice(tuple(Severity))
        common["severity"] = Severity(chosen)
