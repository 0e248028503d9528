"""YAML events into data and nodes, in one loop: no recursion, whatever the depth of the text."""

from __future__ import annotations

from collections.abc import Callable
from sys import intern
from typing import Final, NamedTuple

import yaml
from yaml import events

from coze_harness.messages import LocalizedText, message
from coze_harness.model import JSON
from coze_harness.text.spelling import yaml_type_name
from coze_harness.yaml_source.scalars import (
    MERGE,
    STANDARD,
    STARTS,
    TEXT,
    ScalarError,
    parse_scalar,
    quoting_step,
    resolve_tag,
    unknown_tag_error,
)
from coze_harness.yaml_source.source_map import Node

MAX_DEPTH: Final = 100
"""How many lists and mappings may be nested."""

MAX_ALIASED_VALUES: Final = 100_000
"""How many values aliases may add to a document."""

# Texts up to this length are interned: thousands of files repeat the same ones.
_MAX_INTERNED: Final = 64


class ComposeError(ValueError):
    """A document that is YAML but not plain data.

    Args:
        what: the sentence to show.
        index: the character that it is about.
        next_step: what to do.
        other: a second character that belongs to it, such as the first of two equal keys.
    """

    def __init__(
        self,
        what: LocalizedText,
        index: int,
        next_step: LocalizedText,
        other: int | None = None,
    ) -> None:
        super().__init__(what)
        self.what = what
        self.index = index
        self.next_step = next_step
        self.other = other


class NestingError(ComposeError):
    """A document nested more than `MAX_DEPTH` levels deep."""


class OpenNode:
    """A list or mapping whose end event has not come yet; `keys` is `None` for a list."""

    __slots__ = (
        "anchor",
        "before",
        "children",
        "entries",
        "height",
        "items",
        "key",
        "key_start",
        "keys",
        "merges",
        "nodes",
        "start",
    )

    def __init__(self, start: int, anchor: str | None, before: int, *, mapping: bool) -> None:
        self.start = start
        self.anchor = anchor
        self.before = before
        self.height = 1
        self.keys: dict[str, int] | None = {} if mapping else None
        if mapping:
            self.key: str | None = None
            self.key_start = -1
            self.merges: list[tuple[JSON, Node]] | None = None
            self.entries: dict[str, JSON] = {}
            self.children: dict[str, Node] = {}
        else:
            self.items: list[JSON] = []
            self.nodes: list[Node] = []


class _Anchor(NamedTuple):
    """A value that aliases may repeat; size and height count its own aliases as expanded."""

    value: JSON
    node: Node
    size: int
    height: int
    is_merge_key: bool


