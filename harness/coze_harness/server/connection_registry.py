"""The server's end of each connection, so that a fault can break it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

_NO_LINGER = struct.pack("ii", 1, 0)


class ClientConnection(H11Protocol):
    """One connection; the `state` of each of its requests holds it."""

    registry: ConnectionRegistry
    lost: asyncio.Event

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn narrows it
        """Register the connection."""
        super().connection_made(transport)
        sock = transport.get_extra_info("socket")
        if sock is not None:
            # asyncio does this only for sockets with an explicit protocol number, and ours is
            # bound beforehand; without it each answer waits 40 ms for the acknowledged header.
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.lost = asyncio.Event()
        self.app_state = {**self.app_state, "connection": self}
        self.registry.add(self)
        if self.registry.request_seconds is not None:
            self.loop.call_later(self.registry.request_seconds, self._expire)

    def connection_lost(self, exc: Exception | None) -> None:
        """Remove the connection."""
        super().connection_lost(exc)
        self.registry.remove(self)
        self.lost.set()

    def _expire(self) -> None:
        """Break a connection that waits for the rest of a request's head."""
        if self.conn.their_state is h11.IDLE:
            self.transport.abort()

    async def reset(self) -> None:
        """Break the connection: the peer sees a reset."""
        sock = self.transport.get_extra_info("socket")
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self.transport.abort()
        await self.lost.wait()

    async def close(self) -> None:
        """Send what is written so far, then close: the peer sees a truncated answer."""
        self.transport.close()
        await self.lost.wait()


class ConnectionRegistry:
    """All open connections of one server.

    Args:
        request_seconds: how long a client may take to send the head of its first request; `None`:
            as long as it likes.
    """

    def __init__(self, request_seconds: float | None = None) -> None:
        self.connection_count = 0
        self.request_seconds = request_seconds
        self._closing = False
        self._open: set[ClientConnection] = set()

    def protocol(self) -> type[asyncio.Protocol]:
        """Return the class of this server's connections."""

        class ServerConnection(ClientConnection):
            registry = self

        return ServerConnection

    def add(self, connection: ClientConnection) -> None:
        """Register a connection."""
        self.connection_count += 1
        self._open.add(connection)
        if self._closing:
            connection.transport.abort()

    def remove(self, connection: ClientConnection) -> None:
        """Remove a connection."""
        self._open.discard(connection)

    def abort(self) -> None:
        """Break every connection, so that stopping waits for none. From any thread."""
        self._closing = True
        for connection in list(self._open):
            with contextlib.suppress(RuntimeError):  # the loop has ended, and the connection too
                connection.loop.call_soon_threadsafe(connection.transport.abort)
