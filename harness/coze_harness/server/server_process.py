"""The server on a socket: in a thread for tests and programs, in the foreground for the command."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Mapping
from typing import Self

from coze_harness.messages import LocalizedText, literal, message
from coze_harness.server.asgi_app import asgi_app
from coze_harness.server.fault_injection import Fault
from coze_harness.server.http_listener import (
    LOOPBACK,
    address_url,
    listen,
    make_server,
    run_until_signal,
)
from coze_harness.server.script_schema import ServerScript
from coze_harness.server.server_state import ServerClock, ServerState


class RunningServer:
    """A server that listens. Also a context manager that stops it."""

    def __init__(self, state: ServerState, sock: socket.socket, *, any_host: bool) -> None:
        self._state = state
        self._server = make_server(asgi_app(state, any_host=any_host), state.connections)
        self._socket = sock
        self.host, self.port = sock.getsockname()[:2]
        self._thread = threading.Thread(
            target=self._server.run, args=([sock],), name="coze-server", daemon=True
        )
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def base_url(self) -> str:
        """The URL for clients, without a slash at the end."""
        return address_url(self.host, self.port)

    @property
    def calls(self) -> Mapping[str, int]:
        """Requests so far by method and route: ``{"POST /v3/chat": 3}``."""
        return dict(self._state.calls)

    @property
    def peak_chats(self) -> int:
        """The most chats that ran at the same time."""
        return self._state.peak_chats

    @property
    def connections(self) -> int:
        """Connections opened so far."""
        return self._state.connections.connection_count

    def inject(self, fault: Fault) -> None:
        """Add a fault from now on, for every bot."""
        self._state.faults.inject(fault)

    def clear_faults(self) -> None:
        """Remove injected faults; the script's own stay."""
        self._state.faults.clear()

    def stop(self) -> None:
        """Break every connection and return when the port is free."""
        self._server.should_exit = True
        self._state.connections.abort()
        self._thread.join()
        # A server that is stopped while it starts leaves its socket open.
        self._socket.close()


def serve(
    script: ServerScript,
    host: str | None = None,
    port: int = 0,
    *,
    clock: ServerClock | None = None,
) -> RunningServer:
    """Serve a script from a thread, ready when this returns. Port 0 lets the system choose.

    Without a host, the server listens on loopback and rejects requests that name another host.

    Raises:
        UsageError: the address cannot be listened on.
    """
    sock = listen(host or LOOPBACK, port)
    return RunningServer(ServerState(script, clock), sock, any_host=host is not None)


def serve_forever(
    script: ServerScript, host: str | None, port: int, on_start: Callable[[str], None]
) -> list[LocalizedText]:
    """Serve a script until interrupted, and return lines with the counts of calls.

    `host` is as in `serve`; `on_start` gets the base URL.

    Raises:
        UsageError: the address cannot be listened on.
    """
    state = ServerState(script)
    sock = listen(host or LOOPBACK, port)
    app = asgi_app(state, any_host=host is not None)
    run_until_signal(make_server(app, state.connections), sock, on_start)
    return [
        message(
            "server.calls",
            requests=state.calls.total(),
            connections=state.connections.connection_count,
            chats=state.peak_chats,
        ),
        *(literal(f"{count:8} {route}") for route, count in state.calls.most_common()),
    ]
