"""Markup that our own templates made, as a tree: JSON from which the page's script builds elements.

An element is ``[tag, attributes or 0, *children]``, a text a string. This reads the one way of
writing that the templates keep to (each element closed, values in double quotes, all special
characters escaped), refuses anything else, and is twenty times as fast as a parser of HTML: each
shape of trials comes through here.
"""

from __future__ import annotations

import re
from html import unescape
from typing import Final

_VOID: Final = ("br", "hr")
_TOKEN = re.compile(r"<(/?)([a-z][a-z0-9]*)((?: [a-zA-Z-]+(?:=\"[^\"<>]*\")?)*)>|([^<>]+)")
_ATTRIBUTE = re.compile(r" ([a-zA-Z-]+)(?:=\"([^\"]*)\")?")


def tree_of(markup: str) -> list[object]:
    """Return the tree of a piece of markup that has one element around it all.

    Raises:
        ValueError: it is no such piece.
    """
    root: list[object] = ["", 0]
    open_: list[list[object]] = [root]
    end = 0
    for found in _TOKEN.finditer(markup):
        if found.start() != end:
            break
        end = found.end()
        closing, tag, attributes, text = found.groups()
        if text is not None:
            if len(open_) > 1 or not text.isspace():
                open_[-1].append(unescape(text) if "&" in text else text)
        elif closing:
            if open_.pop()[0] != tag:
                raise ValueError(f"</{tag}> closes nothing.")
        else:
            element: list[object] = [tag, _named(attributes) if attributes else 0]
            open_[-1].append(element)
            if tag not in _VOID:
                open_.append(element)
    if end != len(markup) or len(open_) != 1 or len(root) != 3 or not isinstance(root[2], list):
        raise ValueError(f"The template's markup is no whole element: {markup[end : end + 80]!r}")
    return root[2]


def _named(attributes: str) -> dict[str, str]:
    found = _ATTRIBUTE.findall(attributes)
    if "&" in attributes:
        return {name: unescape(value) for name, value in found}
    return dict(found)
