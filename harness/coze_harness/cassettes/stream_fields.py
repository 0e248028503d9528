"""The texts that the frames of an event stream carry in pieces.

No event's shape is known here: texts belong together if they are at the same place in the data of
events with the same name and the same id. These are the pieces of one message's answer, of its
reasoning, or of a tool call's arguments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from msgspec import Struct

from coze_harness.cassettes.decoded_text import decode_string
from coze_harness.model import JSON
from coze_harness.text.json_text import parse_json

JsonPath: TypeAlias = tuple[str | int, ...]

_LINE: Final = re.compile(r"[^\r\n]*+(?:\r\n|\n|\r|$)")
_LEXEME: Final = re.compile(r'"(?:[^"\\]++|\\.)*+"|[\[\]{},:]')
# What describes an event. Joining it would only make numbers of numbers.
_DESCRIPTION: Final = re.compile(r"(?:^|_)(?:id|type|role|status|at)$")


class _Frame(Struct, frozen=True):
    """The data of one event: `lines` are start and end of its lines in the stream."""

    name: str
    lines: Sequence[tuple[int, int]]
    data: str

    def position(self, index: int) -> int:
        """Return where a character of the data is in the stream."""
        for start, end in self.lines:
            if index <= end - start:
                return start + index
            index -= end - start + 1
        return self.lines[-1][1]


class TextPiece(Struct, frozen=True):
    """A text in one frame."""

    text: str
    frame: _Frame
    path: JsonPath | None

    def stream_span(self, start: int, end: int) -> tuple[int, int]:
        """Return where a part of the text is in the stream."""
        data = self.frame.data
        if self.path is not None:
            inner = _string_positions(data)[self.path]
            source = data[slice(*inner)]
            if "\\" in source:
                start, end = decode_string(source).written_span(start, end)
            start, end = start + inner[0], end + inner[0]
        return self.frame.position(start), self.frame.position(end)


def split_texts(stream: str) -> Iterator[Sequence[TextPiece]]:
    """Yield the pieces of each text that more than one frame of a stream carries."""
    texts: dict[tuple[str, JSON, JsonPath | None], list[TextPiece]] = {}
    for frame in _frames(stream):
        value: JSON = None
        if frame.data.lstrip()[:1] in ("{", "["):
            try:
                value = parse_json(frame.data.encode("utf-8", "surrogatepass"))
            except ValueError:
                value = None
        if value is None:
            texts.setdefault((frame.name, None, None), []).append(
                TextPiece(frame.data, frame, None)
            )
            continue
        event_id = value.get("id") if isinstance(value, Mapping) else None
        message = event_id if isinstance(event_id, str | int) else None
        for path, text in _string_leaves(value, ()):
            texts.setdefault((frame.name, message, path), []).append(TextPiece(text, frame, path))
    for pieces in texts.values():
        if len(pieces) > 1 and any(piece.text != pieces[0].text for piece in pieces):
            yield pieces


def _frames(stream: str) -> Iterator[_Frame]:
    name = ""
    lines: list[tuple[int, int]] = []
    for match in _LINE.finditer(stream):
        line = match[0].rstrip("\r\n")
        if not line:
            if lines:
                data = "\n".join([stream[start:end] for start, end in lines])
                yield _Frame(name, lines, data)
            name, lines = "", []
        elif line.startswith("data:"):
            start = match.start() + (6 if line.startswith("data: ") else 5)
            lines.append((start, match.start() + len(line)))
        elif line.startswith("event:"):
            name = line[6:].strip()


def _string_leaves(value: JSON, path: JsonPath) -> Iterator[tuple[JsonPath, str]]:
    if isinstance(value, str):
        if not (path and isinstance(path[-1], str) and _DESCRIPTION.search(path[-1])):
            yield path, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _string_leaves(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _string_leaves(inner, (*path, index))


def _string_positions(data: str) -> dict[JsonPath, tuple[int, int]]:
    """Return where each string of a JSON text begins and ends, without its quotes."""
    positions: dict[JsonPath, tuple[int, int]] = {}
    path: list[str | int] = []
    expects_key = False
    for match in _LEXEME.finditer(data):
        lexeme = match[0]
        if lexeme == "{":
            path.append("")
            expects_key = True
        elif lexeme == "[":
            path.append(0)
            expects_key = False
        elif lexeme in "]}":
            path.pop()
        elif lexeme == ",":
            last = path[-1]
            expects_key = isinstance(last, str)
            if isinstance(last, int):
                path[-1] = last + 1
        elif lexeme[0] == '"' and expects_key:
            path[-1] = decode_string(lexeme[1:-1]).text
            expects_key = False
        elif lexeme[0] == '"':
            positions[tuple(path)] = match.start() + 1, match.end() - 1
    return positions
