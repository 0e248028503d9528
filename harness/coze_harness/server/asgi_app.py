"""The server as an ASGI application: its routes, and answers damaged by injected faults."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from coze_harness.server import (
    chat_endpoints,
    resource_endpoints,
    studio_dialect,
    workflow_endpoints,
)
from coze_harness.server.fault_injection import Fault, FaultKind, FaultTriggered
from coze_harness.server.project_endpoints import handle_project
from coze_harness.server.request_validation import IncomingCall
from coze_harness.server.response_envelope import ApiAnswer, ApiRefusal, envelope, json_response
from coze_harness.server.script_schema import ScriptedProject
from coze_harness.server.server_state import ServerState

_LOOPBACK = re.compile(r"(?:localhost|127\.0\.0\.1|\[::1\])(?::[0-9]{1,5})?", re.IGNORECASE)
_CHAT = "POST /v3/chat"
_TOKEN = "POST /api/permission/oauth2/token"  # noqa: S105 - a route, not a secret
_ENDPOINTS: Mapping[str, Callable[[IncomingCall], Awaitable[ApiAnswer]]] = {
    "GET /v3/chat/retrieve": chat_endpoints.handle_chat_retrieve,
    "POST /v3/chat/retrieve": chat_endpoints.handle_chat_retrieve,
    "GET /v3/chat/message/list": chat_endpoints.handle_message_list,
    "POST /v3/chat/message/list": chat_endpoints.handle_message_list,
    _CHAT: chat_endpoints.handle_chat,
    "POST /v3/chat/cancel": chat_endpoints.handle_chat_cancel,
    "POST /v3/chat/submit_tool_outputs": chat_endpoints.handle_tool_outputs,
    "POST /v1/workflow/run": workflow_endpoints.handle_workflow_run,
    "POST /v1/workflow/stream_run": workflow_endpoints.handle_workflow_run,
    "POST /v1/workflow/stream_resume": workflow_endpoints.handle_workflow_resume,
    "POST /v1/workflows/resume": workflow_endpoints.handle_workflow_resume,
    "POST /v1/workflows/chat": workflow_endpoints.handle_workflow_chat,
    "GET /v1/workflows/{id}/run_histories/{id}": workflow_endpoints.handle_run_history,
    "POST /v1/conversation/create": resource_endpoints.handle_conversation_create,
    "GET /v1/conversation/retrieve": resource_endpoints.handle_conversation_retrieve,
    "GET /v1/conversations": resource_endpoints.handle_conversation_list,
    "GET /v1/bots/{id}": resource_endpoints.handle_bot,
    "GET /v1/bot/get_online_info": resource_endpoints.handle_bot,
    "POST /v1/files/upload": resource_endpoints.handle_upload,
    _TOKEN: resource_endpoints.handle_token,
}
_GATEWAY_PAGE = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    "<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>gateway</center>\r\n"
    "</body>\r\n</html>\r\n"
)


def asgi_app(state: ServerState, *, any_host: bool) -> ASGIApp:
    """Return the application of one server.

    Args:
        state: the server's.
        any_host: whether a request may name any host. If not, only loopback names are accepted: a
            page in a browser, whose name an attacker resolves to this machine, cannot use the
            server.
    """

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        call = IncomingCall(state, Request(scope, receive))
        respond = await _respond(call, any_host=any_host)
        await respond(scope, receive, send)

    return app


def _check_host(call: IncomingCall) -> None:
    hosts = call.request.headers.getlist("host")
    if not all(map(_LOOPBACK.fullmatch, hosts)):
        names = ", ".join(hosts)[:200]
        message = (
            f'The Host header names "{names}", not this machine. '
            "To accept any name, start the server with --host ADDRESS."
        )
        raise ApiRefusal(4000, message, http=403)


async def _respond(call: IncomingCall, *, any_host: bool) -> ASGIApp:
    try:
        if not any_host:
            _check_host(call)
        if project_call := _project_call(call):
            return await _response(call, await handle_project(call, *project_call))
        if call.path.startswith(f"{studio_dialect.PREFIX}/"):
            return await _respond_as_studio(call)
        return await _response(call, await _answer(call, _route(call)))
    except ApiRefusal as refusal:
        return refusal.response(call.log_id)
    except FaultTriggered as trigger:
        return await _refusal(call, trigger.fault)
    except ClientDisconnect:
        return Response()


async def _answer(call: IncomingCall, route: str) -> ApiAnswer:
    endpoint = _ENDPOINTS.get(route)
    call.state.calls[route if endpoint else "unknown"] += 1
    if endpoint is None:
        raise ApiRefusal(4000, f"There is no {call.request.method} {call.path}.", http=404)
    _check_token(call, route)
    return await endpoint(call)


async def _respond_as_studio(call: IncomingCall) -> ASGIApp:
    call.is_studio, call.path = True, call.path.removeprefix(studio_dialect.PREFIX)
    route = _route(call)
    if route not in studio_dialect.ROUTES:
        return studio_dialect.missing_route()
    try:
        answer = studio_dialect.answer_response(route, await _answer(call, route))
    except ApiRefusal as refusal:
        return studio_dialect.refusal_response(route, refusal)
    return await _response(call, answer)


def _route(call: IncomingCall) -> str:
    """Return the method and the path, with a placeholder for each id in it."""
    method = "GET" if call.request.method == "HEAD" else call.request.method
    path = re.sub("^/v1/bots/[^/]+$", "/v1/bots/{id}", call.path)
    histories = "/v1/workflows/{id}/run_histories/{id}"
    path = re.sub("^/v1/workflows/[^/]+/run_histories/[^/]+$", histories, path)
    return f"{method} {path}"


def _project_call(call: IncomingCall) -> tuple[ScriptedProject, str] | None:
    """Return the project that a path belongs to, and which of its calls it is."""
    match = re.fullmatch(r"(.*)/(?:(stream_run|run)|(cancel)/[^/]+)", call.path)
    project = call.state.projects.get(match[1]) if match else None
    if match is None or project is None or call.request.method != "POST":
        return None
    action = str(match[2] or match[3])
    call.state.calls[f"POST {project.path}/{action}"] += 1
    return project, action


def _check_token(call: IncomingCall, route: str) -> None:
    """Refuse a token that has expired or is malformed; two routes check the latter themselves."""
    if call.state.has_expired(call.authorization):
        raise ApiRefusal(4101 if route == _CHAT else 700012006)
    if route not in (_CHAT, _TOKEN) and not call.has_token():
        raise ApiRefusal(700012006)


async def _refusal(call: IncomingCall, fault: Fault) -> Response:
    """Return what a fault answers in place of the service."""
    if fault.kind is FaultKind.RESET_BEFORE:
        await call.connection.reset()
        return Response()
    if fault.kind is FaultKind.HTML:
        return Response(_GATEWAY_PAGE, fault.http or 502, media_type="text/html")
    if fault.kind is FaultKind.UNAVAILABLE:
        headers = {} if fault.retry_after is None else {"retry-after": str(fault.retry_after)}
        return Response(b"", fault.http or 503, headers=headers)
    refusal = ApiRefusal(
        fault.code or 4000, fault.message, http=fault.http, retry_after=fault.retry_after
    )
    return refusal.response(call.log_id)


async def _response(call: IncomingCall, answer: ApiAnswer) -> ASGIApp:
    """Return an endpoint's answer, damaged by the fault that the call met."""
    fault = call.fault
    if not fault:
        return _plain_response(call, answer)
    if fault.kind is FaultKind.SLOW:
        await call.state.clock.sleep(fault.seconds)
    if fault.kind is FaultKind.RESET_AFTER:
        await call.connection.reset()
        return Response()
    if fault.kind is FaultKind.EMPTY_BODY:
        return json_response(b"", call.log_id)
    if isinstance(answer, Mapping):
        if fault.kind is FaultKind.OMIT_DATA:
            answer = {key: value for key, value in answer.items() if key != "data"}
        if fault.kind is FaultKind.EMPTY_DATA:
            answer = {**answer, "data": []}
    response = _plain_response(call, answer)
    if fault.kind is FaultKind.WRONG_CONTENT_TYPE:
        response.headers["content-type"] = "text/plain; charset=utf-8"
    if fault.kind is FaultKind.HALF_JSON:
        return json_response(_first_half(response), call.log_id)
    return _cut_response(call, response) if fault.kind is FaultKind.HALF_BODY else response


def _plain_response(call: IncomingCall, answer: ApiAnswer) -> Response:
    if isinstance(answer, Response):
        return answer
    if isinstance(answer, Mapping):
        return json_response(envelope(answer, call.log_id), call.log_id)
    headers = {"x-tt-logid": call.log_id, "content-type": "text/event-stream"}
    return StreamingResponse(answer, headers={**headers, "cache-control": "no-cache"})


def _first_half(response: Response) -> bytes:
    return bytes(response.body)[: len(response.body) // 2]


def _cut_response(call: IncomingCall, response: Response) -> ASGIApp:
    """Return a response that promises the whole body, sends half of it, and closes."""

    async def respond(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": response.raw_headers})
        await send({"type": "http.response.body", "body": _first_half(response), "more_body": True})
        await call.connection.close()

    return respond
