"""The position of each value of a document in its text."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from coze_harness.model.location import Location, PathPart

_BREAK = re.compile(r"\r\n|\n|\r")
_PROPERTIES = re.compile(r"^(?:[&!]\S*\s+)+")


Node: TypeAlias = (
    "tuple[int, int, Mapping[str, Node] | Sequence[Node] | None, Mapping[str, int] | None]"
)
"""A value's start and end in the text (in characters), the nodes of the values inside it and, for a
mapping, where each key begins. A plain tuple: a file has one for every value, and a named tuple
takes ten times as long to make."""


class SourceText:
    """A document's text; its line starts are computed when the first position is needed.

    Lines are those that editors count: libyaml would also count U+0085, U+2028 and U+2029.
    """

    __slots__ = ("_starts", "path", "text")

    def __init__(self, text: str, path: str) -> None:
        self.text = text
        self.path = path
        self._starts: list[int] | None = None

    def location(self, index: int) -> Location:
        """Return the line and column, both from 1, of a character's index."""
        starts = self._starts
        if starts is None:
            starts = self._starts = [0, *[line.end() for line in _BREAK.finditer(self.text)]]
        line = bisect_right(starts, index)
        return Location(self.path, line, index - starts[line - 1] + 1)


class YamlPositions:
    """The positions of one value and of all that is inside it (see `SourcePositions`)."""

    __slots__ = ("_text", "node")

    def __init__(self, text: SourceText, node: Node) -> None:
        self._text = text
        self.node = node

    def location(self, index: int) -> Location:
        """Return the place of a character of the document."""
        return self._text.location(index)

    def at(self, *path: PathPart) -> Location:
        """Return where a value begins; the nearest existing parent when it is absent."""
        node = _descend(self.node, path)[0] if path else self.node
        return self._text.location(node[0])

    def key(self, *path: PathPart) -> Location:
        """Return where the path's last key is written; where the value is if it has no key."""
        if path:
            parent, is_found = _descend(self.node, path[:-1])
            last = path[-1]
            keys = parent[3]
            if is_found and keys is not None and isinstance(last, str):
                start = keys.get(last)
                if start is not None:
                    return self._text.location(start)
        return self.at(*path)

    def source(self, *path: PathPart) -> str:
        """Return a scalar as its author wrote it; empty text for anything else."""
        node, is_found = _descend(self.node, path)
        if not is_found or node[2] is not None:
            return ""
        return _PROPERTIES.sub("", self._text.text[node[0] : node[1]]).strip()

    def below(self, *path: PathPart) -> YamlPositions:
        """Return the positions of a value inside this one; an absent value is at its parent."""
        node, is_found = _descend(self.node, path)
        return YamlPositions(self._text, node if is_found else (node[0], node[0], None, None))

    def has(self, *path: PathPart) -> bool:
        """Return whether the path leads to a value."""
        return _descend(self.node, path)[1]

    def mapping(self, *path: PathPart) -> bool:
        """Return whether the path leads to a mapping."""
        node, is_found = _descend(self.node, path)
        return is_found and node[3] is not None


def _descend(node: Node, path: Sequence[PathPart]) -> tuple[Node, bool]:
    """Follow a path as far as it goes; return the last node, and whether the path ends there."""
    for part in path:
        children = node[2]
        child: Node | None = None
        if isinstance(children, dict):
            child = children.get(part)
        elif isinstance(children, list) and isinstance(part, int) and 0 <= part < len(children):
            child = children[part]
        if child is None:
            return node, False
        node = child
    return node, True
