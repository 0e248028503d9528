"""Trees as they stand in the page itself, for readers without a script.

Words are put in, rendered texts taken out of their JSON, and what only a script can use is left
out. What comes of a tree is flat, so that the page's template writes it in one loop, with its own
escaping.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias, cast

import orjson

from coze_harness.reporting.message_catalogue import Catalogue

Token: TypeAlias = tuple[str, str]
"""``<`` opens a tag, a name is an attribute of it, ``>`` ends it; ``/`` closes; "" is a text."""

_LABELS: Final = {"data-w-label": "aria-label", "data-w-title": "title"}
_UNSCRIPTED: Final = ("json", "history")
_ENDED: Final[Token] = (">", "")
_VOID: Final = ("br", "hr")


def static_tree(tree: bytes | str, words: Catalogue) -> Sequence[Token]:
    """Return a tree for the page itself."""
    return list(_tokens(orjson.loads(tree), words))


def _tokens(node: object, words: Catalogue) -> Iterator[Token]:
    if isinstance(node, str):
        yield "", node
        return
    tag, attributes, *children = cast("list[object]", node)
    named = cast("dict[str, str]", attributes) if attributes else {}
    if _is_for_scripts(named):
        return
    panel = named.get("data-panel", "chat")
    shown = cast("str", tag) if panel == "chat" else "details"
    yield "<", shown
    if panel == "chat":
        yield from _attributes(named, words)
        yield _ENDED
    else:
        yield from (("class", "fold"), _ENDED, ("<", "summary"), _ENDED)
        yield from (("", words.text(f"tab.{panel}")), ("/", "summary"))
    if "data-w" in named:
        values = orjson.loads(named["data-v"]) if "data-v" in named else {}
        yield "", words.text(named["data-w"], values)
    if "data-tree" in named:
        yield from _tokens(orjson.loads(named["data-tree"]), words)
    for child in children:
        yield from _tokens(child, words)
    if shown not in _VOID:
        yield "/", shown


def _attributes(named: dict[str, str], words: Catalogue) -> Iterator[Token]:
    for name, value in named.items():
        if name in _LABELS:
            yield _LABELS[name], words.text(value)
        elif name != "data-tree":
            yield name, value
    # A link of an answer, not one of ours: it must not learn where it was followed from.
    if named.get("href", "#")[0] != "#":
        yield "rel", "noopener noreferrer nofollow"


def _is_for_scripts(named: dict[str, str]) -> bool:
    if named.get("role") == "tablist" or named.get("class") == "nothing":
        return True
    return named.get("data-panel") in _UNSCRIPTED
