"""From one item of an `expect:` list to an expectation, or to an error that says what to edit."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

from coze_harness.expectations.foreign_kind_names import NOT_YET, native_spelling
from coze_harness.expectations.item_argument import ItemArgument, listed, quoted
from coze_harness.expectations.kind import CommonFields, ExpectationKind, ItemContext
from coze_harness.expectations.kind_like_text import find_kind, written_as_kind
from coze_harness.expectations.kind_registry import COMMON_KEYS, KINDS
from coze_harness.expectations.text_normalization import OPTION_KEYS
from coze_harness.model import JSON, Severity
from coze_harness.model.errors import ScenarioError
from coze_harness.model.location import SourcePositions
from coze_harness.text.spelling import suggest_word

_OUTER_KEYS: Final = ("weight", "severity")
"""Keys that say how much a verdict counts: an expectation inside another one has none."""
_ITEM_KEYS: Final = (*COMMON_KEYS, *OPTION_KEYS)
_EXAMPLE: Final = 'Write `contains: "…"`.'
_NOT_AVAILABLE: Final = "is not available in this version"


def build_expectation(item: JSON, positions: SourcePositions) -> ExpectationKind:
    """Build the expectation that an item of `expect:` declares.

    Args:
        item: a text, which means `contains`, or a mapping with exactly one kind and, next to it,
            the keys that all kinds share (`name`, `weight`, `severity`) and text options.
        positions: where the item is written.

    Raises:
        ScenarioError: the item is not an expectation; says where, and what to write instead.
    """
    return _build(item, positions, outer=True)


def _build_operand(item: JSON, positions: SourcePositions) -> ExpectationKind:
    """Build an expectation that is inside another one."""
    return _build(item, positions, outer=False)


def _build(item: JSON, positions: SourcePositions, *, outer: bool) -> ExpectationKind:
    whole = ItemArgument(item, positions, ())
    name = "contains"
    common = CommonFields(location=positions.at(), name="", weight=1.0, severity=Severity.ERROR)
    options: Mapping[str, ItemArgument] = {}
    if isinstance(item, dict):
        name = _kind_name(item, whole)
        argument = whole.child(name, item[name])
        if len(item) > 1:
            if not outer:
                _reject_outer_keys(item, whole)
            options = _text_options(name, item, whole)
            _read_common(common, item, whole)
    elif isinstance(item, str):
        if not item:
            raise whole.error_at(
                "An empty text is expected, so every answer would pass.",
                "Write the text, or delete the item.",
            )
        _reject_kind_like_text(item, whole, outer=outer)
        argument = whole
    else:
        raise _item_type_error(whole)
    return KINDS[name].parse(
        argument, ItemContext(common=common, options=options, build_operand=_build_operand)
    )


def _reject_kind_like_text(text: str, whole: ItemArgument, *, outer: bool) -> None:
    """Reject a bare text that looks like a kind: what it expects is not what it seems to.

    Raises:
        ScenarioError: says how the kind, and how the text is written.
    """
    if not text[0].isascii() and not unicodedata.normalize("NFKC", text[0]).isascii():
        return
    found = find_kind(unicodedata.normalize("NFKC", text[:1]) + text[1:], KINDS)
    if found is None or whole.positions.source().lstrip("\"'").startswith("{{"):
        return  # a case's value is data, whatever it looks like
    native = written_as_kind(found, _examples())
    as_text = f"contains: {quoted(text)}"
    if not outer:
        native, as_text = f"{{{native}}}", f"{{{as_text}}}"
    cause = ", with a full-width colon" if found.has_full_width_colon else ""
    what = f'This looks like the kind "{found.name}"{cause}, but it is only a text.'
    text_step = f"For an answer that contains this very text: `{as_text}`."
    if native.lstrip("{").partition(":")[0] in NOT_YET:
        raise whole.error_at(f"{what} The kind {_NOT_AVAILABLE}.", text_step)
    raise whole.error_at(what, f"Write `{native}`. {text_step}")


def _examples() -> dict[str, str]:
    return {name: kind.example for name, kind in KINDS.items()}


def _reject_outer_keys(item: Mapping[str, JSON], whole: ItemArgument) -> None:
    for key in _OUTER_KEYS:
        if key in item:
            raise whole.key_error(
                key,
                f'"{key}" has no effect for an expectation inside another one.',
                "Move it to the outer expectation.",
            )


def _text_options(
    name: str, item: Mapping[str, JSON], whole: ItemArgument
) -> dict[str, ItemArgument]:
    """Return the text options next to a kind; it is an error if the kind does not take them."""
    options = {key: whole.child(key, item[key]) for key in OPTION_KEYS if key in item}
    for key in options:
        if not KINDS[name].takes_text_options:
            raise whole.key_error(
                key,
                f'"{key}" has no effect next to "{name}".',
                f'Delete it, or write it with a text: `contains: {{text: "…", {key}: …}}`.',
            )
    return options


def _read_common(common: CommonFields, item: Mapping[str, JSON], whole: ItemArgument) -> None:
    if "name" in item:
        common["name"] = whole.child("name", item["name"]).text()
    if "weight" in item:
        common["weight"] = whole.child("weight", item["weight"]).number(above=0)
    if "severity" in item:
        severity = whole.child("severity", item["severity"]).choice(tuple(Severity))
        common["severity"] = Severity(severity)


def _item_type_error(whole: ItemArgument) -> ScenarioError:
    """Return the error for an item that is neither a text nor a mapping."""
    if isinstance(whole.value, list):
        return whole.error_at(
            "An expectation is a text or a mapping, and this is a list.",
            "Remove the extra dash, or write `any_of: […]`.",
        )
    source = whole.positions.source()
    if whole.value is None and not source:
        return whole.error_at("Nothing is written behind this dash.", _EXAMPLE)
    return whole.type_error("text or a mapping", f"Put quotes around it: `{quoted(source)}`.")


def _kind_name(item: Mapping[str, JSON], whole: ItemArgument) -> str:
    """Return the one kind that an item names.

    Raises:
        ScenarioError: it names none, several, or an unknown one.
    """
    names = [key for key in item if key in KINDS]
    if len(names) == len(item) == 1:
        return names[0]
    unknown = next((key for key in item if key not in KINDS and key not in _ITEM_KEYS), None)
    if unknown is not None:
        raise _unknown_key_error(unknown, names, item, whole)
    if len(names) == 1:
        return names[0]
    if names:
        raise whole.key_error(
            names[1],
            f"One item has several kinds: {listed(names)}.",
            f"Begin a new item for it: `- {names[1]}: …`.",
        )
    what = f"it has only {listed(item)}" if item else "it is empty"
    raise whole.error_at(f"This expectation names no kind; {what}.", _EXAMPLE)


def _unknown_key_error(
    key: str, names: Sequence[str], item: Mapping[str, JSON], whole: ItemArgument
) -> ScenarioError:
    """Return the error for a key that is neither a kind nor one that goes with every kind."""
    use_kind = f"Use one of: {listed(KINDS)}."
    if (found := find_kind(key, KINDS)) and found.has_full_width_colon:
        return whole.key_error(
            key,
            f'"{key}" has a full-width colon, so it is not read as `kind: value`.',
            f"Write `{written_as_kind(found, _examples())}`.",
        )
    if key in NOT_YET:
        return whole.key_error(key, f'"{key}" {_NOT_AVAILABLE}.', use_kind)
    for name in names:
        if key in KINDS[name].known_keys():
            return whole.key_error(
                key,
                f'"{key}" belongs inside "{name}", not next to it.',
                f"Indent it, or write `{name}: {{…, {key}: …}}`.",
            )
    if key == "type" and isinstance(kind := item["type"], str):
        here = f"{kind}: …" if kind in KINDS else native_spelling(kind, KINDS)
        return whole.key_error(
            key,
            "An expectation is written `kind: value`, without type and value.",
            f"Write `{here}`." if here else _EXAMPLE,
        )
    if here := native_spelling(key, KINDS):
        native = here.partition(":")[0]
        what = f'"{key}" is called "{native}" here'
        if native in NOT_YET:
            return whole.key_error(key, f"{what}, and that {_NOT_AVAILABLE}.", use_kind)
        return whole.key_error(key, f"{what}.", f"Write `{here}`.")
    what = "a key of an expectation" if names else "a kind of expectation"
    known = _ITEM_KEYS if names else tuple(KINDS)
    return whole.key_error(
        key, f'"{key}" is not {what}.{suggest_word(key, known)}', f"Use one of: {listed(known)}."
    )
