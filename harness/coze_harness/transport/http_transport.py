"""Sends calls and receives responses, over one connection pool."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from math import inf
from typing import Final

import requests
from urllib3.exceptions import HTTPError, NewConnectionError, ReadTimeoutError

from coze_harness.messages import LocalizedText, UserText, message
from coze_harness.model import HttpCall, HttpResponse
from coze_harness.model.errors import CallTimeoutError, ResponseTooLargeError, TransportError
from coze_harness.text.sse import MEDIA_TYPE
from coze_harness.transport.body_reading import BodyReader, BodyTooLargeError
from coze_harness.transport.call_deadline import CallDeadline, DeadlineAdapter
from coze_harness.transport.network_environment import base_request, ca_bundle, proxies_for
from coze_harness.transport.request_body import attach_body
from coze_harness.transport.request_signing import (
    StaticToken,
    TokenSource,
    check_token,
    is_authentication_error,
)

CALL_SECONDS: Final = 60.0
RESPONSE_BYTES: Final = 32_000_000
_MEGABYTE: Final = 1_000_000


class HttpTransport:
    """Sends calls to the service at a base URL. A context manager.

    Args:
        base_url: scheme, host and any prefix, without a slash at the end.
        token: the token of each request, or its source; never shown.
        workers: the most calls at a time, and so the size of the connection pool.
        environment: names proxies and certificates; read once.
        call_seconds: how long a call may take, from the connection to the last byte. A call that
            lasts as long as its chat has a limit of its own; its stream may be silent that long.
        response_bytes: the most bytes of a response's body, decompressed.
        monotonic: the clock, in seconds.

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
        call_seconds: float = CALL_SECONDS,
        response_bytes: int = RESPONSE_BYTES,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._base_url = base_url
        self._call_seconds = call_seconds
        self._response_bytes = response_bytes
        self._tokens = StaticToken(token) if isinstance(token, str) else token
        self._template = base_request(base_url)
        check_token(self._tokens.token())
        self._root = str(self._template.url).rstrip("/")
        self._proxies = proxies_for(base_url, environment)
        self._ca_bundle = ca_bundle(environment)
        self._deadline = CallDeadline(monotonic)
        self._adapter = DeadlineAdapter(self._deadline, workers=workers)

    @property
    def base_url(self) -> str:
        """The service's address."""
        return self._base_url

    def send(
        self, call: HttpCall, on_chunk: Callable[[bytes], object] | None = None
    ) -> HttpResponse:
        """Return the response to a call, whatever its status; redirects are not followed.

        Args:
            call: the call.
            on_chunk: receives the chunks of a stream as they arrive.

        Raises:
            TransportError: no response came, or not all of it. Of a stream, the beginning is kept.
            ResponseTooLargeError: the response is larger than the limit.
            ScenarioError: the file to upload cannot be read, or has changed.
        """
        token = self._tokens.token()
        self._begin(call)
        response = self._send(call, token, on_chunk)
        if is_authentication_error(response, call):
            new_token = self._tokens.renew_token(token)
            if new_token:
                self._begin(call)
                return self._send(call, new_token, on_chunk)
        return response

    def _begin(self, call: HttpCall) -> None:
        limit = self._call_seconds
        seconds = inf if call.timeout is None else call.timeout
        if call.upload:
            # The time to send depends on the file: only pauses and the answer are limited.
            self._deadline.begin(seconds, silence=limit, answer=limit)
        elif call.stream:
            self._deadline.begin(seconds, silence=limit)
        else:
            self._deadline.begin(self._seconds(call))

    def _seconds(self, call: HttpCall) -> float:
        """Return the limit that a call is most likely to have reached."""
        if call.timeout is None or call.upload:
            return self._call_seconds
        if call.stream or call.waits_for_chat:
            return call.timeout
        return min(self._call_seconds, call.timeout)

    def _send(
        self, call: HttpCall, token: str, on_chunk: Callable[[bytes], object] | None
    ) -> HttpResponse:
        request = self._template.copy()
        request.method = call.method
        request.url = self._root + call.target
        request.headers["Authorization"] = f"Bearer {token}"
        with attach_body(call, request), self._wrap_errors(call):
            response = self._adapter.send(
                request,
                timeout=None,
                verify=self._ca_bundle,
                proxies=self._proxies,
                stream=True,
            )
        headers = {name.lower(): value for name, value in response.raw.headers.items()}
        content = self._read(call, response, headers, on_chunk if call.stream else None)
        return HttpResponse(response.status_code, headers, content)

    def _read(
        self,
        call: HttpCall,
        response: requests.Response,
        headers: Mapping[str, str],
        on_chunk: Callable[[bytes], object] | None,
    ) -> bytes:
        """Return the body; of a stream that breaks, what arrived."""
        body = BodyReader(response.raw, self._response_bytes, on_chunk)
        log_id = headers.get("x-tt-logid", "")
        is_stream = call.stream and MEDIA_TYPE in headers.get("content-type", "").lower()
        with self._wrap_errors(call, log_id):
            try:
                body.read()
            except BodyTooLargeError as error:
                raise ResponseTooLargeError(
                    message(
                        "transport.too_large",
                        url=f"{self._base_url}{call.path}",
                        limit=self._response_bytes / _MEGABYTE,
                    ),
                    next_step=message("transport.too_large.next"),
                    log_id=log_id,
                ) from error
            except (HTTPError, OSError):
                if not (is_stream and body.content):
                    raise
            finally:
                # What was not read to its end must not go back into the pool.
                response.close()
        return body.content

    def __enter__(self) -> HttpTransport:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._adapter.close()

    @contextmanager
    def _wrap_errors(self, call: HttpCall, log_id: str = "") -> Iterator[None]:
        url = f"{self._base_url}{call.path}"
        try:
            yield
        except (requests.exceptions.RequestException, HTTPError, OSError) as error:
            not_sent = _never_connected(error)
            if self._deadline.is_over or _is_timeout(error):
                raise self._timeout_error(
                    call, may_have_arrived=not not_sent, log_id=log_id
                ) from error
            if isinstance(error, requests.exceptions.ConnectionError):
                cause = _cause(error)
                raise TransportError(
                    message("transport.no_connection", url=url, reason=cause)
                    if not_sent
                    else message("transport.broke", url=url, reason=cause),
                    may_have_arrived=not not_sent,
                    next_step=message("transport.check_network"),
                    log_id=log_id,
                ) from error
            raise TransportError(
                message("transport.unreadable", url=url, reason=_cause(error)),
                may_have_arrived=True,
                next_step=message("transport.unreadable.next"),
                log_id=log_id,
            ) from error

    def _timeout_error(
        self, call: HttpCall, *, may_have_arrived: bool, log_id: str
    ) -> CallTimeoutError:
        # An operation may have a shorter limit than the call.
        elapsed = self._deadline.elapsed
        seconds = self._seconds(call) if self._deadline.is_over else round(elapsed, 1)
        is_own_timeout = call.timeout is not None and seconds == call.timeout
        url = f"{self._base_url}{call.path}"
        return CallTimeoutError(
            message("transport.timeout.incomplete", url=url, seconds=float(seconds))
            if log_id
            else message("transport.timeout", url=url, seconds=float(seconds)),
            may_have_arrived=may_have_arrived,
            seconds=elapsed,
            next_step=message("transport.timeout.next_poll")
            if is_own_timeout
            else message("transport.timeout.next_call"),
            log_id=log_id,
        )


def _is_timeout(error: BaseException) -> bool:
    """Return whether one operation of an established connection took too long."""
    return isinstance(error, requests.exceptions.ReadTimeout | ReadTimeoutError | TimeoutError)


def _never_connected(error: BaseException) -> bool:
    """Return whether no connection was made, so that the request certainly was not received."""
    if isinstance(error, requests.exceptions.ConnectTimeout | requests.exceptions.ProxyError):
        return True
    inner: object = error.args[0] if error.args else None
    return isinstance(getattr(inner, "reason", None), NewConnectionError)


def _cause(error: BaseException) -> UserText:
    """Return the innermost reason in one line; the outer ones only repeat the URL."""
    inner: object = error.args[0] if error.args else error
    reason = getattr(inner, "reason", None) or inner
    reason = getattr(reason, "original_error", None) or reason
    text = reason.args[-1] if isinstance(reason, BaseException) and reason.args else reason
    if isinstance(text, LocalizedText):
        return text
    last = " ".join(str(text).rpartition(": ")[2].split())
    return last.rstrip(".") or type(error).__name__
