"""Scripted content as Coze's messages, in the order of time and of the message list."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from typing import cast

import orjson
from msgspec import Struct

from coze_harness.model import JSON
from coze_harness.server.prompt_matching import Fill
from coze_harness.server.script_schema import ListOrder, RequiredCall, ScriptedContent, ScriptedTool
from coze_harness.server.stored_conversation import StoredChat

_FINISH = (
    '{"msg_type":"generate_answer_finish","data":"{\\"finish_reason\\":%d,\\"FinData\\":\\"\\"}",'
    '"from_module":null,"from_unit":null}'
)
_FINISHED, _INTERRUPTED = 0, 1
_NO_ORIGIN = {"from_module": None, "from_unit": None}
_TOOL_TYPES = ("function_call", "tool_response", "tool_output", "knowledge")
_RANKS: Mapping[str, Mapping[str, int]] = {
    "answer-first": {"answer": 0},
    "verbose-first": {"verbose": 0},
    "tools-first": {**dict.fromkeys(_TOOL_TYPES, 0), "verbose": 1, "answer": 2},
}


class DraftMessage(Struct, frozen=True):
    """A message before it has an id and a time."""

    type: str
    content: str
    role: str = "assistant"
    content_type: str = "text"
    reasoning: str = ""

    def to_json(self, message_id: str, chat: StoredChat, delay: float) -> dict[str, JSON]:
        """Return Coze's message object, created `delay` seconds after the chat."""
        second = chat.created_at + int(delay)
        message: dict[str, JSON] = {
            "id": message_id,
            "conversation_id": chat.conversation.id,
            "bot_id": chat.bot_id,
            "chat_id": chat.id,
            "section_id": chat.conversation.id,
            "role": self.role,
            "type": self.type,
            "content": self.content,
            "content_type": self.content_type,
            "created_at": second,
            "updated_at": second,
        }
        if self.reasoning:
            message["reasoning_content"] = self.reasoning
        return message


def as_text(value: object) -> str:
    """Return text as it is, anything else as JSON."""
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def draft_messages(
    content: ScriptedContent, answers: Sequence[str], fill: Fill
) -> Iterator[DraftMessage]:
    """Yield what a chat says, in order of time; `answers` are the texts of its answers."""
    for text in content.knowledge:
        yield DraftMessage("knowledge", fill(text))
    for packet in content.verbose:
        body = {"msg_type": packet.msg_type, "data": as_text(packet.data), **_NO_ORIGIN}
        yield DraftMessage("verbose", as_text(body))
    for tool in content.tools:
        yield from _tool_messages(tool, fill)
    for message in content.messages:
        text = as_text(fill_all(message.content, fill))
        reasoning = fill(message.reasoning)
        yield DraftMessage(message.type, text, message.role, message.content_type, reasoning)
    for number, text in enumerate(answers):
        reasoning = "" if number else fill(content.reasoning)
        content_type = content.content_type
        yield DraftMessage("answer", fill(text), content_type=content_type, reasoning=reasoning)
    yield from _last_messages(content, fill)


def _last_messages(content: ScriptedContent, fill: Fill) -> Iterator[DraftMessage]:
    if content.requires_action:
        calls = content.requires_action.calls
        yield from (_local_call(call, fill_all(call.arguments, fill)) for call in calls)
        return
    if content.asks:
        yield from _question(fill(content.asks), content.content_type)
    elif content.finish:
        yield DraftMessage("verbose", _FINISH % _FINISHED)
    for text in content.follow_ups:
        yield DraftMessage("follow_up", fill(text))


def _question(text: str, content_type: str) -> Iterator[DraftMessage]:
    yield DraftMessage("answer", text, content_type=content_type)
    yield DraftMessage("verbose", as_text({"msg_type": "interrupt", "data": "", **_NO_ORIGIN}))
    yield DraftMessage("verbose", _FINISH % _INTERRUPTED)


def _local_call(call: RequiredCall, arguments: object) -> DraftMessage:
    function: dict[str, object] = {"name": call.name, "arguments": arguments}
    if call.plugin_name:
        function["name"] = f"ts-{call.plugin_name}-{call.name}"
        function |= {"plugin_name": call.plugin_name, "api_name": call.name}
    return DraftMessage("function_call", as_text({**function, "plugin_type": 6}))


def _tool_messages(tool: ScriptedTool, fill: Fill) -> Iterator[DraftMessage]:
    call: dict[str, object] = {"name": tool.name, "arguments": fill_all(tool.arguments, fill)}
    if tool.plugin_name or tool.plugin_id:
        call |= {"plugin_id": tool.plugin_id, "plugin_name": tool.plugin_name}
        call |= {"api_id": tool.api_id, "api_name": tool.api_name}
    yield DraftMessage("function_call", as_text({**call, "plugin_type": 1}))
    output = as_text(fill_all(tool.output, fill))
    response = {"content_type": 1, "response_for_model": output, "type_for_model": 1}
    yield DraftMessage("tool_response", as_text(response))


def fill_all(value: object, fill: Fill) -> JSON:
    """Return a value with known names filled in all of its texts."""
    if isinstance(value, str):
        return fill(value)
    if isinstance(value, Mapping):
        return {key: fill_all(part, fill) for key, part in value.items()}
    if isinstance(value, Sequence):
        return [fill_all(part, fill) for part in value]
    return cast("JSON", value)


def with_ids(
    drafts: Sequence[DraftMessage],
    chat: StoredChat,
    seconds: float,
    new_id: Callable[[], str],
) -> list[dict[str, JSON]]:
    """Return message objects, spread over the chat's `seconds`.

    Answers have the smallest ids: Coze assigns them before tools run.
    """
    answers_first = sorted(range(len(drafts)), key=lambda at: drafts[at].type != "answer")
    ids = {at: new_id() for at in answers_first}
    step = seconds / max(1, len(drafts))
    return [draft.to_json(ids[at], chat, step * (at + 1)) for at, draft in enumerate(drafts)]


def in_list_order(
    messages: Sequence[dict[str, JSON]], order: ListOrder, seed: str
) -> list[dict[str, JSON]]:
    """Return messages as `/v3/chat/message/list` shows them; Coze promises no order."""
    if order == "shuffled":
        shuffled_messages = list(messages)
        Random(seed).shuffle(shuffled_messages)  # noqa: S311 - a repeatable order, nothing secret
        return shuffled_messages
    ranks = _RANKS.get(order, {})
    return sorted(messages, key=lambda message: ranks.get(str(message["type"]), len(ranks)))


def count_tokens(text: str) -> int:
    """Return a plausible, repeatable number of tokens: a quarter of the UTF-8 bytes."""
    return len(text.encode()) // 4 + 1
