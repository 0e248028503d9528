"""Sends calls and receives responses, over one connection pool."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError, NewConnectionError

from coze_harness.model import HttpCall, HttpResponse
from coze_harness.model.errors import TransportError
from coze_harness.transport.network_environment import base_request, ca_bundle, proxies_for
from coze_harness.transport.request_body import attach_body
from coze_harness.transport.request_signing import (
    StaticToken,
    TokenSource,
    check_token,
    is_authentication_error,
)

_CONNECT_SECONDS: Final = 10.0
_CHUNK_BYTES: Final = 1 << 16
_READ_SECONDS: Final = 60.0


class HttpTransport:
    """Sends calls to the service at a base URL. A context manager.

    Args:
        base_url: scheme, host and any prefix, without a slash at the end.
        token: the token of each request, or its source; never shown.
        workers: the most calls at a time, and so the size of the connection pool.
        environment: names proxies and certificates; read once.
        read_seconds: how long a response may send nothing.

    Raises:
        SettingsError: the address, the token or the certificates cannot be used.
    """

    def __init__(
        self,
        base_url: str,
        token: str | TokenSource,
        *,
        workers: int,
        environment: Mapping[str, str],
        read_seconds: float = _READ_SECONDS,
    ) -> None:
        self._base_url = base_url
        self._read_seconds = read_seconds
        self._tokens = StaticToken(token) if isinstance(token, str) else token
        self._template = base_request(base_url)
        check_token(self._tokens.token())
        self._root = str(self._template.url).rstrip("/")
        self._proxies = proxies_for(base_url, environment)
        self._ca_bundle = ca_bundle(environment)
        self._adapter = HTTPAdapter(pool_connections=1, pool_maxsize=workers, max_retries=0)

    @property
    def base_url(self) -> str:
        """The service's address."""
        return self._base_url

    def send(self, call: HttpCall, on_chunk: Callable[[bytes], bool] | None = None) -> HttpResponse:
        """Return the response to a call, whatever its status; redirects are not followed.

        Args:
            call: the call.
            on_chunk: receives the chunks of a stream as they arrive; returns true to end it there.

        Raises:
            TransportError: no response came, or not all of it. Of a stream, the beginning is kept.
            ScenarioError: the file to upload cannot be read, or has changed.
        """
        token = self._tokens.token()
        response = self._send(call, token, on_chunk)
        if is_authentication_error(response, call):
            renewed = self._tokens.renew_token(token)
            if renewed:
                return self._send(call, renewed, on_chunk)
        return response

    def _send(
        self, call: HttpCall, token: str, on_chunk: Callable[[bytes], bool] | None
    ) -> HttpResponse:
        request = self._template.copy()
        request.method = call.method
        request.url = self._root + call.target
        request.headers["Authorization"] = f"Bearer {token}"
        read_seconds = self._read_seconds
        if call.timeout is not None and not call.stream:
            read_seconds = max(read_seconds, call.timeout)
        with attach_body(call, request), self._wrap_errors(call):
            response = self._adapter.send(
                request,
                timeout=(_CONNECT_SECONDS, read_seconds),
                verify=self._ca_bundle,
                proxies=self._proxies,
                stream=call.stream,
            )
            content = _read_stream(response, on_chunk) if call.stream else response.content
        headers = {name.lower(): value for name, value in response.raw.headers.items()}
        return HttpResponse(response.status_code, headers, content)

    def __enter__(self) -> HttpTransport:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._adapter.close()

    @contextmanager
    def _wrap_errors(self, call: HttpCall) -> Iterator[None]:
        where = f"{self._base_url}{call.path}"
        try:
            yield
        except requests.exceptions.ConnectionError as error:
            not_sent = _never_connected(error)
            what = "No connection to" if not_sent else "The connection broke during the request to"
            raise TransportError(
                f"{what} {where}: {_cause(error)}.",
                taken=not not_sent,
                next_step="check the network, the proxy and the base URL; then try again.",
            ) from error
        except requests.exceptions.Timeout as error:
            raise TransportError(
                f"No response from {where} within {self._read_seconds:g} s.",
                taken=True,
                next_step="check whether this bot is slow on Coze; then try again.",
            ) from error
        except (requests.exceptions.RequestException, OSError) as error:
            raise TransportError(
                f"The response of {where} could not be read: {_cause(error)}.",
                taken=True,
                next_step="check proxies and gateways on the way; then try again.",
            ) from error


def _read_stream(response: requests.Response, on_chunk: Callable[[bytes], bool] | None) -> bytes:
    """Read a body in chunks, as they arrive.

    Raises:
        requests.exceptions.ConnectionError: the connection broke before the first byte.
    """
    chunks: list[bytes] = []
    try:
        while chunk := response.raw.read1(_CHUNK_BYTES, decode_content=True):
            chunks.append(chunk)
            if on_chunk is not None and on_chunk(chunk):
                break
    except (HTTPError, OSError) as error:
        if not chunks:
            raise requests.exceptions.ConnectionError(error) from error
    finally:
        # A stream that was ended early must not go back into the pool.
        response.close()
    return b"".join(chunks)


def _never_connected(error: requests.exceptions.ConnectionError) -> bool:
    """Return whether no connection was made, so that the request certainly was not received."""
    if isinstance(error, requests.exceptions.ConnectTimeout | requests.exceptions.ProxyError):
        return True
    inner: object = error.args[0] if error.args else None
    return isinstance(getattr(inner, "reason", None), NewConnectionError)


def _cause(error: BaseException) -> str:
    """Return the innermost reason in one line; the outer ones only repeat the URL."""
    inner: object = error.args[0] if error.args else error
    reason = getattr(inner, "reason", None) or inner
    reason = getattr(reason, "original_error", None) or reason
    text = str(reason.args[-1] if isinstance(reason, BaseException) and reason.args else reason)
    last = " ".join(text.rpartition(": ")[2].split())
    return last.rstrip(".") or type(error).__name__
