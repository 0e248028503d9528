"""Opens the conversation with a target, by its kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from coze_harness.coze.chat_stream import answer_deltas
from coze_harness.coze.coze_conversation import CozeConversation, PollSchedule
from coze_harness.coze.message_list import ListMethod
from coze_harness.coze.retry_policy import RetryPolicy
from coze_harness.model import ChatOptions, Reply, Target
from coze_harness.model.protocols import CallFlow, Conversation
from coze_harness.model.trial import Turn
from coze_harness.text.sse import complete_length

if TYPE_CHECKING:
    from coze_harness.coze.workflow_run import WorkflowRuns


def open_conversation(
    target: Target,
    options: ChatOptions,
    schedule: PollSchedule,
    policy: RetryPolicy,
    new_session: Callable[[], str],
    list_method: ListMethod | None = None,
) -> Conversation:
    """Return a conversation with a target; no call is made yet.

    Args:
        target: what is talked to.
        options: sent with each prompt.
        schedule: when a chat or run is polled, and how long it may take.
        policy: how to retry rejected calls.
        new_session: returns the id of a project's new session; in replay, the recorded one.
        list_method: how Coze lists messages, as far as it is known; `None` in replay.
    """
    if target.is_project:
        from coze_harness.coze.project_conversation import ProjectConversation  # rare

        return ProjectConversation(target, options, schedule, policy, new_session)
    if list_method is not None and target.capabilities.lists_by_get:
        list_method = ListMethod(uses_get=True)
    chats = CozeConversation(target, options, schedule, policy, list_method)
    if not target.is_workflow:
        return chats
    from coze_harness.coze.workflow_run import WorkflowRuns  # rare

    return _WorkflowConversation(chats, WorkflowRuns(target, options, schedule, policy))


class AnswerReader:
    """Reads the text of a target's answer from a stream as it arrives."""

    def __init__(self, target: Target) -> None:
        self._pieces = answer_deltas
        if target.is_project:
            from coze_harness.coze.project_stream import answer_pieces  # rare

            self._pieces = answer_pieces
        self._unread = b""

    def read(self, chunk: bytes) -> str:
        """Return the text in the frames that are complete with these bytes."""
        self._unread += chunk
        end = complete_length(self._unread)
        text = "".join(self._pieces(self._unread[:end]))
        self._unread = self._unread[end:]
        return text


class _WorkflowConversation(NamedTuple):
    """Chats with a workflow, and runs of it."""

    chats: CozeConversation
    runs: WorkflowRuns

    def run_turn(self, turn: Turn) -> CallFlow[Reply]:
        """Send a prompt, run the workflow on an input, or answer its question."""
        return self.runs.run_turn(turn) if self.runs.is_for(turn) else self.chats.run_turn(turn)
