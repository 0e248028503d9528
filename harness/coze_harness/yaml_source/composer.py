"""Events into data and nodes, in one loop: no recursion, whatever the depth of the text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from sys import intern
from typing import Final

import yaml
from yaml import events

from coze_harness.model import JSON
from coze_harness.yaml_source.opened import (
    ComposeError,
    OpenNode,
    duplicate_key_error,
    merge,
    merge_sources,
    take_key,
)
from coze_harness.yaml_source.scalars import (
    MERGE,
    STANDARD,
    STARTS,
    TEXT,
    ScalarError,
    construct,
    refuse_tag,
    resolve,
)
from coze_harness.yaml_source.source_map import Node

DEPTH = 100
"""How many lists and mappings may stand inside each other."""

ALIASED = 100_000
"""How many values may come into a document by aliases."""

# Texts of this length and less are kept once: thousands of files say the same things.
_SHARED: Final = 64


@dataclass(frozen=True, slots=True)
class _Anchored:
    """A value that aliases may repeat, with its size and height once aliases are followed."""

    value: JSON
    node: Node
    size: int
    height: int
    merge: bool


class Composer:
    """Puts one document together from its events; `value` and `node` are the result."""

    def __init__(self) -> None:
        # The document is the only member of a list that nobody wrote.
        self._stack = [OpenNode(0, None, 0, mapping=False)]
        self._anchors: dict[str, _Anchored | None] = {}
        self._documents = 0
        self._values = 0
        self._aliased = 0

    @property
    def value(self) -> JSON:
        """The document's data; `None` as long as there is no document."""
        items = self._stack[0].items
        return items[0] if items else None

    @property
    def node(self) -> Node:
        """Where the data stands."""
        nodes = self._stack[0].nodes
        return nodes[0] if nodes else (0, 0, None, None)

    def take_all(self, next_event: Callable[[], yaml.Event | None]) -> None:
        """Take events until there are none.

        Most events are scalars, and most scalars plain text: those are placed here, without a call.

        Raises:
            ComposeError: the text is YAML, but not what a document may hold.
        """
        stack = self._stack
        while (event := next_event()) is not None:
            if not isinstance(event, events.ScalarEvent):
                self._take_structure(event)
                continue
            value = event.value
            plain = event.implicit[0] and value[:1] in STARTS
            if event.anchor or event.tag or (plain and resolve(value) is not TEXT):
                self._scalar(event)
                continue
            if len(value) <= _SHARED:
                value = intern(value)
            self._values += 1
            start = _begins(event)
            top = stack[-1]
            keys = top.keys
            if keys is None:
                top.items.append(value)
                top.nodes.append((start, _ends(event), None, None))
            elif top.key_start < 0:
                if value in keys:
                    raise duplicate_key_error(value, start, keys[value])
                keys[value] = top.key_start = start
                top.key = value
            elif top.key is None:
                self._place(value, (start, _ends(event), None, None))
            else:
                top.entries[top.key] = value
                top.children[top.key] = (start, _ends(event), None, None)
                top.key_start = -1

    def _take_structure(self, event: yaml.Event) -> None:
        """Take an event that is no scalar."""
        if isinstance(event, events.CollectionEndEvent):
            self._end(event)
        elif isinstance(event, events.CollectionStartEvent):
            self._begin(event, mapping=isinstance(event, events.MappingStartEvent))
        elif isinstance(event, events.AliasEvent):
            self._alias(event)
        elif isinstance(event, events.DocumentStartEvent):
            self._document(event)

    def _scalar(self, event: events.ScalarEvent) -> None:
        start = _begins(event)
        tag = event.tag
        value: JSON = event.value
        merge = False
        if tag is None or tag == "!":
            if event.implicit[0]:
                tag = resolve(event.value)
                merge = tag == MERGE
            else:
                tag = None
        if tag is not None and tag is not TEXT:
            try:
                value = construct(event.value, tag)
            except ScalarError as cause:
                raise ComposeError(str(cause), start, cause.next_step) from cause
        node: Node = (start, _ends(event), None, None)
        self._values += 1
        if event.anchor is not None:
            self._anchors[event.anchor] = _Anchored(value, node, 1, 0, merge)
        self._place(value, node, merge=merge)

    def _begin(self, event: events.CollectionStartEvent, *, mapping: bool) -> None:
        start = _begins(event)
        if event.tag and event.tag not in ("!", STANDARD + ("map" if mapping else "seq")):
            refused = refuse_tag(event.tag)
            raise ComposeError(str(refused), start, refused.next_step)
        if len(self._stack) > DEPTH:
            raise ComposeError(
                f"The nesting is more than {DEPTH} levels deep.", start, "Flatten the file."
            )
        self._values += 1
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        self._stack.append(OpenNode(start, event.anchor, self._values, mapping=mapping))

    def _end(self, event: events.CollectionEndEvent) -> None:
        done = self._stack.pop()
        end = _ends(event)
        if done.keys is None:
            value: JSON = done.items
            node: Node = (done.start, end, done.nodes, None)
        else:
            if done.merges:
                merge(done, done.merges)
            value = done.entries
            node = (done.start, end, done.children, done.keys)
        if done.anchor is not None:
            size = self._values - done.before + 1
            self._anchors[done.anchor] = _Anchored(value, node, size, done.height, merge=False)
        self._place(value, node, height=done.height)

    def _alias(self, event: events.AliasEvent) -> None:
        start = _begins(event)
        name = event.anchor
        if name not in self._anchors:
            raise ComposeError(f"`*{name}` has no `&{name}` before it.", start, "Define it first.")
        target = self._anchors[name]
        if target is None:
            raise ComposeError(f"`*{name}` repeats a value inside itself.", start, "Take it out.")
        self._values += target.size
        self._aliased += target.size
        if self._aliased > ALIASED:
            raise ComposeError(
                f"Aliases expand this file to more than {ALIASED:,} values.",
                start,
                "Write the values out, or use `cases:`.",
            )
        if len(self._stack) + target.height > DEPTH + 1:
            raise ComposeError(
                f"With its aliases followed, the nesting is more than {DEPTH} levels deep.",
                start,
                "Flatten the file.",
            )
        node = target.node
        if node[2] is not None:
            node = (start, _ends(event), node[2], node[3])
        self._place(target.value, node, merge=target.merge, height=target.height)

    def _document(self, event: events.DocumentStartEvent) -> None:
        self._documents += 1
        if self._documents > 1:
            raise ComposeError(
                "A second document begins here: a file holds one.",
                _begins(event),
                "Take the `---` out, or move what follows into a file of its own.",
            )

    def _place(self, value: JSON, node: Node, *, merge: bool = False, height: int = 0) -> None:
        top = self._stack[-1]
        if height >= top.height:
            top.height = height + 1
        if top.keys is None:
            top.items.append(value)
            top.nodes.append(node)
        elif top.key_start < 0:
            take_key(top, top.keys, value, node, merge=merge)
        else:
            key, top.key_start = top.key, -1
            if key is None:
                top.merges = [*(top.merges or ()), *merge_sources(value, node)]
            else:
                top.entries[key] = value
                top.children[key] = node


def _begins(event: yaml.Event) -> int:
    mark = event.start_mark
    return 0 if mark is None else mark.index


def _ends(event: yaml.Event) -> int:
    mark = event.end_mark
    return 0 if mark is None else mark.index
