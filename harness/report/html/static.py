"""Trees as they stand in the page itself, for readers without a script.

Words are put in, rendered texts taken out of their JSON, and what only a script can use is left
out. The page's template writes these nodes with its own escaping.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias, cast

import orjson

from harness.report.words import Words

Node: TypeAlias = "str | tuple[str, Sequence[tuple[str, str]], Sequence[Node]]"

_LABELS: Final = {"data-w-label": "aria-label", "data-w-title": "title"}
_UNSCRIPTED: Final = ("json", "history")


def static_tree(tree: bytes, words: Words) -> Node:
    """Return a trial's tree for the page itself."""
    (node,) = _node(orjson.loads(tree), words)
    return node


def _node(node: object, words: Words) -> list[Node]:
    if isinstance(node, str):
        return [node]
    tag, attributes, *children = cast("list[object]", node)
    named = cast("dict[str, str]", attributes or {})
    if _is_for_scripts(named):
        return []
    inside: list[Node] = [made for child in children for made in _node(child, words)]
    if "data-w" in named:
        values = orjson.loads(named["data-v"]) if "data-v" in named else {}
        inside.append(words.text(named["data-w"], values))
    if "data-tree" in named:
        inside += _node(orjson.loads(named["data-tree"]), words)
    shown = [
        (_LABELS[name], words.text(value)) if name in _LABELS else (name, value)
        for name, value in named.items()
        if name != "data-tree"
    ]
    # A link of an answer, not one of ours: it must not learn where it was followed from.
    if named.get("href", "#")[0] != "#":
        shown.append(("rel", "noopener noreferrer nofollow"))
    panel = named.get("data-panel", "")
    if panel in ("", "chat"):
        return [(cast("str", tag), shown, inside)]
    title: Node = ("summary", (), (words.text(f"tab.{panel}"),))
    return [("details", (("class", f"fold panel-{panel}"),), (title, *inside))]


def _is_for_scripts(named: dict[str, str]) -> bool:
    if named.get("role") == "tablist" or named.get("class") == "nothing":
        return True
    return named.get("data-panel") in _UNSCRIPTED
