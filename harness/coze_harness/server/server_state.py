"""What one server holds in its hands, and how a scripted answer becomes a chat."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random, SystemRandom

from coze_harness.model import JSON
from coze_harness.server.clock import RealClock, ServerClock
from coze_harness.server.connection_registry import Lines
from coze_harness.server.conversation_store import Chat, Conversation, Conversations, Plan, texts
from coze_harness.server.coze_ids import Ids, derived
from coze_harness.server.fault_injection import FaultBook
from coze_harness.server.fault_schema import ANSWERED_AT_ONCE, Fault, Kind, Route
from coze_harness.server.given import Tokens
from coze_harness.server.message_builder import Ground, Piece, as_text, pieces, tokens, with_ids
from coze_harness.server.prompt_matching import (
    Asked,
    Face,
    Fit,
    faces,
    filler,
    fitting,
    nearest_prompt,
)
from coze_harness.server.request_validation import Input
from coze_harness.server.response_envelope import MESSAGES, Refused
from coze_harness.server.script_schema import Action, Answer, Content, Script


class Struck(Exception):  # noqa: N818 - it is an answer, not a fault of this program
    """A fault answers the call in place of the service."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.kind)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Question:
    """What a chat is asked, by whom and about what."""

    inputs: Sequence[Input]
    asked: Asked
    fit: Fit
    meta_data: Mapping[str, str] = field(default_factory=dict)
    saved: bool = True

    def words(self) -> Mapping[str, str]:
        """Return what fills the texts of the answer."""
        known = {"prompt": self.asked.prompt, "turn": str(self.asked.turn)}
        return {**self.asked.words, **known, **self.fit.words}


