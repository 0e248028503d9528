"""Conversations, their chats, and how far each chat is.

Nothing runs in the background. A chat has a timeline with an end, and its status is read off the
clock when a call asks for it, so ten thousand waiting chats cost nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec import Struct

from coze_harness.model import JSON
from coze_harness.server.fault_injection import Fault
from coze_harness.server.script_schema import ListOrder, RequiredAction


class InputMessage(Struct, frozen=True):
    """A message of the caller; `text` is its content without attached files."""

    role: str
    content: str
    text: str
    content_type: str
    file_ids: tuple[str, ...]


class ChatTimeline(Struct, frozen=True):
    """A chat from `begins` to `ends` (clock seconds): its messages, and how it ends.

    `calls` are the tool calls of the required `action`. The first `sent` messages belong to an
    earlier timeline of the same chat, and its stream has sent them. `audio` is the number of pieces
    of speech that its stream sends.
    """

    messages: list[dict[str, JSON]]
    order: ListOrder
    delta: int
    begins: float
    ends: float
    status: str
    usage: tuple[int, int]
    error: tuple[int, str] = (0, "")
    action: RequiredAction | None = None
    calls: tuple[dict[str, JSON], ...] = ()
    sent: int = 0
    audio: int = 0


@dataclass(slots=True, eq=False)
class StoredChat:
    """One chat; an unsaved one cannot be retrieved. The bot id of a workflow's chat is empty."""

    id: str
    conversation: StoredConversation
    bot_id: str
    created_at: int
    inputs: Sequence[InputMessage]
    faults: tuple[Fault, ...]
    meta_data: Mapping[str, str]
    words: Mapping[str, str]
    saved: bool
    canceled: bool = False
    started: float = field(init=False)
    timeline: ChatTimeline = field(init=False)

    def status(self, now: float) -> str:
        """Return the status at a time of the clock."""
        if self.canceled:
            return "canceled"
        return "in_progress" if now < self.timeline.ends else self.timeline.status

    def is_running(self, now: float) -> bool:
        """Return whether the chat occupies its conversation."""
        return not self.canceled and now < self.timeline.ends

    def question_json(self) -> list[JSON]:
        """Return the caller's messages, which coze-studio lists with the bot's."""
        return [
            {
                "id": f"{self.id}{number}",
                "conversation_id": self.conversation.id,
                "bot_id": self.bot_id,
                "chat_id": self.id,
                "role": "user",
                "type": "question",
                "content": message.content,
                "content_type": message.content_type,
            }
            for number, message in enumerate(self.inputs)
            if message.role == "user"
        ]

    def to_json(self, now: float, running_as: str = "") -> dict[str, JSON]:
        """Return Coze's chat object; `running_as` shows it as running, with that status."""
        status = running_as or self.status(now)
        code, msg = self.timeline.error if status == "failed" else (0, "")
        body: dict[str, JSON] = {
            "id": self.id,
            "conversation_id": self.conversation.id,
            "bot_id": self.bot_id,
            "created_at": self.created_at,
            "last_error": {"code": code, "msg": msg},
            "status": status,
            "section_id": self.conversation.id,
        }
        if self.meta_data:
            body["meta_data"] = self.meta_data
        if running_as or self.canceled or now < self.timeline.ends:
            return body
        # Rounded first: a sum of floats must not make one second two.
        end = self.created_at + math.ceil(round(self.timeline.ends - self.started, 3))
        body["failed_at" if status == "failed" else "completed_at"] = end
        if self.timeline.calls:
            calls: JSON = {"tool_calls": self.timeline.calls}
            body["required_action"] = {"type": "submit_tool_outputs", "submit_tool_outputs": calls}
        body["usage"] = usage_json(*self.timeline.usage)
        return body


def usage_json(inputs: int = 0, outputs: int = 0) -> dict[str, JSON]:
    """Return Coze's usage object of numbers of tokens."""
    return {"token_count": inputs + outputs, "output_count": outputs, "input_count": inputs}


@dataclass(slots=True, eq=False)
class StoredConversation:
    """One conversation: its messages from creation, then its chats, in order of time."""

    id: str
    created_at: int
    bot_id: str = ""
    name: str = ""
    meta_data: Mapping[str, str] = field(default_factory=dict)
    first_messages: Sequence[InputMessage] = ()
    chats: dict[str, StoredChat] = field(default_factory=dict)

    def is_occupied(self, now: float) -> bool:
        """Return whether a chat runs here."""
        return any(chat.is_running(now) for chat in self.chats.values())

    def transcript(self, now: float) -> Iterator[tuple[str, str]]:
        """Yield role and content of questions and answers, oldest first."""
        yield from ((message.role, message.content) for message in self.first_messages)
        for chat in self.chats.values():
            if chat.canceled or not chat.saved:
                continue
            yield from ((message.role, message.content) for message in chat.inputs)
            if chat.status(now) in ("completed", "requires_action"):
                answers = (m for m in chat.timeline.messages if m["type"] == "answer")
                yield from ((str(m["role"]), str(m["content"])) for m in answers)

    def to_json(self) -> dict[str, JSON]:
        """Return Coze's conversation object."""
        return {
            "id": self.id,
            "name": self.name,
            "meta_data": self.meta_data,
            "creator_id": "2478000000000001",
            "connector_id": "1024",
            "created_at": self.created_at,
            "updated_at": self.created_at,
            "last_section_id": self.id,
        }
