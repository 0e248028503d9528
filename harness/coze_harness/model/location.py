"""Where something is in a file: the beginning of every message that asks for an edit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeAlias

from msgspec import Struct

PathPart: TypeAlias = str | int


class Location(Struct, frozen=True):
    """A place in a text file, printed the way editors and terminals make clickable.

    Lines and columns count from 1; 0 means the whole file (or the whole line).
    """

    path: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.path
        if not self.column:
            return f"{self.path}:{self.line}"
        return f"{self.path}:{self.line}:{self.column}"


class SourcePositions(Protocol):
    """Finds where a value inside a parsed document was written.

    A path is the chain of mapping keys and list positions that leads from this value to another one
    inside it: `positions.at("turns", 0, "prompt")`.
    """

    def at(self, *path: PathPart) -> Location:
        """Return where the value begins; the nearest existing parent when it is absent."""
        ...

    def key(self, *path: PathPart) -> Location:
        """Return where the path's last key is written, for errors of a key and not a value."""
        ...

    def source(self, *path: PathPart) -> str:
        """Return a scalar as its author wrote it (`no`, `12:30`); empty text for the rest."""
        ...

    def below(self, *path: PathPart) -> SourcePositions:
        """Return the positions of a value inside this one, with paths counted from there."""
        ...


def format_path(path: Iterable[PathPart]) -> str:
    """Return a path as messages show it: `turns[0].prompt`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
