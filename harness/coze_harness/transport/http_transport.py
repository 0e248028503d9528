"""Calls sent and answers received, over one pool of connections."""

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
_PIECE: Final = 1 << 16
_READ_SECONDS: Final = 60.0


class HttpTransport:
    """Answers calls from the service at a base URL.

    Args:
        base_url: scheme, host and any prefix, without a slash at the end.
        signer: what signs each request: a token, or who gives one; never shown.
        workers: how many calls may be under way at a time, and so the size of the pool.
        environment: where proxies and certificates are looked up, once.
        read_seconds: how long an answer may keep silent.

    Raises:
        SettingsError: the address, the token or the certificates cannot be used.
    """

    def __init__(
        self,
        base_url: str,
        signer: str | TokenSource,
        *,
        workers: int,
        environment: Mapping[str, str],
        read_seconds: float = _READ_SECONDS,
    ) -> None:
        self._base_url = base_url
        self._read_seconds = read_seconds
        self._signer = StaticToken(signer) if isinstance(signer, str) else signer
        self._template = base_request(base_url)
        check_token(self._signer.token())
        self._root = str(self._template.url).rstrip("/")
        self._proxies = proxies_for(base_url, environment)
        self._certificates = ca_bundle(environment)
        self._adapter = HTTPAdapter(pool_connections=1, pool_maxsize=workers, max_retries=0)

    @property
    def base_url(self) -> str:
        """The service's address."""
        return self._base_url

    def send(self, call: HttpCall, hear: Callable[[bytes], bool] | None = None) -> HttpResponse:
        """Return the answer to a call, whatever its status; redirects are not followed.

        Args:
            call: the call.
            hear: given the pieces of a stream as they come; true ends it there.

        Raises:
            TransportError: no answer came back, or not all of it. Of a stream, what came is kept.
            ScenarioError: the file to upload cannot be read, or has changed.
        """
        token = self._signer.token()
        answer = self._send(call, token, hear)
        if is_authentication_error(answer, call):
            renewed = self._signer.renew_token(token)
            if renewed:
                return self._send(call, renewed, hear)
        return answer

    def _send(
        self, call: HttpCall, token: str, hear: Callable[[bytes], bool] | None
    ) -> HttpResponse:
        request = self._template.copy()
        request.method = call.method
        request.url = self._root + call.target
        request.headers["Authorization"] = f"Bearer {token}"
        silence = self._read_seconds
        if call.timeout is not None and not call.stream:
            silence = max(silence, call.timeout)
        with attach_body(call, request), self._translated(call):
            response = self._adapter.send(
                request,
                timeout=(_CONNECT_SECONDS, silence),
                verify=self._certificates,
                proxies=self._proxies,
                stream=call.stream,
            )
            content = _received(response, hear) if call.stream else response.content
        headers = {name.lower(): value for name, value in response.raw.headers.items()}
        return HttpResponse(response.status_code, headers, content)

    def __enter__(self) -> HttpTransport:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self._adapter.close()

    @contextmanager
    def _translated(self, call: HttpCall) -> Iterator[None]:
        where = f"{self._base_url}{call.path}"
        try:
            yield
        except requests.exceptions.ConnectionError as fault:
            unreached = _never_connected(fault)
            what = "No connection to" if unreached else "The connection broke while asking"
            raise TransportError(
                f"{what} {where}: {_cause(fault)}.",
                taken=not unreached,
                next_step="check the network, the proxy and the base URL; then record again.",
            ) from fault
        except requests.exceptions.Timeout as fault:
            raise TransportError(
                f"No answer from {where} within {self._read_seconds:g} s.",
                taken=True,
                next_step="look whether Coze is slow for this bot; then record again.",
            ) from fault
        except (requests.exceptions.RequestException, OSError) as fault:
            raise TransportError(
                f"The answer of {where} could not be read: {_cause(fault)}.",
                taken=True,
                next_step="check any proxy or gateway on the way; then record again.",
            ) from fault


def _received(response: requests.Response, hear: Callable[[bytes], bool] | None) -> bytes:
    """Read a body piece by piece, as the network gives it.

    Raises:
        requests.exceptions.ConnectionError: the connection broke before the first byte.
    """
    pieces: list[bytes] = []
    try:
        while piece := response.raw.read1(_PIECE, decode_content=True):
            pieces.append(piece)
            if hear is not None and hear(piece):
                break
    except (HTTPError, OSError) as fault:
        if not pieces:
            raise requests.exceptions.ConnectionError(fault) from fault
    finally:
        # A stream that was left in the middle must not go back into the pool.
        response.close()
    return b"".join(pieces)


def _never_connected(fault: requests.exceptions.ConnectionError) -> bool:
    """Tell whether no connection was made, so that the request certainly was not taken."""
    if isinstance(fault, requests.exceptions.ConnectTimeout | requests.exceptions.ProxyError):
        return True
    inner: object = fault.args[0] if fault.args else None
    return isinstance(getattr(inner, "reason", None), NewConnectionError)


def _cause(fault: BaseException) -> str:
    """Return the innermost reason in one line; the outer ones repeat the URL several times over."""
    inner: object = fault.args[0] if fault.args else fault
    reason = getattr(inner, "reason", None) or inner
    reason = getattr(reason, "original_error", None) or reason
    text = str(reason.args[-1] if isinstance(reason, BaseException) and reason.args else reason)
    last = " ".join(text.rpartition(": ")[2].split())
    return last.rstrip(".") or type(fault).__name__
