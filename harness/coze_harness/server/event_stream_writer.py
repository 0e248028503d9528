"""Server-sent events as Coze writes them, at the pace of the chat."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass

import orjson

from coze_harness.model import JSON
from coze_harness.server.clock import ServerClock
from coze_harness.server.connection_registry import Line
from coze_harness.server.conversation_store import Chat, usage
from coze_harness.server.fault_schema import Fault, Kind

_PART = (
    "id",
    "conversation_id",
    "bot_id",
    "role",
    "type",
    "content",
    "content_type",
    "chat_id",
    "section_id",
)
_FOREVER = 3600.0


@dataclass(frozen=True, slots=True)
class Style:
    """How frames are written: `/v3/chat` without blanks after colons, a workflow's chat with."""

    blank: str = ""
    bot_id: bool = True
    done: JSON = "[DONE]"

    def frame(self, event: str, data: JSON) -> bytes:
        """Return one frame."""
        if not self.bot_id and isinstance(data, dict):
            data = {key: value for key, value in data.items() if key != "bot_id"}
        return b"event:%s%s\ndata:%s%s\n\n" % (
            self.blank.encode(),
            event.encode(),
            self.blank.encode(),
            orjson.dumps(data),
        )


CHAT_STYLE = Style()


async def frames(
    chat: Chat,
    clock: ServerClock,
    line: Line,
    *,
    style: Style = CHAT_STYLE,
    fault: Fault | None = None,
    odd_status: str = "",
) -> AsyncIterator[bytes]:
    """Yield a chat's events from now to its end, each when its time has come.

    Cancelling a chat does not stop its stream: at Coze it changes the state only.
    """
    plan = chat.plan
    if not plan.told:
        yield style.frame("conversation.chat.created", _running(chat, "created"))
    yield style.frame("conversation.chat.in_progress", _running(chat, "in_progress"))
    if odd_status:
        yield style.frame(f"conversation.chat.{odd_status}", _running(chat, odd_status))
    while math.isinf(plan.ends):
        await clock.sleep(_FOREVER)
    steps = [style.frame(event, data) for event, data in _steps(chat)]
    if plan.status == "failed":
        steps = steps[: len(steps) // 2]
    pace = (plan.ends - plan.begins) / (len(steps) + 1)
    halfway = len(steps) // 2
    for number, frame in enumerate(steps, 1):
        await clock.sleep(plan.begins + pace * number - clock.monotonic())
        if fault and _strikes(fault, frame, number, halfway, len(steps)):
            yield _last_words(fault, frame, style)
            if fault.kind is not Kind.ERROR_EVENT:
                await line.close()
            return
        yield frame
    await clock.sleep(plan.ends - clock.monotonic())
    ended = chat.to_json(plan.ends) if not chat.canceled else _ended_though_canceled(chat)
    yield style.frame(f"conversation.chat.{plan.status}", ended)
    yield style.frame("done", style.done)


def _running(chat: Chat, status: str) -> dict[str, JSON]:
    return {**chat.to_json(chat.plan.begins, status), "usage": usage((0, 0))}


def _ended_though_canceled(chat: Chat) -> dict[str, JSON]:
    return {**_running(chat, chat.plan.status), "usage": usage(chat.plan.usage)}


def _steps(chat: Chat) -> Iterator[tuple[str, Mapping[str, JSON]]]:
    for message in chat.plan.messages[chat.plan.told :]:
        if message["type"] == "answer" and message["content_type"] == "text":
            part = {key: message[key] for key in _PART}
            thought = str(message.get("reasoning_content", ""))
            for piece in _cut(thought, chat.plan.delta):
                yield (
                    "conversation.message.delta",
                    {**part, "content": "", "reasoning_content": piece},
                )
            for piece in _cut(str(message["content"]), chat.plan.delta):
                yield "conversation.message.delta", {**part, "content": piece}
        yield "conversation.message.completed", message


def _cut(text: str, size: int) -> Iterator[str]:
    for start in range(0, len(text), size):
        yield text[start : start + size]


def _strikes(fault: Fault, frame: bytes, number: int, halfway: int, last: int) -> bool:
    if number < max(1, halfway):
        return False
    if fault.kind is Kind.CUT_CHARACTER:
        return not frame.isascii() or number == last
    return True


def _last_words(fault: Fault, frame: bytes, style: Style) -> bytes:
    if fault.kind is Kind.ERROR_EVENT:
        text = fault.message or "Request parameter error"
        return style.frame("error", {"code": fault.code or 4000, "msg": text})
    if fault.kind is Kind.CUT_STREAM:
        return frame
    wide = next((at for at, byte in enumerate(frame) if byte > 0x7F), len(frame) // 2)
    return frame[: wide + 1]
