"""The network: one `requests.Session` and one pool of connections for all workers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.cookiejar import DefaultCookiePolicy
from importlib.metadata import version
from typing import Final

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from requests.utils import get_environ_proxies
from urllib3.exceptions import NewConnectionError

from harness import jsontext
from harness.errors import TransportError
from harness.model import Answer, Call

_CONNECT_SECONDS: Final = 10.0
_READ_SECONDS: Final = 60.0


class _Bearer(AuthBase):
    """Signs requests. A bare header would be replaced where ~/.netrc knows the host."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class Wire:
    """Answers calls from the service at a base URL.

    Args:
        base_url: scheme, host and any prefix, without a slash at the end.
        token: what signs each request; never kept or shown.
        workers: how many calls may be under way at a time, and so the size of the pool.
        environment: where proxies and certificates are looked up, once.
    """

    def __init__(
        self, base_url: str, token: str, *, workers: int, environment: Mapping[str, str]
    ) -> None:
        self._base_url = base_url
        session = requests.Session()
        # Looked up once and not with every call: that costs more than the rest of a call.
        session.trust_env = False
        session.proxies.update(get_environ_proxies(base_url))
        bundle = environment.get("REQUESTS_CA_BUNDLE") or environment.get("CURL_CA_BUNDLE")
        session.verify = bundle or True
        session.auth = _Bearer(token)
        session.headers.update(
            {
                "User-Agent": f"coze-harness/{version('coze-harness')}",
                "Accept": "application/json, text/event-stream",
                "Accept-Encoding": "gzip, deflate",
            }
        )
        # Conversations must not meet through a cookie.
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = HTTPAdapter(pool_connections=1, pool_maxsize=workers, max_retries=0)
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        self._session = session

    @property
    def base_url(self) -> str:
        """The service's address."""
        return self._base_url

    def send(self, call: Call) -> Answer:
        """Return the answer to a call, whatever its status; redirects are not followed.

        Raises:
            TransportError: no whole answer came back.
        """
        body = jsontext.compact(call.body) if call.body is not None else None
        headers = {"Content-Type": "application/json"} if body is not None else None
        with _translated(call, self._base_url):
            response = self._session.request(
                call.method,
                self._base_url + call.path,
                params=list(call.query),
                data=body,
                headers=headers,
                timeout=(_CONNECT_SECONDS, _READ_SECONDS),
                allow_redirects=False,
            )
            content = response.content
        raw = {name.lower(): value for name, value in response.raw.headers.items()}
        return Answer(response.status_code, raw, content)

    def close(self) -> None:
        """Give the connections back."""
        self._session.close()


class Line:
    """A trial's own view of the wire: the same answers, with times from the trial's first call."""

    def __init__(self, wire: Wire, monotonic: Callable[[], float]) -> None:
        self._wire = wire
        self._monotonic = monotonic
        self._begun: float | None = None
        self.calls = 0

    def send(self, call: Call) -> Answer:
        """Return the answer to a call, with when it was asked and how long it took."""
        started = self._monotonic()
        if self._begun is None:
            self._begun = started
        self.calls += 1
        answer = self._wire.send(call)
        elapsed = self._monotonic() - started
        return Answer(answer.status, answer.headers, answer.body, started - self._begun, elapsed)


@contextmanager
def _translated(call: Call, base_url: str) -> Iterator[None]:
    try:
        yield
    except requests.exceptions.ConnectionError as fault:
        refused = isinstance(fault, requests.exceptions.ConnectTimeout) or _never_connected(fault)
        what = "No connection to" if refused else "The connection broke while asking"
        raise TransportError(
            f"{what} {base_url}{call.path}: {_cause(fault)}.",
            taken=not refused,
            next_step="check the network, the proxy and the base URL; then record again.",
        ) from fault
    except requests.exceptions.Timeout as fault:
        raise TransportError(
            f"No answer from {base_url}{call.path} within {_READ_SECONDS:g} s.",
            taken=True,
            next_step="look whether Coze is slow for this bot; then record again.",
        ) from fault
    except requests.exceptions.RequestException as fault:
        raise TransportError(
            f"The answer of {base_url}{call.path} could not be read: {_cause(fault)}.",
            taken=True,
            next_step="check any proxy or gateway on the way; then record again.",
        ) from fault


def _never_connected(fault: BaseException) -> bool:
    """Tell whether no connection was made, so that the request certainly was not taken."""
    inner: object = fault.args[0] if fault.args else None
    return isinstance(getattr(inner, "reason", None), NewConnectionError)


def _cause(fault: BaseException) -> str:
    """Return the innermost reason in one line; the outer ones repeat the URL several times over."""
    inner: object = fault.args[0] if fault.args else fault
    reason = getattr(inner, "reason", None) or inner
    text = str(reason.args[-1] if isinstance(reason, BaseException) and reason.args else reason)
    return text.rpartition(": ")[2].strip() or type(fault).__name__