class Composer:
    """Builds one document from its events; `value` and `node` are the result.

    Args:
        allow_binary: `!!binary` is read as `bytes` (which the type `JSON` does not mention);
            otherwise that tag is an error.
    """

    def __init__(self, *, allow_binary: bool = False) -> None:
        self._allow_binary = allow_binary
        # The document is the only item of a list around it.
        self._stack = [OpenNode(0, None, 0, mapping=False)]
        self._anchors: dict[str, _Anchor | None] = {}
        self._documents = 0
        self._values = 0
        self._aliased = 0

    @property
    def value(self) -> JSON:
        """The document's data; `None` if there is no document."""
        items = self._stack[0].items
        return items[0] if items else None

    @property
    def node(self) -> Node:
        """The positions of the data."""
        nodes = self._stack[0].nodes
        return nodes[0] if nodes else (0, 0, None, None)

    def take_all(self, next_event: Callable[[], yaml.Event | None]) -> None:
        """Take events until there are none.

        Most events are scalars, and most scalars plain text: those are handled here, without a
        call.

        Raises:
            ComposeError: the text is YAML, but not plain data.
        """
        stack = self._stack
        while (event := next_event()) is not None:
            if not isinstance(event, events.ScalarEvent):
                self._take_structure(event)
                continue
            value = event.value
            plain = event.implicit[0] and value[:1] in STARTS
            if event.anchor or event.tag or (plain and resolve_tag(value) is not TEXT):
                self._take_scalar(event)
                continue
            if len(value) <= _MAX_INTERNED:
                value = intern(value)
            self._values += 1
            start = _start(event)
            top = stack[-1]
            keys = top.keys
            if keys is None:
                top.items.append(value)
                top.nodes.append((start, _end(event), None, None))
            elif top.key_start < 0:
                if value in keys:
                    raise _duplicate_key(value, start, keys[value])
                keys[value] = top.key_start = start
                top.key = value
            elif top.key is None:
                self._add(value, (start, _end(event), None, None))
            else:
                top.entries[top.key] = value
                top.children[top.key] = (start, _end(event), None, None)
                top.key_start = -1

    def _take_structure(self, event: yaml.Event) -> None:
        """Take an event that is not a scalar."""
        if isinstance(event, events.CollectionEndEvent):
            self._close(event)
        elif isinstance(event, events.CollectionStartEvent):
            self._open(event, mapping=isinstance(event, events.MappingStartEvent))
        elif isinstance(event, events.AliasEvent):
            self._take_alias(event)
        elif isinstance(event, events.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise ComposeError(
                    message("yaml.second_document"),
                    _start(event),
                    message("yaml.second_document.next"),
                )

    def _take_scalar(self, event: events.ScalarEvent) -> None:
        start = _start(event)
        tag = event.tag
        value: JSON = event.value
        is_merge_key = False
        if tag is None or tag == "!":
            tag = resolve_tag(event.value) if event.implicit[0] else None
            is_merge_key = tag == MERGE
        if tag is not None and tag is not TEXT:
            try:
                value = parse_scalar(event.value, tag, allow_binary=self._allow_binary)
            except ScalarError as error:
                raise ComposeError(error.what, start, error.next_step) from error
        node: Node = (start, _end(event), None, None)
        self._values += 1
        if event.anchor is not None:
            self._anchors[event.anchor] = _Anchor(value, node, 1, 0, is_merge_key)
        self._add(value, node, is_merge_key=is_merge_key)

    def _open(self, event: events.CollectionStartEvent, *, mapping: bool) -> None:
        start = _start(event)
        if event.tag and event.tag not in ("!", STANDARD + ("map" if mapping else "seq")):
            error = unknown_tag_error(event.tag)
            raise ComposeError(error.what, start, error.next_step)
        if len(self._stack) > MAX_DEPTH:
            raise NestingError(
                message("yaml.nesting", n=MAX_DEPTH), start, message("yaml.nesting.next")
            )
        self._values += 1
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        self._stack.append(OpenNode(start, event.anchor, self._values, mapping=mapping))

    def _close(self, event: events.CollectionEndEvent) -> None:
        collection = self._stack.pop()
        end = _end(event)
        if collection.keys is None:
            value: JSON = collection.items
            node: Node = (collection.start, end, collection.nodes, None)
        else:
            if collection.merges:
                _apply_merges(collection, collection.merges)
            value = collection.entries
            node = (collection.start, end, collection.children, collection.keys)
        if collection.anchor is not None:
            size = self._values - collection.before + 1
            self._anchors[collection.anchor] = _Anchor(
                value, node, size, collection.height, is_merge_key=False
            )
        self._add(value, node, height=collection.height)

    def _take_alias(self, event: events.AliasEvent) -> None:
        start = _start(event)
        name = event.anchor or ""
        if name not in self._anchors:
            raise ComposeError(
                message("yaml.unknown_alias", name=name), start, quoting_step(f"*{name}")
            )
        target = self._anchors[name]
        if target is None:
            raise ComposeError(
                message("yaml.alias_of_parent", name=name),
                start,
                message("yaml.alias_of_parent.next"),
            )
        self._values += target.size
        self._aliased += target.size
        if self._aliased > MAX_ALIASED_VALUES:
            raise ComposeError(
                message("yaml.aliases", n=MAX_ALIASED_VALUES),
                start,
                message("yaml.aliases.next"),
            )
        if len(self._stack) + target.height > MAX_DEPTH + 1:
            raise NestingError(
                message("yaml.nesting_of_aliases", n=MAX_DEPTH),
                start,
                message("yaml.nesting.next"),
            )
        node = target.node
        if node[2] is not None:
            node = (start, _end(event), node[2], node[3])
        self._add(target.value, node, is_merge_key=target.is_merge_key, height=target.height)

    def _add(self, value: JSON, node: Node, *, is_merge_key: bool = False, height: int = 0) -> None:
        """Add a value to the innermost open list or mapping."""
        top = self._stack[-1]
        if height >= top.height:
            top.height = height + 1
        if top.keys is None:
            top.items.append(value)
            top.nodes.append(node)
        elif top.key_start < 0:
            _take_key(top, top.keys, value, node, is_merge_key=is_merge_key)
        else:
            key, top.key_start = top.key, -1
            if key is None:
                top.merges = [*(top.merges or ()), *_merge_sources(value, node)]
            else:
                top.entries[key] = value
                top.children[key] = node


def _start(event: yaml.Event) -> int:
    mark = event.start_mark
    return 0 if mark is None else mark.index


def _end(event: yaml.Event) -> int:
    mark = event.end_mark
    return 0 if mark is None else mark.index


def _take_key(
    top: OpenNode, keys: dict[str, int], value: JSON, node: Node, *, is_merge_key: bool
) -> None:
    """Keep a key until its value comes; the merge key `<<` is kept as `None`."""
    if not isinstance(value, str):
        what = message("yaml.key_type", type=yaml_type_name(value))
        if node[2] is not None:
            what = message("yaml.key_is_collection")
        raise ComposeError(what, node[0], message("yaml.key_type.next"))
    if value in keys:
        raise _duplicate_key(value, node[0], keys[value])
    if is_merge_key:
        if top.merges is not None:
            raise ComposeError(
                message("yaml.duplicate_key", key=value),
                node[0],
                message("yaml.duplicate_merge.next"),
            )
        top.merges = []
        top.key = None
    else:
        keys[value] = node[0]
        top.key = value
    top.key_start = node[0]


def _duplicate_key(key: str, start: int, other: int) -> ComposeError:
    return ComposeError(
        message("yaml.duplicate_key", key=key), start, message("yaml.keep_one"), other=other
    )


def _merge_sources(value: JSON, node: Node) -> list[tuple[JSON, Node]]:
    """Return the mappings that a value of `<<` names.

    Raises:
        ComposeError: the value is not a mapping or a list of mappings.
    """
    if isinstance(value, dict):
        return [(value, node)]
    if isinstance(value, list) and all(isinstance(item, dict) for item in value):
        nodes = node[2]
        if isinstance(nodes, list):
            return list(zip(value, nodes, strict=True))
    raise ComposeError(message("yaml.merge_value"), node[0], message("yaml.merge_value.next"))


def _apply_merges(collection: OpenNode, merges: list[tuple[JSON, Node]]) -> None:
    """Put the mapping's own entries over the merged ones; of those, the first source wins."""
    data: dict[str, JSON] = {}
    children: dict[str, Node] = {}
    keys: dict[str, int] = {}
    for value, node in reversed(merges):
        if isinstance(value, dict) and isinstance(node[2], dict):
            data.update(value)
            children.update(node[2])
            keys.update(node[3] or {})
    data.update(collection.entries)
    children.update(collection.children)
    keys.update(collection.keys or {})
    collection.entries, collection.children, collection.keys = data, children, keys
