"""Tokens of an OAuth app: requested through the official SDK, renewed before they expire."""

from __future__ import annotations

import logging
import ssl
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeAlias

from msgspec import Struct

from coze_harness.auth.credentials import OAuthAppKeys, read_private_key
from coze_harness.messages import LocalizedText, literal, message
from coze_harness.model.errors import (
    ApiError,
    CozeError,
    PayloadError,
    SettingsError,
    TransportError,
)
from coze_harness.model.protocols import Clock

_LIFETIME_SECONDS: Final = 900
_RENEWAL_MARGIN: Final = 60.0
_RENEWAL_SHARE: Final = 0.2
"""A token is renewed this many seconds, or this share of its life, before it expires."""
_RETRY_SECONDS: Final = 5.0
_CONNECT_SECONDS: Final = 10.0
_READ_SECONDS: Final = 30.0
_MAX_REFUSED_IDS: Final = 3

TokenRequest: TypeAlias = Callable[[], tuple[str, int]]
"""Requests a new token; returns it and the Unix second at which it expires."""


class _Token(Struct, frozen=True):
    """A token; it is renewed at `due`. Both times are on the monotonic clock."""

    token: str = ""
    due: float = float("-inf")
    expires: float = float("-inf")


class OAuthTokenSource:
    """Returns a valid token for every request; one renewal serves all workers.

    Args:
        request: requests a new token.
        clock: the time.
        add_secret: receives each token before it is used, so that it is redacted.
    """

    def __init__(
        self, request: TokenRequest, clock: Clock, add_secret: Callable[[str], None]
    ) -> None:
        self._request = request
        self._clock = clock
        self._add_secret = add_secret
        self._lock = threading.Lock()
        self._current = _Token()
        self._renewed_early = False
        self._rejection: CozeError | None = None

    def token(self) -> str:
        """Return a valid token.

        Raises:
            CozeError: Coze gives none.
        """
        current = self._current
        now = self._clock.monotonic()
        if now < current.due:
            return current.token
        # While the old one is valid, one worker renews it and the others do not wait.
        if not self._lock.acquire(blocking=now >= current.expires):
            return current.token
        try:
            if self._clock.monotonic() >= self._current.due:
                self._renewed_early = False
                self._renew()
            return self._current.token
        finally:
            self._lock.release()

    def renew_token(self, rejected: str) -> str:
        """Return another token than a rejected one; empty if that would not help.

        A token is renewed early once between two regular renewals: if that does not help, the
        rejection is not about its age, and further tokens would be rejected too.

        Raises:
            CozeError: Coze gives none.
        """
        with self._lock:
            if self._current.token == rejected:
                if self._renewed_early:
                    return ""
                self._renewed_early = True
                self._current = _Token()
                self._renew()
            return self._current.token

    def _renew(self) -> None:
        if self._rejection is not None:
            raise self._rejection
        request_time = self._clock.monotonic()
        try:
            token, expires = self._request()
        except TransportError:
            # A token that is still valid is used until the endpoint is back.
            if request_time < self._current.expires:
                self._current = _Token(
                    self._current.token,
                    min(request_time + _RETRY_SECONDS, self._current.expires),
                    self._current.expires,
                )
                return
            raise
        except CozeError as error:
            self._rejection = error
            raise
        # Never longer than requested, whatever the two machines' clocks say.
        life = min(max(expires - self._clock.now(), 1.0), float(_LIFETIME_SECONDS))
        self._add_secret(token)
        self._current = _Token(
            token,
            request_time + life - min(_RENEWAL_MARGIN, life * _RENEWAL_SHARE),
            request_time + life,
        )


