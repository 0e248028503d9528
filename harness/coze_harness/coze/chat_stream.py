"""Parses the events of a streamed chat, complete or cut short."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from coze_harness.coze import response_parsing
from coze_harness.coze.answer_pace import AnswerGrowth
from coze_harness.coze.json_fields import parse_fields
from coze_harness.coze.response_parsing import ChatState
from coze_harness.model import HttpResponse, Message, replace
from coze_harness.text.sse import ServerSentEvent, parse_events

_CHAT = "conversation.chat."
_DELTA = "conversation.message.delta"
_COMPLETED = "conversation.message.completed"
_AUDIO = "conversation.audio.delta"
_DONE = "done"


class ChatStream(Struct, frozen=True):
    """The content of a stream.

    `chat` is the last reported state (`None` if there was no event at all), `messages` are the
    completed ones and the pieces of audio, in order. `first_token` is when the first piece of an
    answer arrived, in seconds from the trial's start; `growth` is that of the answer's text (see
    `AnswerGrowth.steps`). `error` is the code and text of an `error` event. `is_complete` is
    whether Coze ended the stream with its `done` event.
    """

    chat: ChatState | None
    messages: tuple[Message, ...]
    first_token: float | None
    growth: Sequence[tuple[float, int]]
    error: tuple[int, str] | None
    is_complete: bool


def parse_stream(response: HttpResponse) -> ChatStream:
    """Parse a stream; unknown events and an incomplete last event are ignored.

    Messages come from `completed` events, audio from its pieces, which may follow the end of the
    chat; of the other deltas only times and lengths are used. A workflow's question may end
    a stream without a final state of the chat: then `done` ends it.
    """
    chat: ChatState | None = None
    messages: list[Message] = []
    first: float | None = None
    growth = AnswerGrowth(response.frame_times)
    error: tuple[int, str] | None = None
    is_complete = False
    for event in parse_events(response.body):
        data = parse_fields(event.data)
        if event.name.startswith(_CHAT):
            new_state = response_parsing.parse_chat(data, event.name.removeprefix(_CHAT))
            chat = chat.update_to(new_state) if chat else new_state
        elif event.name in (_DELTA, _COMPLETED, _AUDIO):
            message = response_parsing.parse_message(data)
            is_first = first is None and message.type == "answer" and message.content
            if is_first and event.frame < len(response.frame_times):
                first = response.frame_times[event.frame]
            if event.name == _AUDIO:
                messages.append(replace(message, type="answer", content_type="audio"))
            else:
                _add_text(growth, event, message)
                if event.name == _COMPLETED:
                    messages.append(message)
        elif event.name == "error":
            error = (
                response_parsing.number(data.get("code")),
                response_parsing.text(data.get("msg")),
            )
        elif event.name == _DONE:
            is_complete = True
    if chat and is_complete and chat.status in response_parsing.RUNNING and _interrupts(messages):
        chat = replace(chat, status="requires_action", awaits_reply=True)
    return ChatStream(chat, tuple(messages), first, growth.steps, error, is_complete)


def _add_text(growth: AnswerGrowth, event: ServerSentEvent, message: Message) -> None:
    if message.is_answer_text:
        add = growth.add_message if event.name == _COMPLETED else growth.add_piece
        add(event.frame, message.id, message.content)


def _interrupts(messages: Sequence[Message]) -> bool:
    """Return whether a message says that the bot waits for the user (`interrupt`)."""
    return any(
        message.type == "verbose" and parse_fields(message.content).get("msg_type") == "interrupt"
        for message in messages
    )


def answer_deltas(body: bytes) -> Iterator[str]:
    """Yield the pieces of the answer in some frames, to show them as they arrive."""
    for event in parse_events(body):
        if event.name == _DELTA:
            message = response_parsing.parse_message(parse_fields(event.data))
            if message.content and message.is_answer_text:
                yield message.content
