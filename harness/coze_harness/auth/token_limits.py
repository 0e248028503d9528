"""Limits of a token request: the SDK's client limits each read, but not the sum nor the size."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable
from typing import Final, Generic, TypeVar

import httpx

Value = TypeVar("Value")

# Compressed: what it contains may be a thousand times as much. A token has less than 4 kB.
_MAX_BYTES: Final = 1 << 15


class LimitedTransport(httpx.HTTPTransport):
    """httpx's transport, for small responses.

    Args:
        verify: the certificates to trust.
        proxy: the proxy's URL, if there is one.
    """

    def __init__(self, verify: ssl.SSLContext | bool, proxy: str | None) -> None:
        super().__init__(verify=verify, proxy=proxy, trust_env=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return a response whose body has been read.

        Raises:
            httpx.HTTPError: no response came, or it is too large.
        """
        response = super().handle_request(request)
        content = b""
        try:
            for chunk in response.iter_raw():
                content += chunk
                if len(content) > _MAX_BYTES:
                    raise httpx.ReadError(f"the response is larger than {_MAX_BYTES:,} bytes")
        finally:
            response.close()
        return httpx.Response(
            response.status_code,
            headers=response.headers,
            content=content,
            extensions=response.extensions,
        )


class _Attempt(Generic[Value]):
    """A function's value or error, once it has one."""

    def __init__(self, make: Callable[[], Value]) -> None:
        self._make = make
        self.value: Value | None = None
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self.value = self._make()
        except BaseException as error:  # noqa: BLE001 (raised by the caller's thread)
            self.error = error


def call_within(make: Callable[[], Value], seconds: float) -> Value:
    """Return what a function returns; it is given up after some seconds.

    Its thread may go on: nothing can end a read of another library's connection.

    Raises:
        TimeoutError: it took too long.
        BaseException: whatever the function raised.
    """
    attempt = _Attempt(make)
    thread = threading.Thread(target=attempt.run, name="token-request", daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise TimeoutError
    if attempt.error is not None:
        raise attempt.error
    assert attempt.value is not None  # noqa: S101 (else there is an error)
    return attempt.value
