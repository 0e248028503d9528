"""A server of a few lines that answers with bytes as they are, and keeps what it was sent."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

Handler = Callable[[socket.socket, bytes], None]


def says(answer: bytes) -> Handler:
    """Return what sends these bytes and closes."""
    return lambda peer, _request: peer.sendall(answer)


def http(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    """Return a whole answer, which says that the connection ends with it: `says` closes it."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


class RawServer:
    """Takes one connection after the other; the handlers are used in turn, the last for ever."""

    def __init__(self, *handlers: Handler) -> None:
        self._handlers: Sequence[Handler] = handlers
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.requests: list[bytes] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def port(self) -> int:
        port = self._socket.getsockname()[1]
        assert isinstance(port, int)
        return port

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)

    def _serve(self) -> None:
        answered_count = 0
        while True:
            try:
                peer, _address = self._socket.accept()
            except OSError:
                return
            with peer, suppress(OSError):
                peer.settimeout(1)
                request = _whole(peer)
                if request:
                    self.requests.append(request)
                    self._handlers[min(answered_count, len(self._handlers) - 1)](peer, request)
                    answered_count += 1


def _whole(peer: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = peer.recv(65536)
        if not piece:
            return data
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            length = int(line.partition(b":")[2])
    while len(body) < length:
        body += peer.recv(65536)
    return head + b"\r\n\r\n" + body
