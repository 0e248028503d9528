"""Parses the events of a streamed chat, complete or cut short."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from coze_harness.coze import response_parsing
from coze_harness.coze.response_parsing import ChatState
from coze_harness.model import JSON, HttpResponse, Message
from coze_harness.text import json_text as jsontext
from coze_harness.text.sse import parse_events

_CHAT = "conversation.chat."
_DELTA = "conversation.message.delta"
_COMPLETED = "conversation.message.completed"


@dataclass(frozen=True, slots=True)
class ChatStream:
    """The content of a stream.

    `chat` is the last reported state (`None` if there was no event at all), `messages` are the
    completed ones in order. `first_token` is when the first piece of an answer arrived, in seconds
    from the trial's start. `error` is the code and text of an `error` event.
    """

    chat: ChatState | None
    messages: tuple[Message, ...]
    first_token: float | None
    error: tuple[int, str] | None


def parse_stream(response: HttpResponse) -> ChatStream:
    """Parse a stream; unknown events and an incomplete last event are ignored.

    Messages come from `completed` events; of the deltas only the time of the first one is used.
    """
    chat: ChatState | None = None
    messages: list[Message] = []
    first: float | None = None
    error: tuple[int, str] | None = None
    for event in parse_events(response.body):
        data = _data(event.data)
        if event.name.startswith(_CHAT):
            current = response_parsing.parse_chat(data)
            chat = chat.updated(current) if chat else current
        elif event.name in (_DELTA, _COMPLETED):
            message = response_parsing.parse_message(data)
            if first is None and message.type == "answer" and message.content:
                first = _frame_time(response.frame_times, event.frame)
            if event.name == _COMPLETED:
                messages.append(message)
        elif event.name == "error":
            error = (
                response_parsing.number(data.get("code")),
                response_parsing.text(data.get("msg")),
            )
    return ChatStream(chat, tuple(messages), first, error)


def answer_deltas(body: bytes) -> Iterator[str]:
    """Yield the pieces of the answer in some frames, to show them as they arrive."""
    for event in parse_events(body):
        if event.name == _DELTA:
            message = response_parsing.parse_message(_data(event.data))
            if message.type == "answer" and message.content:
                yield message.content


def _data(text: str) -> Mapping[str, JSON]:
    try:
        value = jsontext.parse_json(text.encode("utf-8", "surrogatepass"))
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _frame_time(frames: Sequence[float], frame: int) -> float | None:
    return frames[frame] if frame < len(frames) else None
