"""Tokens of an OAuth app: asked for by the official SDK, renewed before they end."""

from __future__ import annotations

import logging
import ssl
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from coze_harness.auth.credentials import OAuthAppKeys, read_private_key
from coze_harness.model.errors import (
    ApiError,
    CozeError,
    PayloadError,
    SettingsError,
    TransportError,
)
from coze_harness.model.trial import Clock
from coze_harness.transport import ca_bundle, proxies_for

_SECONDS: Final = 900
_MARGIN: Final = 60.0
_SHARE: Final = 0.2
_CONNECT_SECONDS: Final = 10.0
_READ_SECONDS: Final = 30.0
_CHECK: Final = (
    "check COZE_JWT_OAUTH_CLIENT_ID and COZE_JWT_OAUTH_PUBLIC_KEY_ID, that the key belongs to them,"
    " the base URL's region, and this machine's clock (docs/sign-in.md)."
)
_BAD_KEY: Final = "give the whole PEM file of the OAuth app, -----BEGIN and END lines included."

TokenRequest: TypeAlias = Callable[[], tuple[str, int]]
"""Gets a new token, and the Unix second at which it ends."""


@dataclass(frozen=True, slots=True)
class _Held:
    """A token; `due` and `ends` are on the monotonic clock."""

    token: str = ""
    due: float = float("-inf")
    ends: float = float("-inf")


class OAuthTokenSource:
    """Gives every request a token that is still good; one renewal serves all workers.

    Args:
        ask: gets a new token.
        clock: time.
        learn: told each token before it is used, so that it is taken out of everything.
    """

    def __init__(self, ask: TokenRequest, clock: Clock, learn: Callable[[str], None]) -> None:
        self._ask = ask
        self._clock = clock
        self._learn = learn
        self._lock = threading.Lock()
        self._held = _Held()
        self._renewed_early = False
        self._refused: CozeError | None = None

    def token(self) -> str:
        """Return a token that has not ended.

        Raises:
            CozeError: no token is given.
        """
        held = self._held
        now = self._clock.monotonic()
        if now < held.due:
            return held.token
        # While the old one is good, one worker renews it and nobody waits.
        if not self._lock.acquire(blocking=now >= held.ends):
            return held.token
        try:
            if self._clock.monotonic() >= self._held.due:
                self._renewed_early = False
                self._renew()
            return self._held.token
        finally:
            self._lock.release()

    def renew_token(self, refused: str) -> str:
        """Return another token than one that was refused; empty if there is no use in that.

        Early renewal happens once between two that are due: where that does not help, the refusal
        is not about the token's age, and more tokens would be refused just so.

        Raises:
            CozeError: no token is given.
        """
        with self._lock:
            if self._held.token == refused:
                if self._renewed_early:
                    return ""
                self._renewed_early = True
                self._held = _Held()
                self._renew()
            return self._held.token

    def _renew(self) -> None:
        if self._refused is not None:
            raise self._refused
        asked = self._clock.monotonic()
        try:
            token, ends = self._ask()
        except TransportError:
            # A token that is still good goes on until the endpoint is back.
            if asked < self._held.ends:
                self._held = _Held(
                    self._held.token, min(asked + 5, self._held.ends), self._held.ends
                )
                return
            raise
        except CozeError as fault:
            self._refused = fault
            raise
        # What was asked for is its longest life, whatever the two machines' clocks say.
        life = min(max(ends - self._clock.now(), 1.0), float(_SECONDS))
        self._learn(token)
        self._held = _Held(token, asked + life - min(_MARGIN, life * _SHARE), asked + life)


