"""Trees of markup: read from our own templates, and flattened for the page without a script.

A tree is JSON. An element is ``[tag, attributes or 0, *children]``, a text is a string. The page's
script builds its elements from trees.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias, cast

import orjson

from coze_harness.messages import Catalogue

MarkupToken: TypeAlias = tuple[str, str]
"""``<`` opens a tag, a name is an attribute of it, ``>`` ends it; ``/`` closes; "" is a text."""

_VOID: Final = ("br", "hr")
_TOKEN = re.compile(r"<(/?)([a-z][a-z0-9]*)((?: [a-zA-Z-]+(?:=\"[^\"<>]*\")?)*)>|([^<>]+)")
_ATTRIBUTE = re.compile(r" ([a-zA-Z-]+)(?:=\"([^\"]*)\")?")
# What jinja2 escapes. "&amp;" is last, so that "&amp;lt;" becomes "&lt;".
_ENTITIES: Final = (
    ("&lt;", "<"), ("&gt;", ">"), ("&#34;", '"'), ("&#39;", "'"), ("&amp;", "&"),
)  # fmt: skip

_LABELS: Final = {"data-w-label": "aria-label", "data-w-title": "title"}
_SCRIPT_PANELS: Final = ("json", "history")
_TAG_END: Final[MarkupToken] = (">", "")


def parse_markup(markup: str) -> list[object]:
    """Return the tree of one element, as our templates write it.

    They close each element, put values in double quotes and escape all special characters. Anything
    else is rejected, which makes this twenty times as fast as an HTML parser.

    Raises:
        ValueError: the markup is not one whole element, or is written in another way.
    """
    root: list[object] = ["", 0]
    open_elements: list[list[object]] = [root]
    end = 0
    for token in _TOKEN.finditer(markup):
        if token.start() != end:
            break
        end = token.end()
        closing, tag, attributes, text = token.groups()
        if text is not None:
            if len(open_elements) > 1 or not text.isspace():
                open_elements[-1].append(_unescape(text) if "&" in text else text)
        elif closing:
            if open_elements.pop()[0] != tag:
                raise ValueError(f"</{tag}> does not match an open element.")
        else:
            element: list[object] = [tag, _parse_attributes(attributes) if attributes else 0]
            open_elements[-1].append(element)
            if tag not in _VOID:
                open_elements.append(element)
    is_whole = end == len(markup) and len(open_elements) == 1 and len(root) == 3
    if not is_whole or not isinstance(root[2], list):
        raise ValueError(f"The markup is not one whole element: {markup[end : end + 80]!r}")
    return root[2]


def _parse_attributes(attributes: str) -> dict[str, str]:
    pairs = _ATTRIBUTE.findall(attributes)
    if "&" in attributes:
        return {name: _unescape(value) for name, value in pairs}
    return dict(pairs)


def _unescape(text: str) -> str:
    for entity, character in _ENTITIES:
        text = text.replace(entity, character)
    return text


def flatten_tree(tree: bytes | str, words: Catalogue) -> Sequence[MarkupToken]:
    """Return a tree's tokens for readers without a script; a template writes them in one loop.

    Words are filled in, rendered texts are taken out of their JSON, and parts that only a
    script can use are left out.
    """
    return list(_tokens(orjson.loads(tree), words))


def _tokens(node: object, words: Catalogue) -> Iterator[MarkupToken]:
    if isinstance(node, str):
        yield "", node
        return
    tag, attributes_or_0, *children = cast("list[object]", node)
    attributes = cast("dict[str, str]", attributes_or_0) if attributes_or_0 else {}
    if _needs_script(attributes):
        return
    panel = attributes.get("data-panel", "chat")
    shown_tag = cast("str", tag) if panel == "chat" else "details"
    yield "<", shown_tag
    if panel == "chat":
        yield from _attribute_tokens(attributes, words)
        yield _TAG_END
    else:
        key = f"tab.{panel}"
        yield from (("class", "fold"), _TAG_END, ("<", "summary"), ("data-w", key), _TAG_END)
        yield from (("", words.word(key)), ("/", "summary"))
    if "data-w" in attributes:
        values = orjson.loads(attributes["data-v"]) if "data-v" in attributes else {}
        yield "", words.word(attributes["data-w"], values)
    if "data-tree" in attributes:
        yield from _tokens(orjson.loads(attributes["data-tree"]), words)
    for child in children:
        yield from _tokens(child, words)
    if shown_tag not in _VOID:
        yield "/", shown_tag


def _attribute_tokens(attributes: dict[str, str], words: Catalogue) -> Iterator[MarkupToken]:
    for name, value in attributes.items():
        if name in _LABELS:
            yield _LABELS[name], words.word(value)
        elif name != "data-tree":
            yield name, value
    # A link in an answer: its target must not learn which page it was followed from.
    if attributes.get("href", "#")[0] != "#":
        yield "rel", "noopener noreferrer nofollow"


def _needs_script(attributes: dict[str, str]) -> bool:
    if attributes.get("role") == "tablist" or attributes.get("class") == "nothing":
        return True
    return attributes.get("data-panel") in _SCRIPT_PANELS
