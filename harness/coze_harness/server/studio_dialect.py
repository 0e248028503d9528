"""How coze-studio, the server that users host themselves, answers the same calls.

It lists messages by GET only, under the key `Messages`; a chat begins as `created`; errors come as
HTTP 400 with the code in the text, or as HTTP 500 with plain text; versions and drafts of a bot are
not known, and their keys are ignored. Source: coze-dev/coze-studio, backend/api/handler/coze.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Final

import orjson
from starlette.responses import Response, StreamingResponse

from coze_harness.model import JSON
from coze_harness.server.response_envelope import ApiAnswer, ApiRefusal

PREFIX: Final = "/studio"
"""Where the server has this dialect."""

ROUTES: Final = frozenset(
    {
        "POST /v3/chat",
        "POST /v3/chat/cancel",
        "GET /v3/chat/retrieve",
        "GET /v3/chat/message/list",
        "POST /v1/conversation/create",
        "GET /v1/conversation/retrieve",
        "GET /v1/conversations",
        "GET /v1/bots/{id}",
        "GET /v1/bot/get_online_info",
        "POST /v1/files/upload",
    }
)

_CODES: Final = {
    4001: (103200003, "record not found or nothing to update"),
    4002: (103000002, "conversation not found"),
    4104: (103200005, "in progress can not be cancelled"),
    4200: (103100002, "agent not exists"),
}
_RUN_ERROR: Final = 103100001
_SIGN_IN: Final = (4100, 4101, 700012006)


def missing_route() -> Response:
    """Return the answer to a call that the server does not have."""
    return Response("404 page not found", 404, media_type="text/plain")


def refusal_response(route: str, refusal: ApiRefusal) -> Response:
    """Return a refusal as this server words it."""
    if refusal.code in _SIGN_IN:
        words = "authentication failed: api key invalid"
        return _json({"code": 700012006, "msg": words})
    code, words = _CODES.get(refusal.code, (_RUN_ERROR, f"agent run error : {refusal.msg}"))
    text = f"code={code} message={words}"
    if route.endswith("/v3/chat/retrieve"):
        return Response(text, 500, media_type="text/plain", headers=_headers())
    if "/v3/chat" in route and not route.endswith("/list"):
        return _json({"code": 400, "msg": text}, 400)
    return _json({"code": code, "msg": words})


def answer_response(route: str, answer: ApiAnswer) -> Response:
    """Return an answer in the form of this server."""
    if isinstance(answer, Response):
        return answer
    if not isinstance(answer, Mapping):
        headers = {"content-type": "text/event-stream", "x-accel-buffering": "no", **_headers()}
        return StreamingResponse(answer, headers=headers)
    body: dict[str, JSON] = {**answer, "code": 0, "msg": ""}
    if route.endswith("/message/list"):
        body["Messages"] = body.pop("data", None)
    elif route.startswith(("POST /v3/chat", "GET /v3/chat")) and isinstance(body["data"], dict):
        body["data"] = {key: value for key, value in body["data"].items() if key != "last_error"}
    return _json({**body, "BaseResp": None})


def _headers() -> dict[str, str]:
    return {"x-log-id": str(uuid.uuid4())}


def _json(body: Mapping[str, JSON], http: int = 200) -> Response:
    headers = {"content-type": "application/json; charset=utf-8", **_headers()}
    return Response(orjson.dumps(body), http, headers=headers)
