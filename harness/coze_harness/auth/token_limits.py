"""Limits of a token request: the SDK's client limits each read, but not the sum nor the size."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Final, TypeVar

import httpx

Value = TypeVar("Value")

# Compressed: what it contains may be a thousand times as much. A token has less than 4 kB.
MAX_BYTES: Final = 1 << 15


class TokenTooLargeError(httpx.ReadError):
    """The response is larger than `MAX_BYTES`."""


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
                if len(content) > MAX_BYTES:
                    raise TokenTooLargeError(f"more than {MAX_BYTES} bytes")
        finally:
            response.close()
        return httpx.Response(
            response.status_code,
            headers=response.headers,
            content=content,
            extensions=response.extensions,
        )


def call_within(make: Callable[[], Value], seconds: float) -> Value:
    """Return what a function returns; it is given up after some seconds.

    Its thread may go on: nothing can end a read of another library's connection.

    Raises:
        TimeoutError: it took too long.
        BaseException: whatever the function raised.
    """
    result: Future[Value] = Future()

    def call() -> None:
        try:
            result.set_result(make())
        except BaseException as error:  # noqa: BLE001 (raised by the caller's thread)
            result.set_exception(error)

    threading.Thread(target=call, name="token-request", daemon=True).start()
    return result.result(seconds)
