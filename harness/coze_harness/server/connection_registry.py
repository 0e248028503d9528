"""The server's end of each connection, so that a scripted fault can break it."""

from __future__ import annotations

import asyncio
import socket
import struct
from dataclasses import dataclass, field

from starlette.types import Scope
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

_NO_LINGER = struct.pack("ii", 1, 0)


@dataclass(eq=False)
class Line:
    """One connection."""

    transport: asyncio.Transport
    lost: asyncio.Event = field(default_factory=asyncio.Event)

    async def reset(self) -> None:
        """Break the connection: the peer sees a reset."""
        sock = self.transport.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self.transport.abort()
        await self.lost.wait()

    async def close(self) -> None:
        """Send what is written so far, then close: the peer sees an answer cut short."""
        self.transport.close()
        await self.lost.wait()


class Lines:
    """All open connections, by the peer's address, which is what a request knows of its own."""

    def __init__(self) -> None:
        self.opened = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closing = False
        self._open: dict[tuple[str, int], Line] = {}

    def of(self, scope: Scope) -> Line:
        """Return the connection that a request came by."""
        host, port = scope["client"]
        return self._open[host, port]

    def add(self, peer: tuple[str, int], transport: asyncio.Transport) -> None:
        """Take note of a new connection."""
        self.opened += 1
        self._loop = asyncio.get_running_loop()
        self._open[peer] = Line(transport)
        if self._closing:
            transport.abort()

    def remove(self, peer: tuple[str, int]) -> None:
        """Take note of a connection's end."""
        line = self._open.pop(peer, None)
        if line:
            line.lost.set()

    def abort(self) -> None:
        """Break every connection, so that stopping waits for nobody. From any thread."""
        self._closing = True
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._abort)

    def _abort(self) -> None:
        for line in list(self._open.values()):
            line.transport.abort()


class TrackedProtocol(H11Protocol):
    """Uvicorn's HTTP/1.1, telling `Lines` of each connection."""

    lines: Lines

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn narrows it
        """Begin a connection."""
        super().connection_made(transport)
        sock = transport.get_extra_info("socket")
        if sock is not None:
            # asyncio does this only for sockets made with an explicit protocol number, and ours is
            # bound beforehand; without it each answer waits 40 ms for the acknowledged header.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.client:
            self.lines.add(self.client, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """End a connection."""
        super().connection_lost(exc)
        if self.client:
            self.lines.remove(self.client)


def protocol_for(lines: Lines) -> type[asyncio.Protocol]:
    """Return the protocol class of one server."""

    class Protocol(TrackedProtocol):
        def __init__(
            self,
            config: Config,
            server_state: ServerState,
            app_state: dict[str, object],
            _loop: asyncio.AbstractEventLoop | None = None,
        ) -> None:
            super().__init__(config, server_state, app_state, _loop)
            self.lines = lines

    return Protocol
