"""The conversation calls of `/v1`: create, retrieve, list, and list messages."""

from __future__ import annotations

from starlette.requests import Request

from coze_harness.model import JSON
from coze_harness.server import request_validation as checks
from coze_harness.server.conversation_store import Conversation
from coze_harness.server.fault_schema import Route
from coze_harness.server.response_envelope import Refused
from coze_harness.server.response_writer import Outcome, Told
from coze_harness.server.server_state import Desk

_MOST_AT_CREATION = 16
_LONGEST_NAME = 100
_PAGE = 50


async def create(desk: Desk, request: Request) -> Outcome:
    """`POST /v1/conversation/create`; the body may be empty. An unknown bot gives 5000."""
    checks.authorize(request)
    body = await checks.body_of(request)
    bot_id = checks.word(body, "bot_id")
    given = checks.inputs(body, "messages", saved=True, most=_MOST_AT_CREATION)
    pairs = checks.meta_data(body)
    name = checks.word(body, "name")
    if len(name) > _LONGEST_NAME:
        raise Refused(4000, "name is longer than 100 characters.")
    if bot_id and (bot_id, "") not in desk.faces:
        raise Refused(5000)
    fault = desk.strike(Route.CREATE, bot_id)
    conversation = desk.open_conversation(bot_id=bot_id)
    conversation.name, conversation.meta_data = name, pairs
    for item in given:
        conversation.turns.append(desk.entry(conversation, item, None))
    return Told({"data": conversation.to_json()}, fault)


def _known(desk: Desk, request: Request) -> Conversation:
    checks.authorize(request)
    found = request.query_params.get("conversation_id")
    if not found:
        raise Refused(4000, "conversation_id is required.")
    return desk.conversation(found)


async def retrieve(desk: Desk, request: Request) -> Outcome:
    """`GET /v1/conversation/retrieve`."""
    return Told({"data": _known(desk, request).to_json()})


async def conversations(desk: Desk, request: Request) -> Outcome:
    """`GET /v1/conversations`: those created with the bot's id."""
    checks.authorize(request)
    query = request.query_params
    bot_id = query.get("bot_id")
    if not bot_id:
        raise Refused(4000, "bot_id is required.")
    found = [known for known in desk.conversations if known.bot_id == bot_id]
    if query.get("sort_order", "").upper() != "ASC":
        found.reverse()
    size = _number(query.get("page_size"), _PAGE)
    begin = (_number(query.get("page_num"), 1) - 1) * size
    page: list[JSON] = [known.to_json() for known in found[begin : begin + size]]
    return Told({"data": {"conversations": page, "has_more": begin + size < len(found)}})


def _number(given: JSON, default: int) -> int:
    try:
        return max(1, int(str(given))) if given else default
    except ValueError as error:
        raise Refused(4000, f"{given} is not a number.") from error


async def messages(desk: Desk, request: Request) -> Outcome:
    """`POST /v1/conversation/message/list`: questions and answers, newest first unless asked."""
    conversation = _known(desk, request)
    body = await checks.body_of(request)
    order, chat_id = checks.word(body, "order") or "desc", checks.word(body, "chat_id")
    if order not in ("asc", "desc"):
        raise Refused(4000, "order must be asc or desc.")
    size = min(_PAGE, _number(body.get("limit"), _PAGE))
    found = list(conversation.messages(desk.clock.monotonic()))
    if order == "desc":
        found.reverse()
    if chat_id:
        found = [message for message in found if message["chat_id"] == chat_id]
    ids = [str(message["id"]) for message in found]
    before, after = checks.word(body, "before_id"), checks.word(body, "after_id")
    end = _position(ids, before) if before else len(ids)
    begin = _position(ids, after) + 1 if after else 0
    if before and not after:
        begin = max(0, end - size)
    page: list[JSON] = [*found[begin : min(end, begin + size)]]
    shown = ids[begin : begin + len(page)]
    more = begin > 0 if before and not after else begin + size < end
    ends = {"first_id": shown[0] if shown else "", "last_id": shown[-1] if shown else ""}
    return Told({"data": page, **ends, "has_more": more})


def _position(ids: list[str], message_id: str) -> int:
    if message_id not in ids:
        raise Refused(4005)
    return ids.index(message_id)