def sdk_token_request(
    keys: OAuthAppKeys,
    base_url: str,
    *,
    proxies: Mapping[str, str],
    ca_bundle: bool | str,
    redact: Callable[[str], str],
    seconds: float,
) -> TokenRequest:
    """Return a function that requests tokens through the official SDK.

    Args:
        keys: the OAuth app's keys.
        base_url: the service; the token endpoint is below it, its host is the audience.
        proxies: by scheme, or `all`.
        ca_bundle: the path of the certificates to trust; `True` means certifi's.
        redact: removes secrets from the service's messages.
        seconds: how long one request may take.

    Raises:
        SettingsError: the SDK is not installed, or the keys cannot be used.
    """
    pem = read_private_key(keys)
    try:
        with warnings.catch_warnings(record=True):  # the SDK's own deprecations
            import httpx
            from cozepy import JWTOAuthApp
            from cozepy.exception import CozeAPIError, CozePKCEAuthError
            from cozepy.request import Requester, SyncHTTPClient

            from coze_harness.auth.token_limits import (
                MAX_BYTES,
                LimitedTransport,
                TokenTooLargeError,
                call_within,
            )
    except ImportError as error:
        raise SettingsError(
            message("auth.no_package", package=error.name or "cozepy"),
            next_step=literal("pip install 'coze-harness[oauth]'"),
        ) from error
    _check_private_key(pem)
    app = JWTOAuthApp(keys.client_id, pem, keys.public_key_id, base_url=base_url)
    verify = True if ca_bundle is True else _ssl_context(Path(str(ca_bundle)))
    proxy = proxies.get(base_url.partition(":")[0]) or proxies.get("all")

    def request() -> tuple[str, int]:
        # The SDK's own client reads this process's environment, and waits ten minutes.
        with SyncHTTPClient(  # type: ignore[no-untyped-call]  # it is not annotated
            timeout=httpx.Timeout(_READ_SECONDS, connect=_CONNECT_SECONDS),
            follow_redirects=False,
            trust_env=False,
            transport=LimitedTransport(verify, proxy),
        ) as client:
            app._requester = Requester(sync_client=client)  # it has no parameter for it
            response = app.get_access_token(ttl=_LIFETIME_SECONDS)
        return _checked_token(response.access_token), response.expires_in

    def hidden_request() -> tuple[str, int]:
        with _sdk_logs_hidden():
            return sign_again(request)

    def request_token() -> tuple[str, int]:
        try:
            return call_within(hidden_request, seconds)
        except TimeoutError:
            raise TransportError(
                message("auth.no_token.timeout", url=base_url, seconds=float(seconds)),
                may_have_arrived=False,
                next_step=message("auth.no_token.timeout_next"),
            ) from None
        except CozeAPIError as error:
            code, text, log_id = error.code or 0, redact(error.msg or ""), error.logid or ""
        except CozePKCEAuthError as error:
            code, text, log_id = 0, str(error.error.value), error.logid or ""
        except httpx.HTTPError as error:
            reason = redact(str(error)) or type(error).__name__
            raise TransportError(
                message("auth.no_token.too_large", url=base_url, limit=MAX_BYTES)
                if isinstance(error, TokenTooLargeError)
                else message("auth.no_token", url=base_url, reason=reason),
                may_have_arrived=False,
                next_step=message("auth.no_token.next"),
            ) from None
        except (ValueError, TypeError, AttributeError, KeyError):
            raise PayloadError(
                message("auth.endpoint", url=base_url),
                next_step=message("auth.endpoint.next"),
            ) from None
        raise _rejection(base_url, code, text, log_id)

    return request_token


def sign_again(request: TokenRequest) -> tuple[str, int]:
    """Request a token, again if the random id in the signed text looked like a credit card.

    authlib then refuses to sign it; that happens once in ten thousand times.
    """
    for _ in range(_MAX_REFUSED_IDS):
        try:
            return request()
        except Exception as error:
            # joserfc, authlib's successor, has a class of the same name.
            if type(error).__name__ != "InsecureClaimError":
                raise
    return request()


def _checked_token(token: str) -> str:
    # http.client would name the whole header, and so the token, in its error.
    if not token or not all("!" <= character <= "~" for character in token):
        raise ValueError
    return token


def _rejection(base_url: str, code: int, text: str, log_id: str) -> CozeError:
    text = " ".join(text.split())[:200]
    if code == 429 or 500 <= code < 600:
        return TransportError(
            message("auth.endpoint_status", url=base_url, code=code),
            may_have_arrived=False,
            next_step=message("auth.endpoint_status.next"),
        )
    return ApiError(
        message("auth.rejected.text", url=base_url, text=text)
        if text
        else message("auth.rejected", url=base_url),
        code=code,
        http_status=0,
        next_step=message("auth.rejected.next"),
        log_id=log_id,
    )


def _check_private_key(pem: str) -> None:
    """Check that a text is a private key of the kind that Coze issues.

    Raises:
        SettingsError: it is not. The error does not contain the text.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    problem: LocalizedText | None = None
    try:
        if not isinstance(load_pem_private_key(pem.encode(), None), RSAPrivateKey):
            problem = message("auth.bad_key.no_rsa")
    except TypeError:
        problem = message("auth.bad_key.password")
    except (ValueError, UnsupportedAlgorithm):
        problem = message("auth.bad_key.no_pem")
    if problem:
        raise SettingsError(problem, next_step=message("auth.bad_key.next"))


def _ssl_context(bundle: Path) -> ssl.SSLContext:
    return ssl.create_default_context(
        cafile=None if bundle.is_dir() else str(bundle),
        capath=str(bundle) if bundle.is_dir() else None,
    )


@contextmanager
def _sdk_logs_hidden() -> Iterator[None]:
    """Hide the SDK's log lines of this thread: they hold the service's messages, unredacted."""
    thread = threading.get_ident()
    logger = logging.getLogger("cozepy")

    def is_other_thread(record: logging.LogRecord) -> bool:
        return record.thread != thread

    logger.addFilter(is_other_thread)
    try:
        yield
    finally:
        logger.removeFilter(is_other_thread)
