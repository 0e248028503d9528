"""The network: one pool of connections for all workers.

A call is put together by hand and given to requests' adapter. A `Session` would merge settings that
never change into each request, look into ~/.netrc and the environment, keep cookies and follow
redirects: a third of a call's cost, and nothing that a recording may depend on.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import version
from mimetypes import guess_type
from pathlib import Path
from typing import BinaryIO, Final, Protocol, cast
from urllib.parse import quote, urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.utils import should_bypass_proxies
from urllib3.exceptions import HTTPError, NewConnectionError
from urllib3.fields import RequestField

from harness import jsontext
from harness.errors import ScenarioError, SettingsError, TransportError
from harness.eventstream import arrivals
from harness.location import Location
from harness.model import Answer, Call

_CONNECT_SECONDS: Final = 10.0
_PIECE: Final = 1 << 16
_READ_SECONDS: Final = 60.0
_UNSIGNED: Final = frozenset({4100, 700012006})
_LONGEST_REFUSAL: Final = 4096


class Signer(Protocol):
    """Gives the token of each request. Asked from many threads at once."""

    def token(self) -> str:
        """Return the token to use now.

        Raises:
            HarnessError: there is none.
        """
        ...

    def renewed(self, refused: str) -> str:
        """Return another token than one that was refused; empty if there is no use in that."""
        ...


class _Unchanging:
    """A token that lives longer than any run."""

    def __init__(self, token: str) -> None:
        self._token = token

    def token(self) -> str:
        return self._token

    def renewed(self, refused: str) -> str:
        del refused
        return ""


class Wire:
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
        signer: str | Signer,
        *,
        workers: int,
        environment: Mapping[str, str],
        read_seconds: float = _READ_SECONDS,
    ) -> None:
        self._base_url = base_url
        self._read_seconds = read_seconds
        self._signer = _Unchanging(signer) if isinstance(signer, str) else signer
        self._template = _template(base_url)
        _make_sure_of(self._signer.token())
        self._root = str(self._template.url).rstrip("/")
        self._proxies = proxies_for(base_url, environment)
        self._certificates = certificates(environment)
        self._adapter = HTTPAdapter(pool_connections=1, pool_maxsize=workers, max_retries=0)

    @property
    def base_url(self) -> str:
        """The service's address."""
        return self._base_url

    def send(self, call: Call, hear: Callable[[bytes], bool] | None = None) -> Answer:
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
        if _is_unsigned(answer, call):
            renewed = self._signer.renewed(token)
            if renewed:
                return self._send(call, renewed, hear)
        return answer

    def _send(self, call: Call, token: str, hear: Callable[[bytes], bool] | None) -> Answer:
        request = self._template.copy()
        request.method = call.method
        request.url = self._root + _target(call)
        request.headers["Authorization"] = f"Bearer {token}"
        silence = self._read_seconds
        if call.patience is not None and not call.stream:
            silence = max(silence, call.patience)
        with _sent_along(call, request), self._translated(call):
            response = self._adapter.send(
                request,
                timeout=(_CONNECT_SECONDS, silence),
                verify=self._certificates,
                proxies=self._proxies,
                stream=call.stream,
            )
            content = _received(response, hear) if call.stream else response.content
        headers = {name.lower(): value for name, value in response.raw.headers.items()}
        return Answer(response.status_code, headers, content)

    def close(self) -> None:
        """Give the connections back."""
        self._adapter.close()

    @contextmanager
    def _translated(self, call: Call) -> Iterator[None]:
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


@contextmanager
def _sent_along(call: Call, request: requests.PreparedRequest) -> Iterator[None]:
    """Give a request its body: JSON, or a file that is read while it is sent.

    Raises:
        ScenarioError: the file cannot be read, or is not the one that the call describes.
    """
    if not call.upload:
        body = jsontext.compact(call.body) if call.body is not None else None
        request.body = body
        request.prepare_content_length(body)
        if body is not None:
            request.headers["Content-Type"] = "application/json"
        yield
        return
    try:
        file = Path(call.upload).open("rb")  # noqa: SIM115  (closed below; a fault is ours to word)
    except OSError as fault:
        raise _unread(call, f"cannot be read: {fault.strerror}") from fault
    with file:
        size = os.fstat(file.fileno()).st_size
        if call.body is not None and call.body.get("bytes") != size:
            raise _unread(call, "was changed since the scenario was loaded")
        field = RequestField("file", b"", filename=Path(call.upload).name)
        field.make_multipart(content_type=guess_type(call.upload)[0] or "application/octet-stream")
        boundary = secrets.token_hex(16)
        head = f"--{boundary}\r\n{field.render_headers()}".encode()
        tail = f"\r\n--{boundary}--\r\n".encode()
        request.headers["Content-Type"] = f"multipart/form-data; boundary={boundary}"
        request.headers["Content-Length"] = str(len(head) + size + len(tail))
        # requests' types know of bytes and text only; its adapter hands any iterable on.
        request.body = cast("bytes", _pieces(head, file, tail))
        yield


