"""Markup that our own templates made, as a tree: JSON from which the page's script builds elements.

An element is ``[tag, attributes or 0, *children]``, a text a string. Only templates' output is read
here, never an answer: in its place stand gaps (see `forms`).
"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Final, TypeAlias

import orjson

Node: TypeAlias = "str | list[object]"

_VOID: Final = {"br", "hr"}
# A parser of HTML knows names in lower case; in SVG these two have capitals.
_CAPITALS: Final = {"viewbox": "viewBox", "preserveaspectratio": "preserveAspectRatio"}


def tree_of(markup: str) -> list[object]:
    """Return the tree of a piece of markup that has one element around it all."""
    parser = _Parser()
    parser.feed(markup)
    parser.close()
    (root,) = parser.root[2:]
    if not isinstance(root, list) or parser.open:
        raise ValueError("The template's markup is not one whole element.")
    return root


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root: list[object] = ["", 0]
        self.open: list[list[object]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {_CAPITALS.get(name, name): value or "" for name, value in attrs}
        element: list[object] = [tag, named or 0]
        (self.open[-1] if self.open else self.root).append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop()[0] != tag:
            raise ValueError(f"</{tag}> closes nothing.")

    def handle_data(self, data: str) -> None:
        if self.open:
            self.open[-1].append(data)
        elif data.strip():
            raise ValueError("The template's markup has text around its element.")


def parsed(text: str) -> Node:
    """Return a tree that stands as JSON text in a `data-tree`."""
    tree: Node = orjson.loads(text)
    return tree
