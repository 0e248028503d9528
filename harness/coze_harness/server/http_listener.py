"""A listening socket, and uvicorn on it until a signal ends it: what all servers here share."""

from __future__ import annotations

import contextlib
import signal
import socket
from collections.abc import Callable
from functools import partial
from typing import Final

import uvicorn
from starlette.requests import Request
from starlette.types import ASGIApp

from coze_harness.messages import message
from coze_harness.messages.os_error_reason import os_error_reason
from coze_harness.model.errors import UsageError
from coze_harness.server.connection_registry import ConnectionRegistry

LOOPBACK: Final = "127.0.0.1"
_BACKLOG = 2048
_MAX_PORT = 65_535
_KEEP_ALIVE = 75  # seconds an idle connection stays open; longer than clients' pools keep one


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket: clients may connect before anything accepts. Port 0: any free one.

    Raises:
        UsageError: the address cannot be listened on.
    """
    if port not in range(_MAX_PORT + 1):
        raise UsageError(
            message("server.port", port=port, limit=_MAX_PORT),
            next_step=message("server.address.next"),
        )
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise UsageError(
            message("server.address", host=host, port=port, reason=os_error_reason(error)),
            next_step=message("server.address.next"),
        ) from error


def address_url(host: str, port: int) -> str:
    """Return the URL of a listening socket's address, without a slash at the end."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def read_body(request: Request, limit: int, max_size: int) -> tuple[bytes, int]:
    """Return a request's body, or its beginning of at most `limit` bytes, and its size.

    A client reads a refusal only after it has sent everything: what is above the limit is received
    and dropped, until the size is above `max_size`.
    """
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= limit:
            chunks.append(chunk)
        elif size > max_size:
            break
    return b"".join(chunks), size


class ListeningServer(uvicorn.Server):
    """A server that reports its start: from then on it accepts connections and handles signals."""

    on_start: Callable[[], None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and report it."""
        await super().startup(sockets)
        if self.on_start is not None:
            self.on_start()


def make_server(
    app: ASGIApp,
    connections: ConnectionRegistry,
    *,
    log_level: str = "warning",
    max_connections: int | None = None,
) -> ListeningServer:
    """Return a server of an application; it runs on a socket of `listen`.

    `log_level` is that of uvicorn's lines on stderr. Connections above `max_connections` get
    HTTP 503.
    """
    return ListeningServer(
        uvicorn.Config(
            app,
            http=connections.protocol(),
            ws="none",
            lifespan="off",
            access_log=False,
            log_config=None,
            log_level=log_level,
            server_header=False,
            backlog=_BACKLOG,
            limit_concurrency=max_connections,
            timeout_keep_alive=_KEEP_ALIVE,
            timeout_graceful_shutdown=1,
        )
    )


def run_until_signal(
    server: ListeningServer, sock: socket.socket, on_start: Callable[[str], None]
) -> None:
    """Run a server in this thread until SIGINT, SIGTERM or SIGHUP; `on_start` gets its URL."""
    # uvicorn itself handles SIGINT and SIGTERM.
    hangup = getattr(signal, "SIGHUP", None)
    if hangup is not None and signal.getsignal(hangup) is not signal.SIG_IGN:
        signal.signal(hangup, server.handle_exit)
    server.on_start = partial(on_start, address_url(*sock.getsockname()[:2]))
    with contextlib.suppress(KeyboardInterrupt):
        server.run([sock])
