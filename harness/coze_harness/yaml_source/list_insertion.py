"""Adds items to a list in YAML text; every other byte of the text stays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import yaml
from yaml import MappingNode, Node, ScalarNode, SequenceNode


def insert_items(
    text: str, line: int, column: int, key: str, items: Sequence[str]
) -> tuple[str, tuple[str | int, ...]] | None:
    """Return a text with more items in a list of a mapping, and the path of the mapping.

    Args:
        text: YAML, without a byte order mark.
        line: where the mapping begins, from 1.
        column: its column, from 1.
        key: the list's key; it is added if it is missing.
        items: YAML of each item, a mapping of one key in one line.

    Returns:
        `None` if the list is an alias or no list, or the mapping is not found.
    """
    try:
        root = yaml.compose(text, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, RecursionError):
        return None
    match = next(
        (
            (node, path)
            for node, path in _mappings(root, ())
            if (node.start_mark.line + 1, node.start_mark.column + 1) == (line, column)
        ),
        None,
    )
    if match is None:
        return None
    mapping, path = match
    pair = next((one for one in mapping.value if one[0].value == key), None)
    edited = (
        _with_key(text, mapping, key, items)
        if pair is None
        else _extend_list(text, mapping, pair[0], pair[1], items)
    )
    return None if edited is None else (edited, path)


def _mappings(
    node: Node | None, path: tuple[str | int, ...]
) -> Iterator[tuple[MappingNode, tuple[str | int, ...]]]:
    if isinstance(node, MappingNode):
        yield node, path
        for name, value in node.value:
            yield from _mappings(value, (*path, str(name.value)))
    elif isinstance(node, SequenceNode):
        for index, value in enumerate(node.value):
            yield from _mappings(value, (*path, index))


def _with_key(text: str, mapping: MappingNode, key: str, items: Sequence[str]) -> str | None:
    """Return the text with a new list as the last key of a mapping."""
    if mapping.flow_style:
        return _in_flow(text, mapping.end_mark.index - 1, f"{key}: [{_inline(items)}]")
    indent = " " * mapping.value[0][0].start_mark.column
    lines = [f"{indent}{key}:", *(f"{indent}  - {item}" for item in items)]
    return _after_line(text, _last_index(mapping), lines)


def _extend_list(
    text: str, mapping: MappingNode, name: Node, value: Node, items: Sequence[str]
) -> str | None:
    if value.start_mark.index < name.end_mark.index:
        return None  # an alias: other places have the same list
    if isinstance(value, ScalarNode) and not value.value and not mapping.flow_style:
        indent = " " * name.start_mark.column
        end = name.end_mark.index
        return _after_line(text, end, [f"{indent}  - {item}" for item in items])
    if not isinstance(value, SequenceNode):
        return None
    if value.flow_style:
        return _in_flow(text, value.end_mark.index - 1, _inline(items), is_empty=not value.value)
    indent = " " * value.start_mark.column
    return _after_line(text, _last_index(value), [f"{indent}- {item}" for item in items])


def _inline(items: Sequence[str]) -> str:
    """Return items, each a mapping, as parts of a list between brackets."""
    return ", ".join(f"{{{item}}}" for item in items)


def _in_flow(text: str, end: int, addition: str, *, is_empty: bool = False) -> str | None:
    """Insert before the bracket that closes a list or mapping at `end`."""
    before = text[:end]
    content = before.rstrip()
    last_line = before.rpartition("\n")[2]
    if "#" in last_line or not content:
        return None  # perhaps a comment; an addition could become a part of it
    separator = " " if content.endswith(",") else ", "
    return f"{content}{'' if is_empty else separator}{addition}{before[len(content) :]}{text[end:]}"


def _last_index(node: Node) -> int:
    """Return the index after the last character of a node's content."""
    while isinstance(node, MappingNode | SequenceNode) and node.value and not node.flow_style:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    index: int = node.end_mark.index
    return index


def _after_line(text: str, index: int, lines: Sequence[str]) -> str:
    """Insert lines after the one that ends at or after an index, with the file's line ends."""
    newline = "\r\n" if "\r\n" in text else "\n"
    # A block text, and a node without content, end in a later line.
    at = len(text[:index].rstrip())
    end = text.find("\n", at)
    if end < 0:
        return text + newline + newline.join(lines)
    return text[: end + 1] + "".join(f"{one}{newline}" for one in lines) + text[end + 1 :]
