"""The state of one server: script, clock, ids, tokens, faults, and what it remembers."""

from __future__ import annotations

import asyncio
import heapq
from collections import Counter, defaultdict
from dataclasses import dataclass
from random import Random, SystemRandom
from typing import Final

import orjson

from coze_harness.model import JSON
from coze_harness.model.process_context import SystemClock
from coze_harness.server.connection_registry import ConnectionRegistry
from coze_harness.server.coze_ids import CozeIds
from coze_harness.server.fault_injection import FaultInjector
from coze_harness.server.message_builder import as_text
from coze_harness.server.prompt_matching import bot_versions, filler
from coze_harness.server.response_envelope import ApiRefusal, missing_resource
from coze_harness.server.script_schema import (
    ScriptedBot,
    ScriptedContent,
    ScriptedWorkflow,
    ServerScript,
)
from coze_harness.server.stored_conversation import ChatTimeline, StoredConversation

# A server that runs for weeks forgets its oldest.
_MAX_CONVERSATIONS: Final = 50_000
_MAX_RUNS: Final = 10_000
_QUESTION_NODE: Final = 2


@dataclass(slots=True, eq=False)
class WorkflowRun:
    """A run of a workflow; one in the background has its result when the clock is at `ends`."""

    id: str
    workflow: ScriptedWorkflow
    words: dict[str, str]
    created_at: int
    bot_id: str = ""
    user_id: str = ""
    is_async: bool = False
    ends: float = 0.0
    event_id: str = ""
    error: tuple[int, str] | None = None

    @property
    def interrupt(self) -> JSON:
        """What the run waits for; `None` if it waits for nothing."""
        if not self.event_id or self.workflow.question is None:
            return None
        question = filler(self.words)(self.workflow.question)
        data = orjson.dumps({"content_type": "text", "content": question}).decode()
        return {"event_id": self.event_id, "type": _QUESTION_NODE, "data": data}

    @property
    def output(self) -> str:
        """The output of the end node."""
        return filler(self.words)(as_text(self.workflow.output))


class ServerClock(SystemClock):
    """The machine's time; waits on the event loop."""

    async def sleep(self, seconds: float) -> None:
        """Wait; not at all if `seconds` is not positive."""
        if seconds > 0:
            await asyncio.sleep(seconds)


class ServerState:
    """Everything that one server knows."""

    def __init__(self, script: ServerScript, clock: ServerClock | None = None) -> None:
        self.script = script
        self.clock = clock or ServerClock()
        random = SystemRandom() if script.seed is None else Random(script.seed)  # noqa: S311 - ids
        self.ids = CozeIds(self.clock, random)
        self.faults = FaultInjector(script.faults)
        self.bots = bot_versions(script)
        self.workflows = {workflow.id: workflow for workflow in script.workflows}
        self.workflow_runs: dict[str, WorkflowRun] = {}
        self.projects = {project.path: project for project in script.projects}
        self.project_sessions: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        self.file_ids: set[str] = set()
        self.connections = ConnectionRegistry()
        self.calls: Counter[str] = Counter()
        self.peak_chats = 0
        self._conversations: dict[str, StoredConversation] = {}
        self._chat_ends: list[float] = []
        self._token_ends: dict[str, int] = {}
        self._variations: Counter[int] = Counter()
        self._used_ids: set[str] = set()

    def bot(self, bot_id: str, requested: str = "") -> ScriptedBot:
        """Return a bot's published version, its ``draft``, or ``=`` and a version (4200)."""
        bot = self.bots.get((bot_id, requested))
        if bot:
            return bot
        version = f" version={requested.removeprefix('=')}" if (bot_id, "") in self.bots else ""
        raise missing_resource(f"bot_id={bot_id}{version}")

    def create_conversation(self, bot_id: str, conversation_id: str = "") -> StoredConversation:
        """Store and return a new conversation; beyond the limit the oldest is forgotten."""
        conversation = StoredConversation(
            conversation_id or self.ids.new(), self.ids.second(), bot_id
        )
        self._conversations[conversation.id] = conversation
        if len(self._conversations) > _MAX_CONVERSATIONS:
            del self._conversations[next(iter(self._conversations))]
        return conversation

    def conversation(self, conversation_id: str) -> StoredConversation:
        """Return a conversation (4002)."""
        if conversation_id not in self._conversations:
            raise ApiRefusal(4002)
        return self._conversations[conversation_id]

    def conversations_of_bot(self, bot_id: str) -> list[StoredConversation]:
        """Return the conversations created for a bot, oldest first."""
        return [
            conversation
            for conversation in self._conversations.values()
            if conversation.bot_id == bot_id
        ]

    def count_running(self, timeline: ChatTimeline) -> None:
        """Count a chat that runs from now on; a cancelled one counts to its planned end."""
        while self._chat_ends and self._chat_ends[0] <= timeline.begins:
            heapq.heappop(self._chat_ends)
        heapq.heappush(self._chat_ends, timeline.ends)
        self.peak_chats = max(self.peak_chats, len(self._chat_ends))

    def remember_run(self, run: WorkflowRun) -> None:
        """Store a run of a workflow; beyond the limit the oldest is forgotten."""
        self.workflow_runs[run.id] = run
        if len(self.workflow_runs) > _MAX_RUNS:
            del self.workflow_runs[next(iter(self.workflow_runs))]

    def next_answers(self, content: ScriptedContent) -> tuple[str, ...]:
        """Return the texts of the answers; with `vary`, the next one in turn."""
        if not content.vary:
            return content.answer
        count = self._variations[id(content)]
        self._variations[id(content)] += 1
        return (content.vary[count % len(content.vary)],)

    def fixed_id(self, scripted_id: str) -> str:
        """Return an id of the script the first time, empty text afterwards."""
        if scripted_id in self._used_ids:
            return ""
        self._used_ids.add(scripted_id)
        return scripted_id

    def issue_token(self, seconds: int) -> tuple[str, int]:
        """Return a new token and the Unix second of its end; the script may end it earlier."""
        token, longest = self.ids.token(), self.script.defaults.token_seconds
        self._token_ends[token] = self.ids.second() + min(seconds, longest)
        return token, self._token_ends[token]

    def has_expired(self, authorization: str) -> bool:
        """Return whether a header holds a token issued here that expired; others are not kept."""
        ends = self._token_ends.get(authorization.removeprefix("Bearer "))
        return ends is not None and self.clock.now() >= ends
