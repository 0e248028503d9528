"""Server-sent events as Coze writes them, at the pace of the chat."""

from __future__ import annotations

import base64
import math
from collections.abc import AsyncIterator, Iterator, Mapping

import orjson
from msgspec import Struct

from coze_harness.model import JSON
from coze_harness.server.fault_injection import Fault, FaultKind
from coze_harness.server.request_validation import IncomingCall
from coze_harness.server.stored_conversation import StoredChat, usage_json

_DELTA_KEYS = (
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
_SILENCE = base64.b64encode(bytes(48)).decode()  # a millisecond of 24 kHz, 16 bit, mono
_EVENTS = (FaultKind.ERROR_EVENT, FaultKind.FAILED_EVENT)


class FrameStyle(Struct, frozen=True):
    """How frames are written: by default as in `/v3/chat`."""

    blank: bytes = b""
    bot_id: bool = True
    done: JSON = "[DONE]"

    def frame(self, event: str, data: JSON) -> bytes:
        """Return one frame."""
        if not self.bot_id and isinstance(data, Mapping):
            data = {key: value for key, value in data.items() if key != "bot_id"}
        parts = (self.blank, event.encode(), self.blank, orjson.dumps(data))
        return b"event:%b%b\ndata:%b%b\n\n" % parts


_CHAT_STYLE = FrameStyle()


async def chat_frames(
    call: IncomingCall,
    chat: StoredChat,
    *,
    style: FrameStyle = _CHAT_STYLE,
    fault: Fault | None = None,
    status: str = "",
) -> AsyncIterator[bytes]:
    """Yield the events of a chat, from now to its end, each when its time has come.

    Cancelling a chat does not stop its stream: at Coze it changes only the state. `fault` acts
    inside the stream; `status` is one more status to report.
    """
    timeline, clock = chat.timeline, call.state.clock
    statuses = ("in_progress", status) if timeline.sent else ("created", "in_progress", status)
    for running_status in filter(None, statuses):
        running = {**chat.to_json(timeline.begins, running_status), "usage": usage_json()}
        yield style.frame(f"conversation.chat.{running_status}", running)
    while math.isinf(timeline.ends):
        await clock.sleep(_FOREVER)
    frames = [style.frame(event, data) for event, data in _message_events(chat)]
    if timeline.status == "failed":
        frames = frames[: len(frames) // 2]
    pace = (timeline.ends - timeline.begins) / (len(frames) + 1)
    for number, frame in enumerate(frames, 1):
        await clock.sleep(timeline.begins + pace * number - clock.monotonic())
        if fault and (final_bytes := _last_bytes(fault, style, frame, number, len(frames))):
            yield final_bytes
            if fault.kind not in _EVENTS:
                await call.connection.close()
            return
        yield frame
    await clock.sleep(timeline.ends - clock.monotonic())
    final_chat = chat.to_json(timeline.ends)
    if chat.canceled:
        final_chat = chat.to_json(timeline.ends, timeline.status)
        final_chat["usage"] = usage_json(*timeline.usage)
    if not fault or fault.kind is not FaultKind.OMIT_END:
        yield style.frame(f"conversation.chat.{timeline.status}", final_chat)
    for piece in _speech(chat):
        yield style.frame("conversation.audio.delta", piece)
    yield style.frame("done", style.done)


def _message_events(chat: StoredChat) -> Iterator[tuple[str, Mapping[str, JSON]]]:
    for message in chat.timeline.messages[chat.timeline.sent :]:
        if message["type"] == "answer" and message["content_type"] == "text":
            part = {key: message[key] for key in _DELTA_KEYS}
            for piece in cut_text(message.get("reasoning_content"), chat.timeline.delta):
                delta = {**part, "content": "", "reasoning_content": piece}
                yield "conversation.message.delta", delta
            for piece in cut_text(message["content"], chat.timeline.delta):
                yield "conversation.message.delta", {**part, "content": piece}
        yield "conversation.message.completed", message


def _speech(chat: StoredChat) -> Iterator[Mapping[str, JSON]]:
    """Yield pieces of a spoken answer; they may follow the end of the chat."""
    answers = [one for one in chat.timeline.messages if one["type"] == "answer"]
    for _ in range(chat.timeline.audio if answers else 0):
        yield {key: answers[-1][key] for key in _DELTA_KEYS} | {
            "content": _SILENCE,
            "content_type": "audio",
        }


def cut_text(text: JSON, size: int) -> Iterator[str]:
    """Yield a text in pieces of `size` characters."""
    content = str(text or "")
    for start in range(0, len(content), size):
        yield content[start : start + size]


def _last_bytes(
    fault: Fault, style: FrameStyle, frame: bytes, number: int, count: int
) -> bytes | None:
    """Return what is sent last in place of a frame, or `None` if the stream goes on."""
    if fault.kind is FaultKind.OMIT_END or number < max(1, count // 2):
        return None
    if fault.kind is FaultKind.ERROR_EVENT:
        msg = fault.message or "Request parameter error"
        return style.frame("error", {"code": fault.code or 4000, "msg": msg})
    if fault.kind is FaultKind.FAILED_EVENT:
        # Coze's documentation shows the code as text here.
        body: JSON = {"code": str(fault.code or 5000), "msg": fault.message or "internal error"}
        return style.frame("conversation.chat.failed", body)
    if fault.kind is FaultKind.CUT_STREAM:
        return frame
    if frame.isascii() and number < count:
        return None
    first_wide = next((at for at, byte in enumerate(frame) if byte > 0x7F), len(frame) // 2)
    return frame[: first_wide + 1]
