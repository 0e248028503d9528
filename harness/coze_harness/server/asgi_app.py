"""The routes of the server, the busiest first."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.routing import BaseRoute, Mount, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from coze_harness.server import (
    bot_endpoints as bots,
)
from coze_harness.server import (
    chat_endpoints as chats,
)
from coze_harness.server import (
    conversation_endpoints as talks,
)
from coze_harness.server import (
    oauth_endpoints as tokens,
)
from coze_harness.server import (
    upload_endpoints as files,
)
from coze_harness.server import (
    workflow_endpoints as workflows,
)
from coze_harness.server.response_envelope import Refused, refusal
from coze_harness.server.response_writer import Handler, answering
from coze_harness.server.server_state import Desk

_READ = ("GET", "POST")
_TABLE: Sequence[tuple[str, Sequence[str], Handler]] = (
    ("/v3/chat/retrieve", _READ, chats.retrieve),
    ("/v3/chat/message/list", _READ, chats.messages),
    ("/v3/chat", ("POST",), chats.start),
    ("/v3/chat/cancel", ("POST",), chats.cancel),
    ("/v3/chat/submit_tool_outputs", ("POST",), chats.submit),
    ("/v1/conversation/create", ("POST",), talks.create),
    ("/v1/conversation/retrieve", ("GET",), talks.retrieve),
    ("/v1/conversation/message/list", ("POST",), talks.messages),
    ("/v1/conversations", ("GET",), talks.conversations),
    ("/v1/bots/{id}", ("GET",), bots.information),
    ("/v1/bot/get_online_info", ("GET",), bots.information),
    ("/v1/files/upload", ("POST",), files.upload),
    ("/api/permission/oauth2/token", ("POST",), tokens.give),
    ("/v1/workflow/run", ("POST",), workflows.run),
    ("/v1/workflows/chat", ("POST",), workflows.chat),
)


def application(desk: Desk) -> ASGIApp:
    """Return the server as an ASGI application: plain routes, no middleware."""
    routes: list[BaseRoute] = []
    for path, methods, handler in _TABLE:
        for method in methods:
            endpoint = answering(desk, f"{method} {path}", handler)
            routes.append(Route(path, endpoint, methods=[method], include_in_schema=False))
    routes.append(Mount("/", app=_Unknown(desk)))
    return Router(routes, redirect_slashes=False)


class _Unknown:
    """Answers every other path as Coze does: HTTP 404 and code 4000."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        self._desk.calls["unknown"] += 1
        refused = Refused(4000, f"There is no {request.method} {request.url.path}.", http=404)
        await refusal(refused, self._desk.ids.log_id())(scope, receive, send)
