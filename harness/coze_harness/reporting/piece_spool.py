"""Pieces of reports, kept until their place is known.

Trials come in the order in which they finish; a report shows failed ones first and the others as
planned. Small reports stay in memory, large ones go to a temporary file, so that memory does not
grow with what trials say: about a hundred bytes are kept of each.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from tempfile import SpooledTemporaryFile
from types import MappingProxyType, TracebackType
from typing import Final, Protocol

_IN_MEMORY = 2 * 1024 * 1024
# Pieces are read nearly in the order in which they came.
_AT_ONCE = 256 * 1024
_NOTHING: Final[Mapping[bytes, bytes]] = MappingProxyType({})


class Fragments(Protocol):
    """What one format says of each trial, as UTF-8, by the trial's id."""

    def get(self, name: str) -> bytes:
        """Return a piece; KeyError if there is none of that name."""
        ...

    def shared(self, key: bytes) -> bytes:
        """Return what several pieces have in common; KeyError if there is none of that key."""
        ...

    def __contains__(self, name: object) -> bool: ...


class TextOutput(Protocol):
    """Where a report is written, as UTF-8."""

    def write(self, data: bytes, /) -> object:
        """Write some of it."""
        ...


class FragmentSpool:
    """A record of some pieces for each name, of which only places are held in memory.

    A context manager.

    Args:
        width: how many pieces each record has.
    """

    def __init__(self, width: int = 1) -> None:
        self._file = SpooledTemporaryFile(  # noqa: SIM115 - closed by close()
            max_size=_IN_MEMORY, buffering=_AT_ONCE
        )
        self._width = width
        self._numbers: dict[str, int] = {}
        # Where each piece of each record ends; the pieces follow each other without a gap.
        self._ends = array("Q", [0])
        self._at_end = True
        self.shared: dict[bytes, bytes] = {}

    def put(
        self, name: str, pieces: Sequence[bytes], shared: Mapping[bytes, bytes] = _NOTHING
    ) -> None:
        """Keep a record; one that was kept under the same name before is replaced.

        Args:
            name: what the record is asked for by.
            pieces: the record.
            shared: what it has in common with others, for good, by keys of its own.
        """
        if shared:
            self.shared.update(shared)
        ends = self._ends
        end = ends[-1]
        if not self._at_end:
            self._file.seek(end)
            self._at_end = True
        self._file.write(b"".join(pieces))
        self._numbers[name] = (len(ends) - 1) // self._width
        for piece in pieces:
            end += len(piece)
            ends.append(end)

    def column(self, position: int) -> Fragments:
        """Return, of every record, the piece at a position."""
        return _Column(self, position)

    def place(self, name: str, position: int) -> tuple[int, int]:
        """Return where a piece begins and ends; KeyError if there is no such record."""
        at = self._numbers[name] * self._width + position
        return self._ends[at], self._ends[at + 1]

    def read(self, begin: int, end: int) -> bytes:
        """Return what is kept between two places."""
        self._at_end = False
        self._file.seek(begin)
        return self._file.read(end - begin)

    def __contains__(self, name: object) -> bool:
        return name in self._numbers

    def close(self) -> None:
        """Delete the temporary file."""
        self._file.close()

    def __enter__(self) -> FragmentSpool:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class _Column:
    """The pieces of one format. An empty one is none."""

    def __init__(self, spool: FragmentSpool, position: int) -> None:
        self._spool = spool
        self._position = position

    def get(self, name: str) -> bytes:
        return self._spool.read(*self._spool.place(name, self._position))

    def shared(self, key: bytes) -> bytes:
        return self._spool.shared[key]

    def __contains__(self, name: object) -> bool:
        if not isinstance(name, str) or name not in self._spool:
            return False
        begin, end = self._spool.place(name, self._position)
        return begin < end
