"""From what a call came to, to bytes on the wire: envelope, log id, and faults that spoil it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from coze_harness.model import JSON
from coze_harness.server.connection_registry import Line
from coze_harness.server.fault_schema import Fault, Kind
from coze_harness.server.response_envelope import (
    JSON_TYPE,
    Refused,
    json_response,
    refusal,
    success,
)
from coze_harness.server.server_state import Desk, Struck

_GATEWAY_PAGE = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    "<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>gateway</center>\r\n"
    "</body>\r\n</html>\r\n"
)


@dataclass(frozen=True, slots=True)
class Told:
    """A JSON answer: `data` and what stands beside it."""

    fields: Mapping[str, JSON]
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Streamed:
    """An answer by server-sent events."""

    frames: AsyncIterator[bytes]
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Bare:
    """A JSON answer without an envelope, as OAuth's endpoints give."""

    fields: Mapping[str, JSON]
    http: int = 200
    fault: Fault | None = None


Outcome = Told | Streamed | Bare
Handler = Callable[[Desk, Request], Awaitable[Outcome]]


def answering(desk: Desk, name: str, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint for a handler: counted, refusals answered, faults applied."""

    async def endpoint(request: Request) -> Response:
        desk.calls[name] += 1
        log_id = desk.ids.log_id()
        try:
            if desk.tokens.has_ended(request.headers.get("authorization", "")):
                raise Refused(4101 if name == "POST /v3/chat" else 700012006)
            outcome = await handler(desk, request)
        except Refused as refused:
            return refusal(refused, log_id)
        except Struck as struck:
            return await _struck(struck.fault, desk.lines.of(request.scope), log_id)
        except ClientDisconnect:
            return Response()
        if outcome.fault is None:
            return _plain(outcome, log_id)
        return await _spoilt(desk, request.scope, outcome, outcome.fault, log_id)

    return endpoint


def _plain(outcome: Outcome, log_id: str) -> Response:
    if isinstance(outcome, Told):
        return json_response(success(outcome.fields, log_id), log_id)
    if isinstance(outcome, Bare):
        return json_response(orjson.dumps(outcome.fields), log_id, http=outcome.http)
    return _stream(outcome, log_id, "text/event-stream")


def _stream(outcome: Streamed, log_id: str, content_type: str) -> Response:
    headers = {"x-tt-logid": log_id, "content-type": content_type, "cache-control": "no-cache"}
    return StreamingResponse(outcome.frames, headers=headers)


async def _struck(fault: Fault, line: Line, log_id: str) -> Response:
    if fault.kind is Kind.RESET_BEFORE:
        await line.reset()
        return Response()
    if fault.kind is Kind.HTML:
        return Response(_GATEWAY_PAGE, fault.http or 502, media_type="text/html")
    if fault.kind is Kind.UNAVAILABLE:
        after = {} if fault.retry_after is None else {"retry-after": str(fault.retry_after)}
        return Response(b"", fault.http or 503, headers=after)
    code, http, after_seconds = fault.code or 4000, fault.http or 0, fault.retry_after
    if fault.kind is Kind.TOO_MANY_REQUESTS:
        code, http = fault.code or 4013, fault.http or 429
        after_seconds = 1 if after_seconds is None else after_seconds
    refused = Refused(code, fault.message or "", http=http, retry_after=after_seconds)
    return refusal(refused, log_id)


async def _spoilt(
    desk: Desk, scope: Scope, outcome: Outcome, fault: Fault, log_id: str
) -> Response:
    if fault.kind is Kind.SLOW:
        await desk.clock.sleep(fault.seconds)
        return _plain(outcome, log_id)
    if fault.kind is Kind.RESET_AFTER:
        await desk.lines.of(scope).reset()
        return Response()
    if fault.kind is Kind.EMPTY_BODY:
        return Response(b"", headers={"x-tt-logid": log_id, "content-type": JSON_TYPE})
    if isinstance(outcome, Bare):
        outcome = Told(outcome.fields)
    if isinstance(outcome, Streamed):
        return _stream(outcome, log_id, "text/plain; charset=utf-8")
    return _spoilt_json(desk, scope, outcome, fault, log_id)


def _spoilt_json(desk: Desk, scope: Scope, told: Told, fault: Fault, log_id: str) -> Response:
    fields = dict(told.fields)
    if fault.kind is Kind.OMIT_DATA:
        fields.pop("data", None)
    elif fault.kind is Kind.EMPTY_DATA:
        fields["data"] = []
    body = success(fields, log_id)
    if fault.kind is Kind.HALF_JSON:
        return json_response(body[: len(body) // 2], log_id)
    if fault.kind is Kind.HALF_BODY:
        return _HalfBody(body, desk.lines.of(scope), log_id)
    response = json_response(body, log_id)
    if fault.kind is Kind.WRONG_CONTENT_TYPE:
        response.headers["content-type"] = "text/plain; charset=utf-8"
    return response


class _HalfBody(Response):
    """Promises a whole body, sends half of it, and hangs up."""

    def __init__(self, body: bytes, line: Line, log_id: str) -> None:
        headers = {"x-tt-logid": log_id, "content-type": JSON_TYPE}
        super().__init__(body, headers=headers)
        self._line = line

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        half = bytes(self.body)[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
        await self._line.close()
