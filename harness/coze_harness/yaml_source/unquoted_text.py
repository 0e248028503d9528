"""Unquoted texts that YAML reads otherwise than they look, without an error.

Each is rejected, because a test with another text than its author sees may pass for the wrong
reason. In quotes, a text is what it looks like: nothing in quotes is reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from coze_harness.messages import message
from coze_harness.model import JSON
from coze_harness.text.spelling import FULL_WIDTH_COLONS, without_curly_quotes
from coze_harness.yaml_source.record_schema import ShapeMismatch
from coze_harness.yaml_source.scalars import quote_scalar, quoting_step
from coze_harness.yaml_source.source_map import Node
from coze_harness.yaml_source.yaml_reader import YamlDocument

# What no file has that needs the search: most files are read without it.
_SUSPECT: Final = (
    r"[ \t]#[^\s#!]|[“”‘’＂]|^( *)\S[^\n]*[^\s:]\r?\n\1 +(?:[-－] |[a-z_]{2,}["
    f"{FULL_WIDTH_COLONS}])"
)
_CUT: Final = r"[ \t]+(#[^\s#!][^\n]*)"
_SWALLOWED: Final = rf"\n[ \t]*((?:[-－] |[a-z_]{{2,}}[{FULL_WIDTH_COLONS}]))"


def find_unquoted_faults(document: YamlDocument) -> list[ShapeMismatch]:
    """Return the unquoted texts of a document that are not what they look like, by place.

    A text with a comment that may be part of it (`issue #12`), with curly or full-width quotes
    around it, or with a list's dash or a key in a line that continues it.
    """
    if not re.search(_SUSPECT, document.text, re.MULTILINE):
        return []
    faults: list[ShapeMismatch] = []
    seen: set[int] = set()
    for start, end in _texts(document.data, document.positions.node, seen):
        if fault := _fault(document, start, end):
            faults.append(fault)
    return faults


def _texts(value: JSON, node: Node, seen: set[int]) -> Iterator[tuple[int, int]]:
    """Yield where each text begins and ends; those that aliases repeat only once."""
    stack = [(value, node)]
    while stack:
        value, node = stack.pop()
        start, end, children, _keys = node
        if isinstance(value, str):
            if start not in seen:
                seen.add(start)
                yield start, end
        elif value is None:
            yield end, end
        elif isinstance(value, dict) and isinstance(children, dict):
            if id(children) not in seen:
                seen.add(id(children))
                stack += [(one, children[key]) for key, one in value.items()]
        elif isinstance(value, list) and isinstance(children, list) and id(children) not in seen:
            seen.add(id(children))
            stack += zip(value, children, strict=True)


def _fault(document: YamlDocument, start: int, end: int) -> ShapeMismatch | None:
    text = document.text
    written = text[start:end]
    if written and written[0] in "\"'|>&!":
        return None
    location = document.positions.location
    if swallowed := re.search(_SWALLOWED, written):
        return ShapeMismatch(
            message("yaml.continued_text"),
            location(start + swallowed.start(1)),
            message("yaml.continued_text.next"),
        )
    if cut := _cut_at(text, end):
        step = quoting_step(text[start : cut.end(1)].strip())
        return ShapeMismatch(
            message("yaml.comment_in_text") if written else message("yaml.comment_only"),
            location(cut.start(1)),
            message("yaml.comment.next", quote=step),
        )
    if (inner := without_curly_quotes(written)) != written:
        return ShapeMismatch(
            message("yaml.other_quotes"),
            location(start),
            message(
                "yaml.other_quotes.next", quote=quoting_step(inner), kept=quote_scalar(written)
            ),
        )
    return None


def _cut_at(text: str, end: int) -> re.Match[str] | None:
    return re.compile(_CUT).match(text, end)
