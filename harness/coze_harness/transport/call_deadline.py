"""One deadline for a whole call: connection, TLS, request, head and body.

A socket's own timeout is for one operation, and a server that sends a byte from time to time meets
it forever. Here each operation gets only the time that remains of the call. A timer that shuts the
socket down would need a thread, and would have to know which call a pooled connection serves.
"""

from __future__ import annotations

import io
import socket
import threading
from collections.abc import Callable
from functools import partial
from http.client import HTTPResponse
from math import inf
from typing import Any, Final

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from coze_harness.messages import message

_CONNECT_SECONDS: Final = 10.0
# One send of this size is one operation, also with TLS.
_SEND_BYTES: Final = 1 << 14


class CallDeadline(threading.local):
    """The deadline of the call that the current thread makes.

    Args:
        monotonic: the clock, in seconds.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._start = 0.0
        self._end = inf
        self._silence = inf
        self._answer = inf

    def begin(self, seconds: float, *, silence: float = inf, answer: float = inf) -> None:
        """Begin a call.

        Args:
            seconds: how long it may take.
            silence: how long one read or write may take.
            answer: how long the response may take once the request is sent.
        """
        self._start = self._monotonic()
        self._end = self._start + seconds
        self._silence = silence
        self._answer = answer

    def begin_answer(self) -> None:
        """The request is sent."""
        self._end = min(self._end, self._monotonic() + self._answer)

    @property
    def elapsed(self) -> float:
        """Seconds since the call began."""
        return self._monotonic() - self._start

    @property
    def is_over(self) -> bool:
        """Whether the call has taken too long."""
        return self._monotonic() >= self._end

    def remaining(self, limit: float = inf) -> float | None:
        """Return the seconds that one operation may take, at most `limit`; `None`: no limit.

        Raises:
            TimeoutError: the call has taken too long.
        """
        seconds = self._end - self._monotonic()
        if seconds <= 0:
            raise TimeoutError("the call took too long")
        seconds = min(seconds, self._silence, limit)
        return None if seconds == inf else seconds


class DeadlineAdapter(HTTPAdapter):
    """requests' adapter, with connections that keep a deadline."""

    def __init__(self, deadline: CallDeadline, *, workers: int) -> None:
        self._deadline = deadline
        super().__init__(pool_connections=1, pool_maxsize=workers, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 (requests' own)
        """Create the pool of direct connections."""
        super().init_poolmanager(*args, **kwargs)
        self._use_deadline(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:  # noqa: ANN401 (requests' own)
        """Return the pool of connections through a proxy."""
        manager = super().proxy_manager_for(proxy, **kwargs)
        self._use_deadline(manager)
        return manager

    def _use_deadline(self, manager: PoolManager) -> None:
        deadline = self._deadline
        pools: Any = {
            "http": partial(_make_pool, HTTPConnectionPool, _DeadlineConnection, deadline),
            "https": partial(
                _make_pool, HTTPSConnectionPool, _DeadlineTlsConnection, self._deadline
            ),
        }
        manager.pool_classes_by_scheme = pools


def _make_pool(
    kind: type[HTTPConnectionPool],
    connection: type[_DeadlineConnection],
    deadline: CallDeadline,
    *args: Any,  # noqa: ANN401 (urllib3's own)
    **kwargs: Any,  # noqa: ANN401 (as above)
) -> HTTPConnectionPool:
    pool = kind(*args, **kwargs)
    make_connection: Any = partial(connection, deadline)
    pool.ConnectionCls = make_connection
    return pool


class _DeadlineConnection(HTTPConnection):
    """A connection whose every operation ends at the deadline of the current call."""

    def __init__(self, deadline: CallDeadline, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 (urllib3's own)
        self._deadline = deadline
        super().__init__(*args, **kwargs)
        # http.client makes its responses with this, those of proxies too.
        make_response: Any = partial(_make_response, deadline)
        self.response_class = make_response

    def _new_conn(self) -> socket.socket:
        """Connect to the first of the host's addresses that accepts.

        urllib3 gives each address the whole time.
        """
        try:
            addresses = socket.getaddrinfo(
                self._dns_host.strip("[]"), self.port, type=socket.SOCK_STREAM
            )
        except (OSError, UnicodeError) as error:
            reason = error if isinstance(error, socket.gaierror) else socket.gaierror(str(error))
            raise NameResolutionError(self.host, self, reason) from error
        failure: OSError = OSError("the host has no address")
        for family, kind, protocol, _name, address in addresses:
            sock = socket.socket(family, kind, protocol)
            try:
                for option in self.socket_options or ():
                    sock.setsockopt(*option)
                sock.settimeout(self._deadline.remaining(_CONNECT_SECONDS))
                sock.connect(address)
                # For the TLS handshake, which is one operation.
                sock.settimeout(self._deadline.remaining(_CONNECT_SECONDS))
            except OSError as error:
                sock.close()
                failure = error
            else:
                return sock
        if isinstance(failure, TimeoutError):
            raise ConnectTimeoutError(self, message("transport.not_accepting", host=self.host))
        raise NewConnectionError(self, f"Failed to establish a new connection: {failure}")

    def _tunnel(self) -> None:
        super()._tunnel()
        if self.sock is not None:
            self.sock.settimeout(self._deadline.remaining(_CONNECT_SECONDS))

    def send(self, data: Any) -> None:  # noqa: ANN401 (http.client's own)
        if self.sock is None:
            self.connect()
        view = memoryview(data)
        for start in range(0, len(view), _SEND_BYTES):
            if self.sock is not None:
                self.sock.settimeout(self._deadline.remaining())
            super().send(view[start : start + _SEND_BYTES])

    def getresponse(self) -> Any:  # noqa: ANN401 (urllib3's response)
        self._deadline.begin_answer()
        return super().getresponse()


class _DeadlineTlsConnection(_DeadlineConnection, HTTPSConnection):
    """A connection over HTTPS."""


class _DeadlineReader(io.RawIOBase):
    """Reads a socket's file; each read ends at the deadline of the current call."""

    def __init__(self, file: io.RawIOBase, sock: socket.socket, deadline: CallDeadline) -> None:
        super().__init__()
        # The file keeps the socket open when http.client closes the connection before the body.
        self._file = file
        self._sock = sock
        self._deadline = deadline

    def readable(self) -> bool:
        """Return true: this is all that it can do."""
        return True

    def readinto(self, buffer: Any) -> int | None:  # noqa: ANN401 (a writable buffer)
        """Read what has arrived, or wait for it."""
        self._sock.settimeout(self._deadline.remaining())
        return self._file.readinto(buffer)

    def close(self) -> None:
        """Close the file, and the socket if nothing else uses it."""
        self._file.close()
        super().close()


def _make_response(
    deadline: CallDeadline,
    sock: socket.socket,
    *args: Any,  # noqa: ANN401 (http.client's own)
    **kwargs: Any,  # noqa: ANN401 (as above)
) -> HTTPResponse:
    response = HTTPResponse(sock, *args, **kwargs)
    response.fp = io.BufferedReader(_DeadlineReader(response.fp.detach(), sock, deadline))
    return response
