"""The server on a socket: in a thread for tests and programs, in the foreground for the command."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Self

import uvicorn

from coze_harness.model.errors import UsageError
from coze_harness.server.asgi_app import application
from coze_harness.server.clock import ServerClock
from coze_harness.server.connection_registry import protocol_for
from coze_harness.server.fault_schema import Fault
from coze_harness.server.script_schema import Script
from coze_harness.server.server_state import Desk

BACKLOG = 2048
_IDLE = 75  # seconds a connection may rest; longer than clients' pools keep one
_LAST_PORT = 65535
_PATIENCE = 1  # seconds that stopping waits for answers under way


class RunningServer:
    """A server that listens. Also a context manager that stops it."""

    def __init__(self, desk: Desk, server: uvicorn.Server, sock: socket.socket) -> None:
        self._desk = desk
        self._server = server
        self.host, self.port = sock.getsockname()[:2]
        self._thread = threading.Thread(
            target=server.run, args=([sock],), name="coze-server", daemon=True
        )
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def base_url(self) -> str:
        """Where clients turn to, without a slash at the end."""
        return _url(self.host, self.port)

    @property
    def calls(self) -> Mapping[str, int]:
        """Requests so far by method and route: ``{"POST /v3/chat": 3}``."""
        return dict(self._desk.calls)

    @property
    def peak_chats(self) -> int:
        """The most chats that ran at the same time."""
        return self._desk.conversations.peak

    @property
    def connections(self) -> int:
        """Connections opened so far."""
        return self._desk.lines.opened

    def polls(self, chat_id: str) -> int:
        """Return how often a chat's status was asked for."""
        chat = self._desk.conversations.chat(chat_id)
        return chat.polls if chat else 0

    def inject(self, fault: Fault, *, bot_id: str = "") -> None:
        """Switch a fault on from now, for one bot or for every call."""
        self._desk.faults.inject(fault, bot_id)

    def heal(self) -> None:
        """Switch off what was injected; the script's own faults stay."""
        self._desk.faults.heal()

    def stop(self) -> None:
        """Break every connection and return when the port is free."""
        self._server.should_exit = True
        self._desk.lines.abort()
        self._thread.join()


def serve(
    script: Script, host: str = "127.0.0.1", port: int = 0, *, clock: ServerClock | None = None
) -> RunningServer:
    """Serve a script from a thread; requests are taken from the moment this returns.

    Args:
        script: what to answer.
        host: the address to listen on; loopback unless told otherwise.
        port: 0 lets the system choose.
        clock: another time than the machine's.

    Raises:
        UsageError: the address cannot be listened on.
    """
    desk = Desk(script, clock)
    sock = _listening(host, port)
    return RunningServer(desk, _uvicorn(desk), sock)


def serve_forever(script: Script, host: str, port: int, announce: Callable[[str], None]) -> None:
    """Serve a script until interrupted.

    Args:
        script: what to answer.
        host: the address to listen on.
        port: 0 lets the system choose.
        announce: is given lines for a person: first the base URL alone, and after
            Ctrl-C the counts.

    Raises:
        UsageError: the address cannot be listened on.
    """
    desk = Desk(script)
    sock = _listening(host, port)
    announce(_url(*sock.getsockname()[:2]))
    with contextlib.suppress(KeyboardInterrupt):
        _uvicorn(desk).run([sock])
    for line in _counts(desk):
        announce(line)


def _counts(desk: Desk) -> Iterator[str]:
    calls = desk.calls
    yield (
        f"{calls.total()} requests, {desk.lines.opened} connections, "
        f"at most {desk.conversations.peak} chats at once"
    )
    for route, count in calls.most_common():
        yield f"{count:8} {route}"


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _uvicorn(desk: Desk) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            application(desk),
            http=protocol_for(desk.lines),
            ws="none",
            lifespan="off",
            access_log=False,
            log_config=None,
            log_level="warning",
            server_header=False,
            backlog=BACKLOG,
            timeout_keep_alive=_IDLE,
            timeout_graceful_shutdown=_PATIENCE,
        )
    )


def _listening(host: str, port: int) -> socket.socket:
    """Return a listening socket: clients may connect before the thread has begun to accept."""
    if not 0 <= port <= _LAST_PORT:
        raise UsageError(
            f"Cannot listen on port {port}: ports end at {_LAST_PORT}.",
            next_step="Choose another --port (0 lets the system choose).",
        )
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise UsageError(
            f"Cannot listen on {host}:{port}: {error.strerror or error}.",
            next_step="Choose another --port (0 lets the system choose) or another address.",
        ) from error
