"""The calls of chats."""

from __future__ import annotations

from coze_harness.server.chat_builder import build_chat, continue_chat
from coze_harness.server.event_stream_writer import chat_frames
from coze_harness.server.fault_injection import STATUS_KINDS, STREAM_KINDS, Route
from coze_harness.server.message_builder import in_list_order
from coze_harness.server.request_validation import (
    Body,
    IncomingCall,
    chat_request,
    flag_field,
    required_text,
    text_field,
)
from coze_harness.server.response_envelope import ApiAnswer, ApiRefusal, unpublished_bot
from coze_harness.server.stored_conversation import StoredChat


async def handle_chat(call: IncomingCall) -> ApiAnswer:
    """Answer `POST /v3/chat`. The bot is looked up before the token, as seen live."""
    state, request = call.state, await chat_request(call)
    bot = state.bot(request.bot_id, request.bot_version)
    if not call.has_token():
        raise ApiRefusal(4101)
    if not bot.published and request.bot_version != "draft":
        raise unpublished_bot(bot.id)
    chat = build_chat(call, Route.CHAT, request, bot)
    status_fault = state.faults.find(STATUS_KINDS, Route.CHAT, chat.faults)
    status = status_fault.status if status_fault else ""
    if request.stream:
        fault = state.faults.find(STREAM_KINDS, Route.CHAT, chat.faults)
        return chat_frames(call, chat, fault=fault, status=status)
    return {
        "data": chat.to_json(call.now, status or ("created" if call.is_studio else "in_progress"))
    }


async def handle_chat_retrieve(call: IncomingCall) -> ApiAnswer:
    """Answer `/v3/chat/retrieve`."""
    chat = await call.chat()
    call.trigger_fault(Route.RETRIEVE, chat.faults)
    status_fault = None
    if chat.is_running(call.now):
        status_fault = call.state.faults.find(STATUS_KINDS, Route.RETRIEVE, chat.faults)
    return {"data": chat.to_json(call.now, status_fault.status if status_fault else "")}


async def handle_message_list(call: IncomingCall) -> ApiAnswer:
    """Answer `/v3/chat/message/list`; without `data` for a chat that failed."""
    chat = await call.chat()
    call.trigger_fault(Route.LIST, chat.faults)
    if chat.is_running(call.now):
        return {"data": []}
    if chat.status(call.now) not in ("completed", "requires_action", "required_action"):
        return {}
    messages = in_list_order(chat.timeline.messages, chat.timeline.order, chat.id)
    return {"data": [*chat.question_json(), *messages] if call.is_studio else messages}


async def handle_chat_cancel(call: IncomingCall) -> ApiAnswer:
    """Answer `POST /v3/chat/cancel`: only a running chat (4104); a stream of it goes on."""
    chat = await call.chat()
    call.trigger_fault(Route.CANCEL, chat.faults)
    if not chat.is_running(call.now):
        raise ApiRefusal(4104)
    chat.canceled = True
    return {"data": chat.to_json(call.now)}


async def handle_tool_outputs(call: IncomingCall) -> ApiAnswer:
    """Answer `POST /v3/chat/submit_tool_outputs`: the same chat goes on."""
    body = await call.body()
    chat = await call.chat(code_if_unsaved=5000)
    stream = flag_field(body, "stream")
    action = chat.timeline.action
    if action is None or chat.is_running(call.now) or chat.canceled:
        raise ApiRefusal(4000, "The chat is not waiting for tool outputs.")
    outputs = _tool_outputs(body, chat)
    call.trigger_fault(Route.SUBMIT, chat.faults, stream=stream)
    if chat.conversation.is_occupied(call.now):
        raise ApiRefusal(4016)
    continue_chat(call.state, chat, action, outputs)
    return chat_frames(call, chat) if stream else {"data": chat.to_json(call.now, "in_progress")}


def _tool_outputs(body: Body, chat: StoredChat) -> list[str]:
    """Return the outputs in the order of the calls."""
    items = body.get("tool_outputs")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise ApiRefusal(4000, "tool_outputs must be an array of objects.")
    outputs = {required_text(item, "tool_call_id"): text_field(item, "output") for item in items}
    call_ids = [str(call["id"]) for call in chat.timeline.calls]
    if sorted(outputs) != sorted(call_ids):
        ids = ", ".join(call_ids)
        raise ApiRefusal(4000, f"tool_outputs must answer all tool calls at once: {ids}")
    return [outputs[call_id] for call_id in call_ids]
