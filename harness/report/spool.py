"""Pieces of a report, kept until their place is known.

Trials come in the order in which they finish; a report shows failed ones first and the others as
planned. Small reports stay in memory, large ones go to a temporary file, so that memory does not
grow with the number of trials.
"""

from __future__ import annotations

from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Protocol

_IN_MEMORY = 2 * 1024 * 1024


class Pieces(Protocol):
    """Texts by name, for reading."""

    def get(self, name: str) -> str:
        """Return a text; KeyError if there is none of that name."""
        ...

    def __contains__(self, name: object) -> bool: ...


class Spool:
    """Texts by name, of which only places are held in memory. A context manager."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed by close()
        self._places: dict[str, tuple[int, int]] = {}
        self._end = 0

    def put(self, name: str, text: str) -> None:
        """Keep a text; one that was kept under the same name before is replaced."""
        piece = text.encode()
        self._file.seek(self._end)
        self._file.write(piece)
        self._places[name] = (self._end, len(piece))
        self._end += len(piece)

    def get(self, name: str) -> str:
        """Return a text; KeyError if there is none of that name."""
        begin, length = self._places[name]
        self._file.seek(begin)
        return self._file.read(length).decode()

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def close(self) -> None:
        """Delete the temporary file."""
        self._file.close()

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
