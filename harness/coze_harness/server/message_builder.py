"""From a scripted answer to Coze's messages: what is said, in the order of time and of the list."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

import orjson

from coze_harness.model import JSON
from coze_harness.server.prompt_matching import Fill
from coze_harness.server.script_schema import Content, Order, Tool

_FINISH = (
    '{"msg_type":"generate_answer_finish","data":"{\\"finish_reason\\":0,\\"FinData\\":\\"\\"}",'
    '"from_module":null,"from_unit":null}'
)
_TOOLS = ("function_call", "tool_response", "tool_output", "knowledge")


@dataclass(frozen=True, slots=True)
class Piece:
    """A message before it has ids."""

    type: str
    content: str
    role: str = "assistant"
    content_type: str = "text"
    reasoning: str = ""


def as_text(value: object) -> str:
    """Return text as it is, anything else as JSON text with Chinese left alone."""
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def pieces(content: Content, chosen: Sequence[str], fill: Fill) -> list[Piece]:
    """Return what a chat says, in order of time; `chosen` are the texts of its answers."""
    said = list(_before(content, fill))
    for number, text in enumerate(chosen):
        said.append(
            Piece(
                "answer",
                fill(text),
                content_type=content.content_type,
                reasoning=fill(content.reasoning) if number == 0 else "",
            )
        )
    if content.requires_action:
        for call in content.requires_action.calls:
            arguments = _filled(call.arguments, fill)
            said.append(
                _function_call({"name": call.name, "arguments": arguments, "plugin_type": 6})
            )
        return said
    if content.finish:
        said.append(Piece("verbose", _FINISH))
    said.extend(Piece("follow_up", fill(text)) for text in content.follow_ups)
    return said


def _before(content: Content, fill: Fill) -> Iterator[Piece]:
    for text in content.knowledge:
        yield Piece("knowledge", fill(text))
    for packet in content.verbose:
        body = {"msg_type": packet.msg_type, "data": as_text(packet.data)}
        yield Piece("verbose", as_text({**body, "from_module": None, "from_unit": None}))
    for tool in content.tools:
        yield from _tool(tool, fill)
    for line in content.messages:
        text = as_text(_filled(line.content, fill))
        yield Piece(line.type, text, line.role, line.content_type, fill(line.reasoning))


def _tool(tool: Tool, fill: Fill) -> Iterator[Piece]:
    call: dict[str, object] = {"name": tool.name, "arguments": _filled(tool.arguments, fill)}
    if tool.plugin_name or tool.plugin_id:
        call |= {"plugin_id": tool.plugin_id, "plugin_name": tool.plugin_name}
        call |= {"api_id": tool.api_id, "api_name": tool.api_name}
    yield _function_call(call | {"plugin_type": 1})
    output = as_text(_filled(tool.output, fill))
    wrapped = {"content_type": 1, "response_for_model": output, "type_for_model": 1}
    yield Piece("tool_response", as_text(wrapped))


def _function_call(call: Mapping[str, object]) -> Piece:
    return Piece("function_call", as_text(call))


def _filled(value: object, fill: Fill) -> object:
    if isinstance(value, str):
        return fill(value)
    if isinstance(value, Mapping):
        return {key: _filled(part, fill) for key, part in value.items()}
    if isinstance(value, Sequence):
        return [_filled(part, fill) for part in value]
    return value


@dataclass(frozen=True, slots=True)
class Ground:
    """What all messages of a chat share."""

    conversation_id: str
    chat_id: str
    bot_id: str
    created_at: int
    seconds: float


def with_ids(
    said: Sequence[Piece], ground: Ground, new_id: Callable[[], str]
) -> list[dict[str, JSON]]:
    """Return message objects. Answers have the smallest ids: Coze allots them before tools run."""
    answers_first = sorted(range(len(said)), key=lambda at: said[at].type != "answer")
    ids = {at: new_id() for at in answers_first}
    step = ground.seconds / max(1, len(said))
    made: list[dict[str, JSON]] = []
    for at, piece in enumerate(said):
        second = ground.created_at + int(step * (at + 1))
        message: dict[str, JSON] = {
            "id": ids[at],
            "conversation_id": ground.conversation_id,
            "bot_id": ground.bot_id,
            "chat_id": ground.chat_id,
            "section_id": ground.conversation_id,
            "role": piece.role,
            "type": piece.type,
            "content": piece.content,
            "content_type": piece.content_type,
            "created_at": second,
            "updated_at": second,
        }
        if piece.reasoning:
            message["reasoning_content"] = piece.reasoning
        made.append(message)
    return made


def listed(messages: Sequence[dict[str, JSON]], order: Order, seed: str) -> list[dict[str, JSON]]:
    """Return messages as `/v3/chat/message/list` shows them; Coze promises no order."""
    if order == "shuffled":
        mixed = list(messages)
        Random(seed).shuffle(mixed)  # noqa: S311 - repeatable disorder
        return mixed
    ranks = {
        "answer-first": ("answer",),
        "verbose-first": ("verbose",),
        "tools-first": (*_TOOLS, "verbose", "answer"),
    }.get(order, ())
    rank = {kind: at for at, kind in enumerate(ranks)}
    if order == "tools-first":
        rank |= dict.fromkeys(_TOOLS, 0)
    return sorted(messages, key=lambda message: rank.get(str(message["type"]), len(ranks)))


def tokens(text: str) -> int:
    """Return a plausible, repeatable count of a text's tokens: a quarter of its UTF-8 bytes."""
    return len(text.encode()) // 4 + 1
