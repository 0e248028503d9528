"""The report's server as an ASGI application: pages of runs, their events, and decisions.

    GET  /?token=TOKEN                     leads to the page of the run that is shown
    GET  /view/TOKEN/                      the list of runs
    GET  /view/TOKEN/RUN/                  a run's page, or a page that waits for it
    GET  /view/TOKEN/RUN/trials.jsonl      another file of a run
    GET  /events?token=TOKEN&run=RUN       server-sent events
    POST /decisions                        decisions, with the token in X-Token

The addresses below `/view/TOKEN/` are those in the folder of runs, so that the links in pages,
which are served as they are on disk, work.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from http import HTTPStatus
from typing import Final, TypeAlias
from urllib.parse import quote

from msgspec import Struct
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from coze_harness.messages import Catalogue, Language, LocalizedText, message
from coze_harness.model import JSON
from coze_harness.server.http_listener import read_body
from coze_harness.server.report_files import PAGE, OpenReport, ServedReports
from coze_harness.server.request_access import RequestAccess
from coze_harness.server.run_progress import run_events
from coze_harness.text.json_text import dump_json

MAX_BODY: Final = 1_000_000
"""The largest body of a request, in bytes."""

_MAX_DROPPED: Final = 16 * MAX_BODY
_CHUNK: Final = 1 << 18
_VIEW: Final = re.compile(r"/view/([^/]{1,200})/(?:([^/]{1,200})/)?([^/]{0,100})")
_DECISIONS: Final = "/decisions"
_EVENTS: Final = "/events"

_HEADERS: Final = {
    "cache-control": "no-store",
    # One request for each connection: a client cannot keep one and send nothing.
    "connection": "close",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
_POLICY: Final = "content-security-policy"
_NOTHING_ALLOWED: Final = "default-src 'none'; frame-ancestors 'none'"


class ReportLimits(Struct, frozen=True, kw_only=True):
    """What a client may use.

    Args:
        connections: at a time; further ones get HTTP 503.
        streams: event streams at a time; each has a connection.
        head_seconds: how long the head of a request may take to arrive.
        body_seconds: how long its body may take.
        poll_seconds: the time between two reads of a run's folder, for events.
    """

    connections: int = 64
    streams: int = 16
    head_seconds: float = 10.0
    body_seconds: float = 10.0
    poll_seconds: float = 0.5


class PostedDecisions(Struct, frozen=True, kw_only=True):
    """Decisions from a page: the JSON of a file of decisions, not checked yet.

    `failing` says whether candidates that fail may be accepted; `language` is that of the answer.
    """

    body: bytes
    failing: bool
    language: Language


Decide: TypeAlias = Callable[[PostedDecisions], tuple[HTTPStatus, JSON]]
"""Applies decisions and returns the response. Called in a thread, once at a time."""


class _Refusal(Exception):  # noqa: N818 (an answer, not a fault)
    """A request that gets an error."""

    def __init__(self, status: HTTPStatus, what: LocalizedText) -> None:
        super().__init__(status)
        self.status = status
        self.what = what


class ReportApp:
    """The application of one server; `is_closing` returns whether it ends."""

    def __init__(
        self,
        reports: ServedReports,
        access: RequestAccess,
        decide: Decide,
        is_closing: Callable[[], bool],
        limits: ReportLimits,
    ) -> None:
        self._reports = reports
        self._access = access
        self._decide = decide
        self._is_closing = is_closing
        self._limits = limits
        self._streams = 0
        self._deciding = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        request = Request(scope, receive)
        accept_language = request.headers.get("accept-language", "")
        language = preferred_language(accept_language, self._reports.language)
        try:
            response = await self._respond(request, language)
        except _Refusal as refusal:
            response = _error(request, refusal.status, Catalogue(language).text(refusal.what))
        except ClientDisconnect:
            return
        response.headers.update(_HEADERS)
        response.headers.setdefault(_POLICY, _NOTHING_ALLOWED)
        await response(scope, receive, send)

    async def _respond(self, request: Request, language: Language) -> Response:
        if not self._access.names_server(request.headers):
            raise _access_refusal()
        path = str(request.scope["path"])
        if path == _DECISIONS:
            return await self._post(request, language)
        if request.method not in ("GET", "HEAD"):
            raise _Refusal(HTTPStatus.METHOD_NOT_ALLOWED, message("view.method", method="GET"))
        if path == "/":
            return self._redirect(request.query_params.get("token", ""))
        if path == _EVENTS:
            return self._events(request, language)
        match = _VIEW.fullmatch(path)
        if match is None or not self._access.has_token(match[1]):
            raise _access_refusal()
        return self._file(request, match[2] or "", match[3] or PAGE, Catalogue(language))

    def _redirect(self, token: str) -> Response:
        if not self._access.has_token(token):
            raise _access_refusal()
        url = f"/view/{token}/{quote(self._reports.run, safe='')}/?token={token}"
        return Response(status_code=HTTPStatus.SEE_OTHER, headers={"location": url})

    def _file(self, request: Request, run: str, name: str, words: Catalogue) -> Response:
        if not run:
            report = self._reports.open_list() if name == PAGE else None
        else:
            if self._reports.find(run) and (asset := self._reports.asset(name)):
                return Response(asset[0], media_type=asset[1])
            report = self._reports.open(run, name)
        if report is not None:
            return _send(report, request.method, self._reports.parts.policy)
        if run and name == PAGE and (folder := self._reports.find(run)):
            render = self._reports.parts.render_waiting
            page, policy = render(run, folder.resolve().name, self._access.token, words)
            return Response(page, media_type="text/html", headers={_POLICY: policy})
        raise _Refusal(HTTPStatus.NOT_FOUND, message("view.not_found"))

    def _events(self, request: Request, language: Language) -> Response:
        query = request.query_params
        is_own = self._access.is_own_page(request.headers, needs_origin=False)
        if not self._access.has_token(query.get("token", "")) or not is_own:
            raise _access_refusal()
        run = query.get("run", self._reports.run)
        if self._reports.find(run) is None:
            raise _Refusal(HTTPStatus.NOT_FOUND, message("view.not_found"))
        if self._streams >= self._limits.streams:
            raise _Refusal(
                HTTPStatus.SERVICE_UNAVAILABLE, message("view.busy", n=self._limits.streams)
            )
        if request.method == "HEAD":
            return Response(media_type="text/event-stream")
        words = Catalogue(preferred_language(query.get("lang", ""), language))
        events = run_events(
            self._reports,
            run,
            words,
            is_waiting="waiting" in query,
            is_closing=self._is_closing,
            poll_seconds=self._limits.poll_seconds,
        )
        return StreamingResponse(self._count_stream(events), media_type="text/event-stream")

    async def _count_stream(self, events: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        self._streams += 1
        try:
            async for event in events:
                yield event
        finally:
            self._streams -= 1

    async def _post(self, request: Request, language: Language) -> Response:
        headers = request.headers
        if request.method != "POST":
            raise _Refusal(HTTPStatus.METHOD_NOT_ALLOWED, message("view.method", method="POST"))
        is_own = self._access.is_own_page(headers, needs_origin=True)
        if not self._access.has_token(headers.get("x-token", "")) or not is_own:
            raise _access_refusal()
        # A form or a simple request of another site cannot have this type.
        if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise _Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, message("view.not_json"))
        decisions = PostedDecisions(
            body=await _decisions_in(request, self._limits.body_seconds),
            failing=request.query_params.get("failing") == "1",
            language=language,
        )
        async with self._deciding:
            status, content = await asyncio.to_thread(self._decide, decisions)
        return _json(status, content)


def preferred_language(accept_language: str, default: Language) -> Language:
    """Return the first language of an `Accept-Language` header that there are texts in."""
    for part in accept_language.lower().split(","):
        tag = part.partition(";")[0].strip()
        if tag.startswith("zh"):
            return "zh"
        if tag.startswith("en"):
            return "en"
    return default


async def _decisions_in(request: Request, seconds: float) -> bytes:
    try:
        async with asyncio.timeout(seconds):
            body, size = await read_body(request, MAX_BODY, _MAX_DROPPED)
    except TimeoutError:
        raise _Refusal(HTTPStatus.REQUEST_TIMEOUT, message("view.slow")) from None
    if size > MAX_BODY:
        limit = MAX_BODY // 1_000_000
        raise _Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, message("view.too_large", limit=limit))
    return body


def _send(report: OpenReport, method: str, policy: str) -> Response:
    headers = {"content-length": str(report.size), _POLICY: policy}
    if method == "HEAD":
        report.file.close()
        return Response(headers=headers, media_type=report.media_type)
    return StreamingResponse(_chunks(report), headers=headers, media_type=report.media_type)


async def _chunks(report: OpenReport) -> AsyncIterator[bytes]:
    """Yield as many bytes as the file had when it was opened: it may grow."""
    bytes_left = report.size
    with report.file as file:
        while bytes_left and (chunk := await asyncio.to_thread(file.read, min(_CHUNK, bytes_left))):
            bytes_left -= len(chunk)
            yield chunk


def _access_refusal() -> _Refusal:
    # It does not say what is wrong, so nobody learns what is right.
    return _Refusal(HTTPStatus.FORBIDDEN, message("view.forbidden"))


def _error(request: Request, status: HTTPStatus, text: str) -> Response:
    if request.scope["path"] != _DECISIONS:
        return Response(f"{text}\n", status, media_type="text/plain")
    errors: JSON = [{"message": text, "next_step": ""}]
    return _json(status, {"accepted": [], "rejected": [], "to_edit": [], "errors": errors})


def _json(status: HTTPStatus, content: JSON) -> Response:
    return Response(dump_json(content), status, media_type="application/json")