def _pieces(head: bytes, file: BinaryIO, tail: bytes) -> Iterator[bytes]:
    yield head
    while piece := file.read(_PIECE):
        yield piece
    yield tail


def _unread(call: Call, what: str) -> ScenarioError:
    return ScenarioError(
        f"The attached file {what}.",
        where=Location(call.upload),
        next_step="leave it in place while it is sent; then record again.",
    )


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


class Line:
    """A trial's own view of the wire: the same answers, with times from the trial's first call.

    Args:
        wire: what answers.
        monotonic: the clock, in seconds.
        hear: given the pieces of streams as they come.
        root: the project's folder, from which the paths of uploads count.
    """

    def __init__(
        self,
        wire: Wire,
        monotonic: Callable[[], float],
        hear: Callable[[bytes], None] | None = None,
        root: Path | None = None,
    ) -> None:
        self._wire = wire
        self._root = root
        self._monotonic = monotonic
        self._hear = hear
        self._begun: float | None = None
        self.calls = 0

    def send(self, call: Call) -> Answer:
        """Return the answer to a call, with when it was asked and how long it took."""
        started = self._monotonic()
        if self._begun is None:
            self._begun = started
        self.calls += 1
        chunks: list[tuple[float, int]] = []

        def hear(piece: bytes) -> bool:
            now = self._monotonic()
            length = chunks[-1][1] if chunks else 0
            chunks.append((now - begun, length + len(piece)))
            if self._hear is not None:
                self._hear(piece)
            return call.patience is not None and now - started > call.patience

        begun = self._begun
        if call.upload and self._root is not None:
            call = replace(call, upload=str(self._root / call.upload))
        answer = self._wire.send(call, hear)
        elapsed = self._monotonic() - started
        return replace(
            answer,
            started=started - begun,
            elapsed=elapsed,
            frames=arrivals(answer.body, chunks) if chunks else (),
        )


def _target(call: Call) -> str:
    path = quote(call.path, safe="/%:@!$&'()*+,;=")
    if not call.query:
        return path
    pairs = (f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in call.query)
    return f"{path}?{'&'.join(pairs)}"


def _is_unsigned(answer: Answer, call: Call) -> bool:
    """Tell whether a call was refused for its token alone, and may be made with another.

    Coze's own codes say that nothing was begun, so that even a prompt may be sent again. An HTTP
    401 without them is some gateway's, who may have let the call through: good for reads only.
    """
    if answer.status != 401 and (answer.status != 200 or len(answer.body) > _LONGEST_REFUSAL):
        return False
    try:
        body = jsontext.parse(answer.body)
    except ValueError:
        body = None
    code = body.get("code") if isinstance(body, dict) else None
    return code in _UNSIGNED or (answer.status == 401 and call.method == "GET")


def _make_sure_of(token: str) -> None:
    # http.client would name the whole header, and so the token, in its error.
    if not token or not all("!" <= character <= "~" for character in token):
        raise SettingsError(
            "The token holds a character that no token of Coze has (a blank, a line break, …).",
            next_step="copy it again from Coze into COZE_API_TOKEN.",
        )


def _template(base_url: str) -> requests.PreparedRequest:
    """Return what every request has in common."""
    request = requests.PreparedRequest()
    request.prepare_headers(
        {
            "User-Agent": f"coze-harness/{version('coze-harness')}",
            "Accept": "application/json, text/event-stream",
            "Accept-Encoding": "gzip, deflate",
        }
    )
    try:
        request.prepare_url(base_url, None)
        usable = urlsplit(str(request.url)).scheme in ("http", "https")
    except (requests.exceptions.RequestException, ValueError):
        usable = False
    if not usable:
        raise SettingsError(
            f"The base URL is none: {base_url}",
            next_step="write it like https://api.coze.com (or https://api.coze.cn).",
        )
    return request


def proxies_for(base_url: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the proxies that the environment names for this address: `HTTPS_PROXY` and so on."""

    def named(name: str) -> str:
        return environment.get(name) or environment.get(name.upper()) or ""

    if should_bypass_proxies(base_url, no_proxy=named("no_proxy")):
        return {}
    found = {scheme: named(f"{scheme}_proxy") for scheme in ("http", "https", "all")}
    return {scheme: proxy for scheme, proxy in found.items() if proxy}


def certificates(environment: Mapping[str, str]) -> bool | str:
    """Return whose certificates are trusted: the environment's bundle, or certifi's (`True`).

    Raises:
        SettingsError: the bundle is not there.
    """
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        if bundle := environment.get(name):
            if not Path(bundle).exists():
                raise SettingsError(
                    f"{name} names a file that is not there: {bundle}",
                    next_step="set it to the file with the certificates that you trust.",
                )
            return bundle
    return True


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
