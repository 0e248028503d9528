"""Data that lies in the page without being read: gzipped JSON in base64, which holds no ``<``.

Compressing runs in a few threads (zlib lets go of Python's lock), a little ahead of the writing.
"""

from __future__ import annotations

import zlib
from base64 import b64encode
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

_THREADS: Final = 2
_AHEAD: Final = 2
# Beyond level 6 a fiftieth of the size costs half as much time again.
_LEVEL: Final = 6
_GZIP: Final = 16 + zlib.MAX_WBITS


def packed(data: bytes, level: int = _LEVEL) -> bytes:
    """Return data as gzip in base64. Without a time in its head: the same data, the same bytes."""
    made = zlib.compressobj(level, zlib.DEFLATED, _GZIP)
    return b64encode(made.compress(data) + made.flush())


def all_packed(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Pack blocks, which are taken one after the other, and yield them in their order."""
    with ThreadPoolExecutor(_THREADS) as pool:
        going: deque[Future[bytes]] = deque()
        for block in blocks:
            going.append(pool.submit(packed, block))
            if len(going) > _AHEAD:
                yield going.popleft().result()
        while going:
            yield going.popleft().result()


class Packer:
    """The index, packed while its entries come."""

    def __init__(self) -> None:
        self._made = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
        self._done = [self._made.compress(b'{"trials":[')]

    def put(self, entry: bytes) -> None:
        """Take the next entry."""
        self._done.append(self._made.compress(entry))

    def packed(self) -> bytes:
        """Return it all, and end."""
        return b64encode(b"".join((*self._done, self._made.compress(b"]}"), self._made.flush())))
