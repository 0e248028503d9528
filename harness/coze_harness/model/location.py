"""Where something stands in a file: the last word of every message that asks for an edit."""

from __future__ import annotations

from typing import Protocol, TypeAlias

from msgspec import Struct

PathPart: TypeAlias = str | int


class Location(Struct, frozen=True):
    """A place in a text file, printed the way editors and terminals make clickable.

    Lines and columns count from 1; 0 means that the whole file (or the whole line) is meant.
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
    """Finds, for a value inside a parsed document, where it was written.

    A path is the chain of mapping keys and list positions that leads from this value to another
    one inside it: ``places.at("turns", 0, "prompt")``.
    """

    def at(self, *path: PathPart) -> Location:
        """Return where the value itself begins; the nearest existing parent when it is absent."""
        ...

    def key(self, *path: PathPart) -> Location:
        """Return where the last key of the path is written, for faults of a key and not a value."""
        ...

    def source(self, *path: PathPart) -> str:
        """Return a scalar as its author wrote it (``no``, ``12:30``); empty text for the rest."""
        ...

    def below(self, *path: PathPart) -> SourcePositions:
        """Return the places of a value inside this one, with paths counted from there."""
        ...
