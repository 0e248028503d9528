"""Unquoted texts and numbers that YAML reads otherwise than they look, without an error.

Each is rejected, because a test with another text than its author sees may pass for the wrong
reason. In quotes, a text is what it looks like: nothing in quotes is reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, TypeVar

from coze_harness.messages import message
from coze_harness.model import JSON
from coze_harness.model.errors import ScenarioError
from coze_harness.text.spelling import (
    FULL_WIDTH_COLONS,
    WIDE_SPACES,
    format_written_number,
    without_curly_quotes,
    yaml_type_name,
)
from coze_harness.yaml_source.record_schema import ShapeMismatch
from coze_harness.yaml_source.scalars import quote_scalar, quoting_step
from coze_harness.yaml_source.source_map import Node
from coze_harness.yaml_source.yaml_reader import YamlDocument

# What no file has that needs the search: most files are read without it. Three patterns, since one
# with all alternatives takes more than twice as long.
_SUSPECTS: Final = (
    # A comment, or No, 010, 1:30, 0x1f and 1_000, where a value may begin.
    r"[ \t\[{,:-](?=[#+0-9YyNnOo-])(?:#[^\s#!]|[+-]?(?:0[0-9bx_]|[0-9]+[:_][0-9])"
    r"|(?:[Yy]es|YES|[Nn]o|NO|[Oo]n|ON|[Oo]ff|OFF)(?=[ \t]*(?:[,}\]\r\n#]|\Z)))",
    f"[“”‘’＂{WIDE_SPACES}]",
    r"^( *)\S[^\n]*[^\s:]\r?\n\1 +(?:[-－] |[a-z_]{2,}" + f"[{FULL_WIDTH_COLONS}])",
)
_ODD_NUMBER: Final = r"[:_bx]|^[+-]?0[0-9]"
_NOTATION: Final = "yaml.notation"
_PROPERTIES: Final = r"(?:&\S*\s+)+"
_CUT: Final = r"[ \t]+(#[^\s#!][^\n]*)"
_SWALLOWED: Final = rf"\n[ \t]*((?:[-－] |[a-z_]{{2,}}[{FULL_WIDTH_COLONS}]))"


Fault = TypeVar("Fault", ShapeMismatch, ScenarioError)


def find_unquoted_faults(document: YamlDocument) -> list[ShapeMismatch]:
    """Return the unquoted texts of a document that are not what they look like, by place.

    A text with a comment that may be part of it (`issue #12`), with curly or full-width quotes
    around it, with a full-width space at an end, or with a list's dash or a key in a line that
    continues it. A number or truth value in a notation of YAML 1.1 that YAML 1.2, editors and
    people read otherwise: `no`, `010`, `1:30`, `1_000`.
    """
    if not any(re.search(one, document.text, re.MULTILINE) for one in _SUSPECTS):
        return []
    faults: list[ShapeMismatch] = []
    fault: ShapeMismatch | None = None
    for value, start, end in _scalars(document.data, document.positions.node):
        if value is None or isinstance(value, str):
            fault = _fault(document, start, end)
        elif isinstance(value, int | float):
            fault = _notation_fault(document, value, start, end)
        if fault:
            faults.append(fault)
    return faults


def without_repeated_places(faults: Iterable[Fault]) -> list[Fault]:
    """Return faults without those of a notation where there is another one at the same place.

    `contains: 12:30` is a number where a text is needed: that error says more.
    """
    all_faults = list(faults)
    others = {str(one.where) for one in all_faults if one.what.id != _NOTATION}
    return [one for one in all_faults if one.what.id != _NOTATION or str(one.where) not in others]


def _scalars(value: JSON, node: Node) -> Iterator[tuple[JSON, int, int]]:
    """Yield each scalar, and where it begins and ends; those that aliases repeat only once."""
    visited: set[int] = set()
    stack = [(value, node)]
    while stack:
        value, node = stack.pop()
        start, end, children, _keys = node
        if value is None:
            yield value, end, end
        elif isinstance(value, str | int | float):
            if start not in visited:
                visited.add(start)
                yield value, start, end
        elif isinstance(value, dict) and isinstance(children, dict):
            if id(children) not in visited:
                visited.add(id(children))
                stack += [(one, children[key]) for key, one in value.items()]
        elif isinstance(value, list) and isinstance(children, list) and id(children) not in visited:
            visited.add(id(children))
            stack += zip(value, children, strict=True)


def _fault(document: YamlDocument, start: int, end: int) -> ShapeMismatch | None:
    text = document.text
    source = text[start:end]
    if source and source[0] in "\"'|>&!":
        return None
    location = document.positions.location
    if continuation := re.search(_SWALLOWED, source):
        return ShapeMismatch(
            message("yaml.continued_text"),
            location(start + continuation.start(1)),
            message("yaml.continued_text.next"),
        )
    if source.strip(WIDE_SPACES) != source:
        edge = source[0] if source[0] in WIDE_SPACES else source[-1]
        return ShapeMismatch(
            message("yaml.wide_space", code=f"U+{ord(edge):04X}"),
            location(start),
            message("yaml.wide_space.next", kept=quote_scalar(source)),
        )
    if cut := re.compile(_CUT).match(text, end):
        step = quoting_step(text[start : cut.end(1)].strip())
        return ShapeMismatch(
            message("yaml.comment_in_text") if source else message("yaml.comment_only"),
            location(cut.start(1)),
            message("yaml.comment.next", quote=step),
        )
    if (inner := without_curly_quotes(source)) != source:
        return ShapeMismatch(
            message("yaml.other_quotes"),
            location(start),
            message("yaml.other_quotes.next", quote=quoting_step(inner), kept=quote_scalar(source)),
        )
    return None


def is_plain_notation(source: str, value: bool | int | float) -> bool:
    """Return whether a number or truth value is written as YAML 1.2 and people read it, too."""
    if isinstance(value, bool):
        return source.lower() in ("true", "false")
    return not re.search(_ODD_NUMBER, source)


def _notation_fault(
    document: YamlDocument, value: int | float, start: int, end: int
) -> ShapeMismatch | None:
    """Return the fault of a number or truth value that is written as only YAML 1.1 has it."""
    source = re.sub(_PROPERTIES, "", document.text[start:end]).strip()
    if source[:1] == "!" or is_plain_notation(source, value):
        return None
    if isinstance(value, bool):
        plain = "true" if value else "false"
    else:
        # Whoever writes 010 means ten, although YAML reads it as octal.
        digits = source.lstrip("+").lstrip("0") or "0"
        plain = digits if source.isdecimal() else format_written_number(value)
    return ShapeMismatch(
        message(_NOTATION, source=source, actual=yaml_type_name(value)),
        document.positions.location(start),
        message("yaml.notation.next", value=plain, quoted=quote_scalar(source)),
    )
