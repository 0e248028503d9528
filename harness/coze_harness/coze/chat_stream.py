"""What a streamed chat said, read from its events as they were received, whole or cut short."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from coze_harness.coze import response_parsing as payloads
from coze_harness.coze.response_parsing import ChatState
from coze_harness.model import JSON, HttpResponse, Message
from coze_harness.text import json_text as jsontext
from coze_harness.text import sse as eventstream

_CHAT = "conversation.chat."
_DELTA = "conversation.message.delta"
_COMPLETED = "conversation.message.completed"


@dataclass(frozen=True, slots=True)
class ChatStream:
    """A stream taken apart.

    `chat` is the last reported state (`None` if there was no event at all), `messages` are the
    completed ones in order. `first_token` is when the first piece of an answer came, in seconds
    from the trial's beginning. `error` is what an `error` event said.
    """

    chat: ChatState | None
    messages: tuple[Message, ...]
    first_token: float | None
    error: tuple[int, str] | None


def parse_stream(answer: HttpResponse) -> ChatStream:
    """Take a stream apart; unknown events are passed over, half an event at its end too.

    The answer is made of completed messages; pieces (deltas) only tell when it began.
    """
    chat: ChatState | None = None
    messages: list[Message] = []
    first: float | None = None
    error: tuple[int, str] | None = None
    for event in eventstream.parse_events(answer.body):
        data = _data(event.data)
        if event.name.startswith(_CHAT):
            seen = payloads.parse_chat(data)
            chat = chat.now(seen) if chat else seen
        elif event.name in (_DELTA, _COMPLETED):
            message = payloads.parse_message(data)
            if first is None and message.type == "answer" and message.content:
                first = _moment(answer.frame_times, event.frame)
            if event.name == _COMPLETED:
                messages.append(message)
        elif event.name == "error":
            error = (payloads.number(data.get("code")), payloads.text(data.get("msg")))
    return ChatStream(chat, tuple(messages), first, error)


def answer_deltas(body: bytes) -> Iterator[str]:
    """Yield the pieces of the answer in some frames, for showing them as they come."""
    for event in eventstream.parse_events(body):
        if event.name == _DELTA:
            message = payloads.parse_message(_data(event.data))
            if message.type == "answer" and message.content:
                yield message.content


def _data(text: str) -> Mapping[str, JSON]:
    try:
        value = jsontext.parse_json(text.encode("utf-8", "surrogatepass"))
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _moment(frames: Sequence[float], frame: int) -> float | None:
    return frames[frame] if frame < len(frames) else None
