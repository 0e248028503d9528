"""The chat calls: start, retrieve, list the messages, cancel, submit tool outputs."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request

from coze_harness.server import request_validation as checks
from coze_harness.server.conversation_store import Chat, Conversation, texts
from coze_harness.server.event_stream_writer import frames
from coze_harness.server.fault_schema import Route
from coze_harness.server.message_builder import listed
from coze_harness.server.prompt_matching import Asked
from coze_harness.server.response_envelope import Refused
from coze_harness.server.response_writer import Outcome, Streamed, Told
from coze_harness.server.script_schema import Action
from coze_harness.server.server_state import Desk, Question


async def start(desk: Desk, request: Request) -> Outcome:
    """`POST /v3/chat`. The bot is looked up before the token, as seen live."""
    # In the query only: a conversation_id in the body is ignored by the hosted service.
    conversation_id = request.query_params.get("conversation_id", "")
    body = await checks.body_of(request)
    wanted = checks.chat_request(body, goes_on=bool(conversation_id))
    face = desk.face(wanted.bot_id, wanted.which)
    if not checks.authorized(request):
        raise Refused(4101)
    if not face.bot.published and wanted.which != "draft":
        raise Refused(
            4015, f"The bot_id {wanted.bot_id} has not been published to the channel Agent As API."
        )
    conversation = desk.conversation(conversation_id) if conversation_id else None
    if conversation and conversation.running(desk.clock.monotonic()):
        raise Refused(4016)
    uploaded(desk, wanted.messages)
    asked = asked_now(desk, conversation, wanted.messages, wanted.prompt)
    asked = Asked(
        asked.prompt, asked.turn, asked.earlier, {**face.bot.variables, **wanted.variables}
    )
    fit = desk.fit(face.answers, asked)
    faults = (*fit.answer.faults, *face.bot.faults)
    fault = desk.strike(Route.CHAT, wanted.bot_id, faults, stream=wanted.stream)
    question = Question(wanted.messages, asked, fit, wanted.meta_data, saved=wanted.saved)
    chat = desk.begin(question, face, conversation)
    odd = desk.faults.of_status(Route.CHAT, chat.bot_id, faults)
    if not wanted.stream:
        now = desk.clock.monotonic()
        return Told({"data": chat.to_json(now, odd or "in_progress")}, fault)
    inside = desk.faults.of_stream(chat.bot_id, faults)
    line = desk.lines.of(request.scope)
    told = frames(chat, desk.clock, line, fault=inside, odd_status=odd)
    return Streamed(told, fault)


def uploaded(desk: Desk, messages: Sequence[checks.Input]) -> None:
    """Refuse files that nobody uploaded here (4000)."""
    for message in messages:
        for file_id in message.files:
            if file_id not in desk.files:
                raise Refused(4000, f"file_id {file_id} does not exist.")


def asked_now(
    desk: Desk, conversation: Conversation | None, messages: Sequence[checks.Input], prompt: str
) -> Asked:
    """Return the prompt in its conversation; one put in earlier counts if none comes now (4000)."""
    context = list(conversation.messages(desk.clock.monotonic())) if conversation else []
    said = [*texts(context), *(message.text for message in messages)]
    turn = sum(message["role"] == "user" for message in context)
    turn += sum(message.role == "user" for message in messages)
    if not prompt:
        if not context or context[-1]["role"] != "user":
            raise Refused(4000, "additional_messages must hold a message of the user.")
        prompt = said[-1]
    if said and said[-1] == prompt:
        said.pop()
    return Asked(prompt, max(1, turn), tuple(said))


async def retrieve(desk: Desk, request: Request) -> Outcome:
    """`/v3/chat/retrieve`, by GET and by POST."""
    chat = await _known(desk, request)
    chat.polls += 1
    fault = desk.strike(Route.RETRIEVE, chat.bot_id, chat.faults)
    now = desk.clock.monotonic()
    shown = ""
    if chat.runs(now):
        shown = desk.faults.of_status(Route.RETRIEVE, chat.bot_id, chat.faults)
    return Told({"data": chat.to_json(now, shown)}, fault)


async def messages(desk: Desk, request: Request) -> Outcome:
    """`/v3/chat/message/list`, by GET and by POST; without `data` for a chat that failed."""
    chat = await _known(desk, request)
    fault = desk.strike(Route.LIST, chat.bot_id, chat.faults)
    now = desk.clock.monotonic()
    if chat.runs(now):
        return Told({"data": []}, fault)
    if chat.status(now) not in ("completed", "requires_action", "required_action"):
        return Told({}, fault)
    return Told({"data": listed(chat.plan.messages, chat.plan.order, chat.id)}, fault)


async def cancel(desk: Desk, request: Request) -> Outcome:
    """`POST /v3/chat/cancel`: only a chat that runs (4104); a stream of it goes on."""
    chat = await _known(desk, request)
    fault = desk.strike(Route.CANCEL, chat.bot_id, chat.faults)
    now = desk.clock.monotonic()
    if not chat.runs(now):
        raise Refused(4104)
    chat.canceled = True
    return Told({"data": chat.to_json(now)}, fault)


async def submit(desk: Desk, request: Request) -> Outcome:
    """`POST /v3/chat/submit_tool_outputs`: the same chat goes on."""
    checks.authorize(request)
    body = await checks.body_of(request)
    chat = desk.chat(*checks.ids(request, body))
    if not chat.saved:
        raise Refused(5000)
    stream = checks.switch(body, "stream", default=False)
    action = chat.plan.action
    if action is None or chat.runs(desk.clock.monotonic()) or chat.canceled:
        raise Refused(4000, "The chat is not waiting for tool outputs.")
    outputs = _outputs(body, chat)
    fault = desk.strike(Route.SUBMIT, chat.bot_id, chat.faults, stream=stream)
    _go_on(desk, chat, action, outputs)
    if stream:
        return Streamed(frames(chat, desk.clock, desk.lines.of(request.scope)), fault)
    return Told({"data": chat.to_json(desk.clock.monotonic(), "in_progress")}, fault)


def _go_on(desk: Desk, chat: Chat, action: Action, outputs: Sequence[str]) -> None:
    if chat.conversation.running(desk.clock.monotonic()):
        raise Refused(4016)
    desk.go_on(chat, action, outputs)


def _outputs(body: checks.Body, chat: Chat) -> list[str]:
    found = body.get("tool_outputs")
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise Refused(4000, "tool_outputs must be an array of objects.")
    given = {checks.needed(item, "tool_call_id"): checks.word(item, "output") for item in found}
    wanted = [str(call["id"]) for call in chat.plan.calls]
    if sorted(given) != sorted(wanted):
        raise Refused(4000, f"tool_outputs must answer all tool calls at once: {', '.join(wanted)}")
    return [given[call_id] for call_id in wanted]


async def _known(desk: Desk, request: Request) -> Chat:
    """Return the saved chat that a call is about (401, 4000, 4002, 4001)."""
    checks.authorize(request)
    body: checks.Body = {}
    query = request.query_params
    if not (query.get("chat_id") and query.get("conversation_id")):
        body = await checks.body_of(request)
    chat = desk.chat(*checks.ids(request, body))
    if not chat.saved:
        raise Refused(4001)
    return chat