def sdk_token_request(
    keys: OAuthAppKeys, base_url: str, environment: Mapping[str, str], clean: Callable[[str], str]
) -> TokenRequest:
    """Return what asks Coze for tokens through the official SDK.

    Args:
        keys: the OAuth app's.
        base_url: of the service; its token endpoint stands below it, its host is the audience.
        environment: where proxies and certificates are looked up.
        clean: takes secrets out of what the service says.

    Raises:
        SettingsError: the SDK is not installed, or the keys cannot be used.
    """
    pem = read_private_key(keys)
    try:
        with warnings.catch_warnings(record=True):  # of the SDK's own, for its authors
            import httpx
            from cozepy import JWTOAuthApp
            from cozepy.exception import CozeAPIError, CozePKCEAuthError
            from cozepy.request import Requester, SyncHTTPClient
    except ImportError as fault:
        raise SettingsError(
            f"Signing in with an OAuth app needs a package that is not installed: {fault.name}.",
            next_step="pip install 'coze-harness[oauth]'",
        ) from fault
    _check_private_key(pem)
    bundle = ca_bundle(environment)
    proxies = proxies_for(base_url, environment)
    app = JWTOAuthApp(keys.client_id, pem, keys.public_key_id, base_url=base_url)
    verify = True if bundle is True else _trusting(Path(str(bundle)))
    proxy = proxies.get(base_url.partition(":")[0]) or proxies.get("all")

    def request() -> tuple[str, int]:
        # The SDK's own client would read this process's environment, and wait ten minutes.
        with SyncHTTPClient(  # type: ignore[no-untyped-call]  # it is not annotated
            timeout=httpx.Timeout(_READ_SECONDS, connect=_CONNECT_SECONDS),
            follow_redirects=False,
            trust_env=False,
            proxy=proxy,
            verify=verify,
        ) as client:
            app._requester = Requester(sync_client=client)  # it has no parameter for it
            given = app.get_access_token(ttl=_SECONDS)
        return _usable(given.access_token), given.expires_in

    def ask() -> tuple[str, int]:
        try:
            with _silent():
                return request()
        except CozeAPIError as fault:
            code, said, log_id = fault.code or 0, clean(fault.msg or ""), fault.logid or ""
        except CozePKCEAuthError as fault:
            code, said, log_id = 0, str(fault.error.value), fault.logid or ""
        except httpx.HTTPError as fault:
            raise TransportError(
                f"No token came from {base_url}: {clean(str(fault)) or type(fault).__name__}.",
                taken=False,
                next_step="check the network, the proxy and the base URL; then try again.",
            ) from None
        except (ValueError, TypeError, AttributeError, KeyError):
            raise PayloadError(
                f"The token endpoint of {base_url} does not answer as Coze does.",
                next_step="check the base URL (`base_url` in harness.yaml, COZE_API_BASE).",
            ) from None
        raise _refusal(base_url, code, said, log_id)

    return ask


def _usable(token: str) -> str:
    # http.client would name the whole header, and so the token, in its error.
    if not token or not all("!" <= character <= "~" for character in token):
        raise ValueError
    return token


def _refusal(base_url: str, code: int, said: str, log_id: str) -> CozeError:
    words = " ".join(said.split())[:200]
    if code == 429 or 500 <= code < 600:
        return TransportError(
            f"The token endpoint of {base_url} answers HTTP {code}.",
            taken=False,
            next_step="try again in a while.",
        )
    return ApiError(
        f"Coze refused to sign the OAuth app in at {base_url}"
        + (f": {words}" if words else "")
        + ("." if not words.endswith(".") else ""),
        code=code,
        http_status=0,
        next_step=_CHECK,
        log_id=log_id,
    )


def _check_private_key(pem: str) -> None:
    """Make sure that a text is a private key that Coze can have given.

    Raises:
        SettingsError: it is not. The text itself is in no part of the error.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    problem = ""
    try:
        if not isinstance(load_pem_private_key(pem.encode(), None), RSAPrivateKey):
            problem = "is no RSA key"
    except TypeError:
        problem = "is protected by a password"
    except (ValueError, UnsupportedAlgorithm):
        problem = "cannot be read as PEM"
    if problem:
        raise SettingsError(f"The OAuth app's private key {problem}.", next_step=_BAD_KEY)


def _trusting(bundle: Path) -> ssl.SSLContext:
    return ssl.create_default_context(
        cafile=None if bundle.is_dir() else str(bundle),
        capath=str(bundle) if bundle.is_dir() else None,
    )


@contextmanager
def _silent() -> Iterator[None]:
    """Keep the SDK's own log lines of this thread away: they hold what the service said, unread."""
    here = threading.get_ident()
    logger = logging.getLogger("cozepy")

    def others(record: logging.LogRecord) -> bool:
        return record.thread != here

    logger.addFilter(others)
    try:
        yield
    finally:
        logger.removeFilter(others)
