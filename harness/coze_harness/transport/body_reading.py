"""Reads the body of a response piece by piece, decompressed in bounded steps."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Iterator
from typing import Final

from urllib3.exceptions import DecodeError, ProtocolError
from urllib3.response import BaseHTTPResponse

from coze_harness.messages import message

_READ_BYTES: Final = 1 << 16
# A thousandfold compression is possible: a piece must not become more than this at once.
_STEP_BYTES: Final = 1 << 18
_GZIP: Final = zlib.MAX_WBITS | 16
_GZIP_MAGIC: Final = b"\x1f"
ENCODINGS: Final = "gzip, deflate"
"""The encodings that a request accepts, as its header."""


class BodyTooLargeError(Exception):
    """A body is larger than its limit."""


class BodyReader:
    """Reads one body.

    `content` is what has been read so far, decompressed; it is there whatever `read` raises.

    Args:
        response: an open response.
        max_bytes: the most bytes of the body, compressed and decompressed.
        on_chunk: receives the decompressed pieces as they arrive.
    """

    def __init__(
        self,
        response: BaseHTTPResponse,
        max_bytes: int,
        on_chunk: Callable[[bytes], object] | None = None,
    ) -> None:
        self._response = response
        self._max_bytes = max_bytes
        self._on_chunk = on_chunk
        self._content = io.BytesIO()

    @property
    def content(self) -> bytes:
        """What has been read so far."""
        return self._content.getvalue()

    def read(self) -> None:
        """Read to the end.

        Raises:
            BodyTooLargeError: the body is larger than the limit.
            HTTPError, OSError: the body is broken, or took too long.
        """
        decoder = _decoder_for(self._response.headers.get("content-encoding", ""))
        received = size = 0
        while data := self._response.read1(_READ_BYTES, decode_content=False):
            received += len(data)
            for piece in decoder.decode(data) if decoder else (data,):
                size += len(piece)
                if size > self._max_bytes:
                    raise BodyTooLargeError
                self._content.write(piece)
                if self._on_chunk is not None:
                    self._on_chunk(piece)
            # Compressed data can go on forever without content.
            if received > self._max_bytes:
                raise BodyTooLargeError
        if decoder and received and not decoder.has_ended:
            raise ProtocolError(message("transport.body.ended_early"))


class _Decoder:
    """Decompresses gzip (any number of members) or deflate (with or without zlib's header)."""

    def __init__(self, *, is_gzip: bool) -> None:
        self._is_gzip = is_gzip
        self._head = b""
        self._zlib = zlib.decompressobj(_GZIP) if is_gzip else None

    @property
    def has_ended(self) -> bool:
        """Whether the compressed data was complete."""
        return self._zlib is not None and self._zlib.eof

    def decode(self, data: bytes) -> Iterator[bytes]:
        """Yield what some more data contains, in pieces of at most `_STEP_BYTES`.

        Raises:
            DecodeError: the data is not compressed as it should be.
        """
        if self._zlib is None:
            self._head += data
            if len(self._head) < 2:
                return
            data = self._head
            self._zlib = zlib.decompressobj(_deflate_window(data))
        inflater = self._zlib
        while data:
            if inflater.eof:
                if not (self._is_gzip and data.startswith(_GZIP_MAGIC)):
                    return  # padding after the end
                inflater = self._zlib = zlib.decompressobj(_GZIP)
            try:
                piece = inflater.decompress(data, _STEP_BYTES)
            except zlib.error as error:
                raise DecodeError(
                    message("transport.body.not_decompressed", reason=str(error))
                ) from error
            if piece:
                yield piece
            data = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
            # The last step may have left something that it had no room for.
            while not data and len(piece) == _STEP_BYTES and not inflater.eof:
                piece = inflater.decompress(b"", _STEP_BYTES)
                if piece:
                    yield piece


def _deflate_window(head: bytes) -> int:
    """Return zlib's window for deflate; some servers leave out zlib's header."""
    has_header = head[0] & 0x0F == 8 and int.from_bytes(head[:2], "big") % 31 == 0
    return zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS


def _decoder_for(encoding: str) -> _Decoder | None:
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return None
    if name in ("gzip", "x-gzip"):
        return _Decoder(is_gzip=True)
    if name == "deflate":
        return _Decoder(is_gzip=False)
    raise DecodeError(message("transport.body.unknown_encoding", encoding=name[:40]))
