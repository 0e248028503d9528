"""Fragments of reports, kept until the report is written.

Trials finish in any order, and a report shows failed ones first. Small reports stay in memory,
large ones go to a temporary file, so that memory does not grow with the length of answers: about a
hundred bytes remain for each trial.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from tempfile import SpooledTemporaryFile
from types import MappingProxyType
from typing import Final, Protocol

_IN_MEMORY: Final = 2 * 1024 * 1024
# Fragments are read nearly in the order in which they were added.
_BUFFER_SIZE: Final = 256 * 1024
_NOTHING: Final[Mapping[bytes, bytes]] = MappingProxyType({})


class TextOutput(Protocol):
    """Where a report is written, as UTF-8."""

    def write(self, data: bytes, /) -> object:
        """Write some of it."""
        ...


class FragmentSpool:
    """The fragments of trials; only their positions are in memory. A context manager."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(  # noqa: SIM115 - closed by close()
            max_size=_IN_MEMORY, buffering=_BUFFER_SIZE
        )
        self._first: dict[str, int] = {}
        # The end of each fragment; they follow each other without a gap.
        self._ends = array("Q", [0])
        self._at_end = True
        self.shared: dict[bytes, bytes] = {}

    def add(
        self, name: str, fragments: Sequence[bytes], shared: Mapping[bytes, bytes] = _NOTHING
    ) -> None:
        """Add a trial's fragments, or replace them.

        Args:
            name: the trial's id.
            fragments: one for each format.
            shared: parts that fragments share, by key.
        """
        if shared:
            self.shared.update(shared)
        ends = self._ends
        end = ends[-1]
        if not self._at_end:
            self._file.seek(end)
            self._at_end = True
        self._file.write(b"".join(fragments))
        self._first[name] = len(ends) - 1
        for fragment in fragments:
            end += len(fragment)
            ends.append(end)

    def bounds(self, name: str, position: int) -> tuple[int, int]:
        """Return where a fragment begins and ends. Raises KeyError for an unknown name."""
        at = self._first[name] + position
        return self._ends[at], self._ends[at + 1]

    def read(self, begin: int, end: int) -> bytes:
        """Return what is between two positions."""
        self._at_end = False
        self._file.seek(begin)
        return self._file.read(end - begin)

    def __contains__(self, name: object) -> bool:
        return name in self._first

    def close(self) -> None:
        """Delete the temporary file."""
        self._file.close()

    def __enter__(self) -> FragmentSpool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Fragments:
    """The fragments of one format, by the trial's id; an empty one counts as none."""

    def __init__(self, spool: FragmentSpool, position: int) -> None:
        self._spool = spool
        self._position = position

    def get(self, name: str) -> bytes:
        """Return a trial's fragment. Raises KeyError for an unknown id."""
        return self._spool.read(*self._spool.bounds(name, self._position))

    def shared_part(self, key: bytes) -> bytes:
        """Return a part that fragments share. Raises KeyError for an unknown key."""
        return self._spool.shared[key]

    def __contains__(self, name: object) -> bool:
        if not isinstance(name, str) or name not in self._spool:
            return False
        begin, end = self._spool.bounds(name, self._position)
        return begin < end
