"""What the server remembers: conversations, the chats in them, and how far each chat is.

Nothing runs in the background. A chat is a plan with an end; where it stands is read off the clock
when somebody asks, so ten thousand chats that wait cost nothing.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from coze_harness.model import JSON
from coze_harness.model.trial import Clock
from coze_harness.server.fault_schema import Fault
from coze_harness.server.prompt_matching import Face
from coze_harness.server.script_schema import Action, Order

KEPT = 50_000  # conversations; a server that runs for weeks forgets its oldest


@dataclass(slots=True)
class Plan:
    """How a chat goes on from now: its messages, and how and when (clock seconds) it ends."""

    messages: list[dict[str, JSON]]
    order: Order
    delta: int
    ends: float
    status: str
    begins: float
    usage: tuple[int, int] = (0, 0)
    error: tuple[int, str] = (0, "")
    action: Action | None = None
    calls: tuple[dict[str, JSON], ...] = ()
    told: int = 0  # messages of an earlier plan that a stream has told already


@dataclass(slots=True, eq=False)
class Chat:
    """One chat. `questions` are its input messages; unsaved ones cannot be asked about later."""

    id: str
    conversation: Conversation
    face: Face | None
    created_at: int
    started: float
    plan: Plan
    questions: list[dict[str, JSON]]
    faults: tuple[Fault, ...] = ()
    meta_data: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    saved: bool = True
    polls: int = 0
    canceled: bool = False

    @property
    def bot_id(self) -> str:
        """The bot's id; empty in a workflow's chat."""
        return self.face.bot.id if self.face else ""

    def status(self, now: float) -> str:
        """Return the status at a time of the clock."""
        if self.canceled:
            return "canceled"
        return "in_progress" if now < self.plan.ends else self.plan.status

    def runs(self, now: float) -> bool:
        """Return whether the conversation is occupied by this chat."""
        return not self.canceled and now < self.plan.ends

    def to_json(self, now: float, shown: str = "") -> dict[str, JSON]:
        """Return Coze's chat object; `shown` makes it look as if it ran, under that word."""
        status = shown or self.status(now)
        code, msg = self.plan.error if status == "failed" else (0, "")
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
        if shown or self.canceled or now < self.plan.ends:
            return body
        # Rounded first: a sum of floats must not make one second two.
        ended = self.created_at + math.ceil(round(self.plan.ends - self.started, 3))
        body["failed_at" if status == "failed" else "completed_at"] = ended
        if self.plan.calls:
            calls: JSON = {"tool_calls": self.plan.calls}
            body["required_action"] = {"type": "submit_tool_outputs", "submit_tool_outputs": calls}
        body["usage"] = usage(self.plan.usage)
        return body


def usage(counts: tuple[int, int]) -> dict[str, JSON]:
    """Return Coze's usage object of (input, output) tokens."""
    return {"token_count": sum(counts), "output_count": counts[1], "input_count": counts[0]}


@dataclass(slots=True, eq=False)
class Conversation:
    """One conversation: chats and messages put in by hand, in order of time."""

    id: str
    created_at: int
    bot_id: str = ""
    name: str = ""
    meta_data: Mapping[str, str] = field(default_factory=dict)
    turns: list[Chat | dict[str, JSON]] = field(default_factory=list)
    chats: dict[str, Chat] = field(default_factory=dict)

    def running(self, now: float) -> bool:
        """Return whether a chat runs here."""
        return any(chat.runs(now) for chat in self.chats.values())

    def messages(self, now: float) -> Iterator[dict[str, JSON]]:
        """Yield what `/v1/conversation/message/list` knows: questions and answers, oldest first."""
        for turn in self.turns:
            if not isinstance(turn, Chat):
                yield turn
                continue
            if turn.canceled:
                continue
            yield from turn.questions
            if turn.status(now) == "completed":
                yield from (m for m in turn.plan.messages if m["type"] == "answer")

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


class Conversations:
    """All conversations, and how many chats ran at once at most."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[str, Conversation] = {}
        self._ends: list[float] = []
        self.peak = 0

    def __iter__(self) -> Iterator[Conversation]:
        return iter(self._known.values())

    def get(self, conversation_id: str) -> Conversation | None:
        """Return a conversation, or `None`."""
        return self._known.get(conversation_id)

    def add(self, conversation: Conversation) -> None:
        """Remember a conversation; beyond the limit the oldest is forgotten."""
        self._known[conversation.id] = conversation
        if len(self._known) > KEPT:
            del self._known[next(iter(self._known))]

    def chat(self, chat_id: str) -> Chat | None:
        """Return a chat by its id alone; slow, for tests."""
        found = (known.chats.get(chat_id) for known in self._known.values())
        return next((chat for chat in found if chat), None)

    def count(self, plan: Plan) -> None:
        """Take note that a chat runs from now to its plan's end.

        A cancelled chat counts to its planned end: the figure is for judging load.
        """
        now = self._clock.monotonic()
        while self._ends and self._ends[0] <= now:
            heapq.heappop(self._ends)
        heapq.heappush(self._ends, plan.ends)
        self.peak = max(self.peak, len(self._ends))


def texts(messages: Iterable[Mapping[str, JSON]]) -> Sequence[str]:
    """Return what was said, as text."""
    return [str(message["content"]) for message in messages]
