"""From one item of an `expect:` list to an expectation, or to an error that says what to edit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from coze_harness.expectations.answer_text.text_kinds import Contains
from coze_harness.expectations.foreign_kind_names import native_spelling
from coze_harness.expectations.function_reference import describe_exception, raised_at
from coze_harness.expectations.item_argument import ItemArgument, quote, with_suggestion
from coze_harness.expectations.kind import CommonFields, ExpectationKind, ItemContext
from coze_harness.expectations.kind_discovery import find_kind_class, load_all_kinds
from coze_harness.expectations.kind_like_text import find_kind, written_as_kind
from coze_harness.expectations.kind_registry import COMMON_KEYS, KINDS
from coze_harness.expectations.text_normalization import OPTION_KEYS
from coze_harness.messages import message
from coze_harness.model import JSON, Severity
from coze_harness.model.errors import HarnessError, ScenarioError
from coze_harness.model.location import SourcePositions
from coze_harness.model.project_code import NO_PROJECT, ProjectCode
from coze_harness.text.spelling import FULL_WIDTH_COLONS, nearest_word, yaml_type_name

_OUTER_KEYS: Final = ("weight", "severity")
"""Keys that say how much a verdict counts: an expectation inside another one has none."""
_ITEM_KEYS: Final = (*COMMON_KEYS, *OPTION_KEYS)
_MAY_BEGIN_WITH_KIND: Final = re.compile(
    rf"\s*(?:[a-z][a-z0-9_-]*\s*\Z|[A-Za-z][A-Za-z0-9_ -]*[=:{FULL_WIDTH_COLONS}]"
    r"|[Nn]ot[ _-]|[a-z]+_)"
)
"""Texts for which all kinds must be known: others are ordinary texts, whatever kinds there are."""
_EXAMPLE: Final = message("expectation.write", code='contains: "…"')


def build_expectation(
    item: JSON, positions: SourcePositions, code: ProjectCode = NO_PROJECT
) -> ExpectationKind:
    """Build the expectation that an item of `expect:` declares.

    Args:
        item: a text, which means `contains`, or a mapping with exactly one kind and, next to it,
            the keys that all kinds share (`name`, `weight`, `severity`) and text options.
        positions: where the item is written.
        code: the code of the project, which may have functions and kinds.

    Raises:
        ScenarioError: the item is not an expectation; says where, and what to write instead.
    """
    return _build(item, positions, code, outer=True)


def _build(
    item: JSON, positions: SourcePositions, code: ProjectCode, *, outer: bool
) -> ExpectationKind:
    whole = ItemArgument(item, positions, ())
    kind: type[ExpectationKind] = Contains
    common = CommonFields(location=whole.location, name="", weight=1.0, severity=Severity.ERROR)
    options: Mapping[str, ItemArgument] = {}
    if isinstance(item, dict):
        kind = _find_kind_of(item, whole, code)
        name = kind.kind
        argument = whole.child(name, item[name])
        if len(item) > 1:
            if not outer:
                _reject_outer_keys(item, whole)
            options = _text_options(kind, item, whole)
            _read_common(common, item, whole)
    elif isinstance(item, str):
        if not item:
            raise whole.error_at(
                message("expectation.item.empty_text"),
                message("expectation.item.empty_text.next"),
            )
        _reject_kind_like_text(item, whole, code, outer=outer)
        argument = whole
    else:
        raise _item_type_error(whole)
    context = ItemContext(
        common=common,
        options=options,
        build_operand=partial(_build, code=code, outer=False),
        code=code,
    )
    try:
        return kind.parse(argument, context)
    except HarnessError:
        raise
    except Exception as error:
        raise ScenarioError(
            message("kind.parse_raised", kind=kind.kind, error=describe_exception(error)),
            where=whole.location,
            detail=raised_at(error),
            next_step=message("kind.raised.next"),
        ) from error


def _reject_kind_like_text(
    text: str, whole: ItemArgument, code: ProjectCode, *, outer: bool
) -> None:
    """Reject a bare text that looks like a kind: what it expects is not what it seems to.

    Raises:
        ScenarioError: says how the kind, and how the text is written.
    """
    normalized = unicodedata.normalize("NFKC", text[:1]) + text[1:]
    if not normalized[0].isascii():
        return
    if _MAY_BEGIN_WITH_KIND.match(normalized):
        load_all_kinds(code)
    lookalike = find_kind(normalized, KINDS)
    if lookalike is None or whole.positions.source().lstrip("\"'").startswith("{{"):
        return  # a case's value is data, whatever it looks like
    native = written_as_kind(lookalike, KINDS)
    as_text = f"contains: {quote(text)}"
    if not outer:
        native, as_text = f"{{{native}}}", f"{{{as_text}}}"
    name = lookalike.name
    what = message("expectation.looks_like", name=name)
    if lookalike.has_full_width_colon:
        what = message("expectation.looks_like.colon", name=name)
    step = message("expectation.as_kind_or_text", code=native, text=as_text)
    raise whole.error_at(what, step)


def _reject_outer_keys(item: Mapping[str, JSON], whole: ItemArgument) -> None:
    for key in _OUTER_KEYS:
        if key in item:
            raise whole.key_error(
                key,
                message("expectation.key_of_inner", key=key),
                message("expectation.key_of_inner.next"),
            )


def _text_options(
    kind: type[ExpectationKind], item: Mapping[str, JSON], whole: ItemArgument
) -> dict[str, ItemArgument]:
    """Return the text options next to a kind; it is an error if the kind does not take them."""
    options = {key: whole.child(key, item[key]) for key in OPTION_KEYS if key in item}
    for key in options:
        if not kind.takes_text_options:
            raise whole.key_error(
                key,
                message("expectation.option_unused", key=key, kind=kind.kind),
                message("expectation.option_unused.next", key=key),
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
    if isinstance(whole.value, list):
        return whole.error_at(
            message("expectation.item.list"), message("expectation.item.list.next")
        )
    source = whole.positions.source()
    if whole.value is None and not source:
        return whole.error_at(message("expectation.item.nothing"), _EXAMPLE)
    what = message("expectation.item.type", actual=yaml_type_name(whole.value))
    if source:
        what = message("expectation.item.type.read", **what.params, source=source)
    return whole.error_at(what, message("expectation.quote", code=quote(source)))


def _find_kind_of(
    item: Mapping[str, JSON], whole: ItemArgument, code: ProjectCode
) -> type[ExpectationKind]:
    """Return the one kind that an item names.

    Raises:
        ScenarioError: it names none, several, an unknown one, or one that cannot be loaded.
    """
    kinds: dict[str, type[ExpectationKind]] = {}
    unknown: str | None = None
    for key in item:
        if key not in _ITEM_KEYS:
            if (kind := _find_kind(key, whole, code)) is not None:
                kinds[key] = kind
            elif unknown is None:
                unknown = key
    names = list(kinds)
    if unknown is not None:
        load_all_kinds(code)
        raise _unknown_key_error(unknown, names, item, whole)
    if len(names) == 1:
        return kinds[names[0]]
    if names:
        raise whole.key_error(
            names[1],
            message("expectation.item.several_kinds", kinds=tuple(names)),
            message("expectation.item.several_kinds.next", code=f"- {names[1]}: …"),
        )
    if item:
        raise whole.error_at(message("expectation.item.no_kind", keys=tuple(item)), _EXAMPLE)
    raise whole.error_at(message("expectation.item.empty"), _EXAMPLE)


def _find_kind(key: str, whole: ItemArgument, code: ProjectCode) -> type[ExpectationKind] | None:
    """Return the kind of a key; `None` for an unknown one.

    Raises:
        ScenarioError: what could have the kind cannot be loaded.
    """
    try:
        return find_kind_class(key, code)
    except ScenarioError as error:
        raise ScenarioError(
            error.what,
            where=whole.positions.key(*whole.path, key),
            detail=error.detail,
            next_step=error.next_step,
        ) from error


def _unknown_key_error(
    key: str, names: Sequence[str], item: Mapping[str, JSON], whole: ItemArgument
) -> ScenarioError:
    """Return the error for a key that is neither a kind nor one that goes with every kind."""
    if (lookalike := find_kind(key, KINDS)) and lookalike.has_full_width_colon:
        return whole.key_error(
            key,
            message("expectation.full_width_colon", key=key),
            message("expectation.write", code=written_as_kind(lookalike, KINDS)),
        )
    for name in names:
        if key in KINDS[name].known_keys():
            return whole.key_error(
                key,
                message("expectation.key_of_kind", key=key, kind=name),
                message("expectation.key_of_kind.next", code=f"{name}: {{…, {key}: …}}"),
            )
    if key == "type" and isinstance(kind := item["type"], str):
        spelling = f"{kind}: …" if kind in KINDS else native_spelling(kind, KINDS)
        return whole.key_error(
            key,
            message("expectation.type_and_value"),
            message("expectation.write", code=spelling) if spelling else _EXAMPLE,
        )
    if spelling := native_spelling(key, KINDS):
        native = spelling.partition(":")[0]
        return whole.key_error(
            key,
            message("expectation.foreign_name", key=key, kind=native),
            message("expectation.write", code=spelling),
        )
    known = _ITEM_KEYS if names else tuple(KINDS)
    what = message("expectation.item.key_unknown", key=key)
    next_step = message("expectation.use_one_of", names=known)
    if not names:
        what = message("expectation.kind_unknown", key=key)
        if kind := nearest_word(key, known):
            next_step = message("expectation.write", code=f"{kind}: …")
    return whole.key_error(key, with_suggestion(what, key, known), next_step)
