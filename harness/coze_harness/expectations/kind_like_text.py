"""Texts that look like a kind of expectation: `contains：x`, `is-json`, `equals`.

A bare text means `contains`. One that looks like a kind is most likely a mistake that would pass
unseen, above all under `not`, so it is rejected. `contains: "is-json"` expects such a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from coze_harness.expectations.foreign_kind_names import native_spelling, unmistakable_names
from coze_harness.expectations.item_argument import quote
from coze_harness.expectations.kind import ExpectationKind
from coze_harness.text.spelling import FULL_WIDTH_COLONS, nearest_word, without_curly_quotes

_LABELS: Final = frozenset({
    "conversation", "date", "facts", "json", "judge", "language", "latency", "leak", "length",
    "links", "markdown", "meaning", "messages", "not", "number", "order", "polls", "python",
    "reasoning", "refusal", "similar", "status", "tokens", "turns",
})  # fmt: skip
"""Kinds that are words of ordinary answers, too: "Status: shipped" is a text like any other."""
_ORDINARY_ALONE: Final = frozenset({
    "conversation", "date", "facts", "judge", "language", "leak", "links", "markdown", "meaning",
    "number", "order", "python", "refusal", "turns",
})  # fmt: skip
"""Kinds whose name alone is an ordinary text: a word that an answer may have to contain."""
_TEXT_KINDS: Final = ("contains", "equals", "starts_with", "ends_with", "regex", "similar")

_COLONS: Final = f":{FULL_WIDTH_COLONS}"
_FIRST_NAME: Final = r"\s*([A-Za-z]+(?:[_-][A-Za-z0-9]+)*)"
_PAIR: Final = rf"\s*([A-Za-z][A-Za-z0-9_ -]{{2,30}}?)\s*[{_COLONS}](.*)"
_NEGATED: Final = r"\s*not\s*[ _-]\s*"
_MISSPELT: Final = 0.85


class KindLikeText(NamedTuple):
    """What a text looks like: the kind or foreign name, and the value behind it, if any."""

    name: str
    value: str
    has_full_width_colon: bool


def find_kind(text: str, kinds: Iterable[str]) -> KindLikeText | None:
    """Return the kind that a bare text looks like; `None` for an ordinary text."""
    first = re.match(_FIRST_NAME, text)
    if first is None:
        return None
    names = tuple(kinds)
    known = _known_names(names)
    folded = first.group(1).lower().replace("-", "_")
    if folded in known or folded.startswith("not_"):
        # `re` keeps the compiled pattern.
        return _split(text, first.group(1)) if re.match(_pattern(names), text) else None
    pair = re.match(_PAIR, text, re.DOTALL)
    if pair is None or not pair.group(1).islower():
        return None
    verbs = [name for name in names if name not in _LABELS]
    if not nearest_word(pair.group(1), verbs, min_similarity=_MISSPELT):
        return None
    return _split(text, pair.group(1))


def kind_pattern(kinds: Iterable[str]) -> str:
    """Return a regular expression, of Python and of JSON Schema, that such texts match.

    Misspelt names, which it does not know, are found only by `find_kind`.
    """
    return _pattern(tuple(kinds))


def written_as_kind(lookalike: KindLikeText, kinds: Mapping[str, type[ExpectationKind]]) -> str:
    """Return how the expectation is written that a text looks like: `contains: "学术助手"`."""
    name = lookalike.name.strip().lower().replace("-", "_").replace(" ", "_")
    value = without_curly_quotes(lookalike.value)
    if name not in kinds:
        native = native_spelling(lookalike.name, kinds)
        name = native.partition(":")[0] or nearest_word(name, kinds)
        if native not in ("", f"{name}: …", f'{name}: "…"'):
            return native.replace("…", quote(value)[1:-1], 1) if value else native
    if not value:
        return kinds[name].example
    if value[0] in "{[":
        return f"{name}: {value}"
    if name == "not":
        inner = find_kind(value, kinds) or _split(value, value.split()[0])
        is_kind = inner.name in kinds and inner.value
        operand = written_as_kind(inner, kinds) if is_kind else f"contains: {quote(value)}"
        return f"not: {{{operand}}}"
    if name == "regex" and "'" not in value:
        return f"regex: '{value}'"
    return f"{name}: {quote(value)}" if name in _TEXT_KINDS else kinds[name].example


def _split(text: str, name: str) -> KindLikeText:
    """Return the name and what stands behind its colon, equals sign or space."""
    rest = text.strip()[len(name) :].lstrip()
    if name.lower() == "not" and rest and rest[0] not in _COLONS:
        return KindLikeText("not", rest, has_full_width_colon=False)
    if negated := re.match(_NEGATED, name, re.IGNORECASE):
        return KindLikeText("not", text.strip()[negated.end() :], has_full_width_colon=False)
    mark = rest[:1]
    value = rest[1:].strip() if mark and mark in f"{_COLONS}=" else rest
    return KindLikeText(name, value, mark != "" and mark in FULL_WIDTH_COLONS)


@lru_cache(maxsize=8)  # the registry changes only in tests and plugins
def _known_names(kinds: tuple[str, ...]) -> frozenset[str]:
    return frozenset({name.replace("-", "_") for name in (*kinds, *unmistakable_names())})


@lru_cache(maxsize=8)
def _pattern(kinds: tuple[str, ...]) -> str:
    labels = "|".join(name for name in kinds if name in _LABELS)
    verbs = "|".join(
        f"[{name[0].upper()}{name[0]}]{re.sub('[_-]', '[_-]', name[1:])}"
        for name in dict.fromkeys((*(k for k in kinds if k not in _LABELS), *unmistakable_names()))
    )
    alone = "|".join([*(k for k in kinds if k not in _ORDINARY_ALONE), *unmistakable_names()])
    joined = "|".join(name for name in kinds if "_" in name)
    return (
        rf"^\s*(?:(?:{alone})\s*$"
        rf"|(?:{verbs})\s*[{_COLONS}=]"
        rf"|(?:{labels})\s*[{_COLONS}]"
        rf"|(?:Not|not)[ _-](?:{verbs})(?:[^A-Za-z_-]|$)"
        rf"|(?:{joined})\s)"
    )
