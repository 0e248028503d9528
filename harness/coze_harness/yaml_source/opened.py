"""Lists and mappings whose end has not come yet: what they take, and what they refuse."""

from __future__ import annotations

from coze_harness.model import JSON
from coze_harness.yaml_source.source_map import Node


class ComposeError(ValueError):
    """What is wrong (`what`), at which character (`index`), and what to do (`next_step`)."""

    def __init__(
        self, what: str, index: int, next_step: str = "", other: int | None = None
    ) -> None:
        super().__init__(what)
        self.what = what
        self.index = index
        self.next_step = next_step
        self.other = other


class OpenNode:
    """A list or mapping whose end has not come yet; `keys` is `None` for a list."""

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

    entries: dict[str, JSON]
    children: dict[str, Node]
    keys: dict[str, int] | None
    items: list[JSON]
    nodes: list[Node]

    def __init__(self, start: int, anchor: str | None, before: int, *, mapping: bool) -> None:
        self.start = start
        self.anchor = anchor
        self.before = before
        self.height = 1
        if mapping:
            self.key: str | None = None
            self.key_start = -1
            self.merges: list[tuple[JSON, Node]] | None = None
            self.entries = {}
            self.children = {}
            self.keys = {}
        else:
            self.keys = None
            self.items = []
            self.nodes = []


def take_key(top: OpenNode, keys: dict[str, int], value: JSON, node: Node, *, merge: bool) -> None:
    """Keep a key until its value comes; `None` stands for the merge key `<<`."""
    if not isinstance(value, str):
        raise _no_key(value, node)
    if value in keys:
        raise duplicate_key_error(value, node[0], keys[value])
    if merge:
        if top.merges is not None:
            raise ComposeError(
                'The key "<<" is written twice.', node[0], "Write one `<<: [*a, *b]`."
            )
        top.merges = []
        top.key = None
    else:
        keys[value] = node[0]
        top.key = value
    top.key_start = node[0]


def duplicate_key_error(key: str, start: int, other: int) -> ComposeError:
    """Return the error for a key that stands at `other`, too."""
    what = f'The key "{key}" is written twice.'
    return ComposeError(what, start, "Keep one of them.", other=other)


def _no_key(value: JSON, node: Node) -> ComposeError:
    if node[2] is not None:
        what = "A key must be text, and this is a list or mapping."
    else:
        shown = f"the number {value}"
        if value is None or isinstance(value, bool):
            shown = {None: "nothing", True: "true", False: "false"}[value]
        what = f"A key must be text, and YAML reads this one as {shown}."
    return ComposeError(what, node[0], "Put quotes around the key.")


def merge_sources(value: JSON, node: Node) -> list[tuple[JSON, Node]]:
    """Return the mappings that a value of `<<` names.

    Raises:
        ComposeError: it is something else.
    """
    if isinstance(value, dict):
        return [(value, node)]
    if isinstance(value, list) and all(isinstance(item, dict) for item in value):
        nodes = node[2]
        if isinstance(nodes, list):
            return list(zip(value, nodes, strict=True))
    raise ComposeError(
        "`<<` takes in a mapping or a list of mappings.", node[0], "Write `<<: *name`."
    )


def merge(done: OpenNode, merges: list[tuple[JSON, Node]]) -> None:
    """Lay the mapping's own entries over the merged ones; of those, the first named wins."""
    data: dict[str, JSON] = {}
    children: dict[str, Node] = {}
    keys: dict[str, int] = {}
    for value, node in reversed(merges):
        if isinstance(value, dict) and isinstance(node[2], dict):
            data.update(value)
            children.update(node[2])
            keys.update(node[3] or {})
    data.update(done.entries)
    children.update(done.children)
    keys.update(done.keys or {})
    done.entries, done.children, done.keys = data, children, keys