class Desk:
    """Script, clock, ids, faults and everything remembered: one server's whole state."""

    def __init__(self, script: Script, clock: ServerClock | None = None) -> None:
        self.script = script
        self.clock = clock or RealClock()
        random = SystemRandom() if script.seed is None else Random(script.seed)  # noqa: S311 - ids
        self.ids = Ids(self.clock, random)
        self.tokens = Tokens(self.clock, random)
        self.faults = FaultBook(script.faults)
        self.conversations = Conversations(self.clock)
        self.faces = faces(script)
        self.workflows = {workflow.id: workflow for workflow in script.workflows}
        self.files: dict[str, Mapping[str, JSON]] = {}
        self.lines = Lines()
        self.calls: Counter[str] = Counter()
        self._given: Counter[int] = Counter()
        self._fixed: set[str] = set()

    # --- looking up ----------------------------------------------------------------------------

    def face(self, bot_id: str, which: str = "") -> Face:
        """Return a bot (4200)."""
        found = self.faces.get((bot_id, which))
        if found:
            return found
        what = f"bot_id={bot_id}"
        if (bot_id, "") in self.faces:
            what += f" version={which.removeprefix('=')}"
        raise Refused(
            4200,
            f"Requested resource {what} does not exist. "
            "Ensure you are the correct resource identifier.",
        )

    def conversation(self, conversation_id: str) -> Conversation:
        """Return a conversation (4002)."""
        found = self.conversations.get(conversation_id)
        if not found:
            raise Refused(4002)
        return found

    def chat(self, conversation_id: str, chat_id: str) -> Chat:
        """Return a chat in its conversation (4002, 4001)."""
        found = self.conversation(conversation_id).chats.get(chat_id)
        if not found:
            raise Refused(4001)
        return found

    def fit(self, answers: Iterable[Answer], asked: Asked) -> Fit:
        """Return the scripted answer that fits (4000, naming the nearest prompt)."""
        answers = tuple(answers)
        found = fitting(answers, asked)
        if found:
            return found
        near = nearest_prompt(answers, asked.prompt)
        hint = f" The nearest prompt in the script is: {near}" if near else ""
        raise Refused(4000, f"The script has no answer for: {asked.prompt[:200]}{hint}")

    def strike(
        self,
        route: Route,
        bot_id: str = "",
        scripted: Iterable[Fault] = (),
        *,
        stream: bool = False,
    ) -> Fault | None:
        """Return the fault that shall spoil this answer.

        Raises:
            Struck: the fault answers at once, and the call must have no effect.
        """
        fault = self.faults.of_answer(route, bot_id, scripted, stream=stream)
        if fault and fault.kind in ANSWERED_AT_ONCE:
            raise Struck(fault)
        return fault

    # --- making --------------------------------------------------------------------------------

    def open_conversation(self, *, bot_id: str = "", conversation_id: str = "") -> Conversation:
        """Return a new conversation, remembered."""
        made = conversation_id or self.ids.new()
        conversation = Conversation(made, self.ids.second(), bot_id=bot_id)
        self.conversations.add(conversation)
        return conversation

    def entry(self, conversation: Conversation, item: Input, chat: Chat | None) -> dict[str, JSON]:
        """Return an input message as a conversation keeps it."""
        second = chat.created_at if chat else self.ids.second()
        return {
            "id": self.ids.new(),
            "conversation_id": conversation.id,
            "bot_id": chat.bot_id if chat else "",
            "chat_id": chat.id if chat else "",
            "section_id": conversation.id,
            "role": item.role,
            "type": item.type,
            "content": item.content,
            "content_type": item.content_type,
            "meta_data": item.meta_data,
            "created_at": second,
            "updated_at": second,
        }

    def begin(
        self, question: Question, face: Face | None, conversation: Conversation | None
    ) -> Chat:
        """Start a chat, in a new conversation if there is none."""
        answer = question.fit.answer
        bot_faults = face.bot.faults if face else ()
        if conversation is None:
            conversation = self.open_conversation(
                conversation_id=self._once(answer.conversation_id),
                bot_id=face.bot.id if face else "",
            )
        chat_id = self._once(answer.chat_id) or self.ids.new()
        fixed = chat_id == answer.chat_id
        created_at = answer.created_at if fixed and answer.created_at else self.ids.second()
        now = self.clock.monotonic()
        chat = Chat(
            id=chat_id,
            conversation=conversation,
            face=face,
            created_at=created_at,
            started=now,
            plan=Plan([], "chronological", 1, now, "completed", now),
            questions=[],
            faults=(*answer.faults, *bot_faults),
            meta_data=question.meta_data,
            words=question.words(),
            saved=question.saved,
        )
        chat.questions = [self.entry(conversation, item, chat) for item in question.inputs]
        said = pieces(answer, self._chosen(answer), filler(chat.words))
        heard = [face.prompt if face else "", *question.asked.earlier, question.asked.prompt]
        second_ids = derived(chat_id) if fixed else None
        new_id = (lambda: second_ids.new(created_at)) if second_ids else self.ids.new
        chat.plan = self._plan(chat, answer, said, heard, new_id)
        self._spoil_run(chat)
        self.conversations.count(chat.plan)
        conversation.chats[chat_id] = chat
        if question.saved:
            conversation.turns.append(chat)
        return chat

    def go_on(self, chat: Chat, action: Action, outputs: Sequence[str]) -> None:
        """Continue a chat whose tool outputs have come."""
        names = [call.name or "output" for call in action.calls]
        words = {**chat.words, "output": outputs[0], **dict(zip(names, outputs, strict=True))}
        responses = [Piece("tool_response", output) for output in outputs]
        said = pieces(action.then, self._chosen(action.then), filler(words))
        earlier = chat.plan.messages
        heard = [*texts(earlier), *outputs]
        plan = self._plan(chat, action.then, [*responses, *said], heard, self.ids.new)
        plan.messages = [*earlier, *plan.messages]
        plan.told = len(earlier)
        chat.plan = plan
        self.conversations.count(plan)

    def _plan(
        self,
        chat: Chat,
        content: Content,
        said: Sequence[Piece],
        heard: Sequence[str],
        new_id: Callable[[], str],
    ) -> Plan:
        defaults = self.script.defaults
        seconds = defaults.delay if content.delay is None else content.delay
        ground = Ground(
            conversation_id=chat.conversation.id,
            chat_id=chat.id,
            bot_id=chat.bot_id,
            created_at=chat.created_at,
            seconds=seconds,
        )
        now = self.clock.monotonic()
        answers = [piece.content for piece in said if piece.type == "answer"]
        used = (
            tokens("".join(heard)) if content.usage.input is None else content.usage.input,
            tokens("".join(answers)) if content.usage.output is None else content.usage.output,
        )
        action = content.requires_action
        return Plan(
            messages=with_ids(said, ground, new_id),
            order=content.order or defaults.order,
            delta=content.delta or defaults.delta,
            begins=now,
            ends=now + seconds,
            status=action.status if action else "completed",
            usage=used,
            action=action,
            calls=tuple(self._calls(action)) if action else (),
        )

    def _calls(self, action: Action) -> Iterable[dict[str, JSON]]:
        for call in action.calls:
            function: JSON = {"name": call.name, "arguments": as_text(call.arguments)}
            call_id = call.id or self.ids.tool_call()
            yield {"id": call_id, "type": call.type, "function": function}

    def _spoil_run(self, chat: Chat) -> None:
        plan = chat.plan
        for fault in self.faults.of_run(chat.bot_id, chat.faults):
            if fault.kind is Kind.NEVER_ENDS:
                plan.ends = math.inf
            elif fault.kind is Kind.SLOW_RUN:
                plan.ends += fault.seconds
            elif fault.kind is Kind.ENDS:
                plan.status, plan.action, plan.calls = fault.status, None, ()
            elif fault.kind is Kind.FAILED:
                code = fault.code or 5000
                text = MESSAGES.get(code, "") if fault.code else "event interval error"
                plan.status, plan.action, plan.calls = "failed", None, ()
                plan.error, plan.usage = (code, fault.message or text), (0, 0)
            elif plan.messages:
                plan.messages.append({**plan.messages[-1], **_strange(self.ids.new())})

    def _chosen(self, content: Content) -> Sequence[str]:
        if not content.vary:
            return content.answer
        given = self._given[id(content)]
        self._given[id(content)] += 1
        return (content.vary[given % len(content.vary)],)

    def _once(self, fixed: str) -> str:
        if not fixed or fixed in self._fixed:
            return ""
        self._fixed.add(fixed)
        return fixed


def _strange(message_id: str) -> dict[str, JSON]:
    return {"id": message_id, "type": "hologram", "content": "A message of a type yet to come."}
