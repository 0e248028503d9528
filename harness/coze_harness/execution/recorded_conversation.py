"""A trial's recording, played turn by turn and judged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from coze_harness.cassettes import Recording, ReplayTransport
from coze_harness.coze.simulated_user import tester_options
from coze_harness.execution.conversation_runner import (
    ConversationResult,
    build_trial_result,
    run_conversation,
)
from coze_harness.execution.flow_driver import run_flow
from coze_harness.execution.replayed_conversations import open_replayed
from coze_harness.execution.stale_recording import stale_recording_error
from coze_harness.messages import message
from coze_harness.model import Reply, TrialResult, replace
from coze_harness.model.errors import CassetteMismatchError, HarnessError
from coze_harness.model.protocols import CallFlow, Conversation
from coze_harness.model.trial import Trial, Turn

if TYPE_CHECKING:  # most projects have no judge
    from coze_harness.execution.trial_judge import TrialJudge


class RecordedConversation(Struct, frozen=True):
    """A trial's recording and what plays it; only the judge may take calls.

    `path` is that of the recording, `record_command` the command that records again: for messages.
    `baseline_answers` is `None` if this recording is the baseline itself.
    """

    trial: Trial
    recording: Recording
    turns: Sequence[Turn]
    transport: ReplayTransport
    path: str
    record_command: str = "record"
    baseline_answers: Sequence[str | None] | None = None

    def flow(self, judge: TrialJudge | None) -> CallFlow[ConversationResult]:
        """Replay the conversation and judge the replies; the calls are those of the judge."""
        info, transport = self.recording.origin, self.transport
        tester = self._tester()
        return run_conversation(
            self.trial,
            self.turns,
            _PlayedConversation(
                open_replayed(self.trial.bot, self.trial.options, transport), transport
            ),
            self.baseline_answers,
            info.bot if info else None,
            _PlayedConversation(tester, transport) if tester else None,
            judge,
        )

    def _tester(self) -> Conversation | None:
        tester, options = self.trial.tester, self.trial.options
        return open_replayed(tester, tester_options(options), self.transport) if tester else None

    def with_end_explained(self, result: ConversationResult) -> ConversationResult:
        """Return a result that says why a simulated conversation is not recorded to its end."""
        is_mismatch = isinstance(result.error, CassetteMismatchError)
        if self.trial.tester is None or not (is_mismatch and self.transport.is_at_end):
            return result
        what = message("simulate.goes_on", trial=self.trial.key.id, turn=len(result.turns))
        stale = stale_recording_error(self.trial, self.path, self.record_command, what)
        return replace(result, error=stale)

    def result(
        self, conversation: ConversationResult, error: HarnessError | None = None
    ) -> TrialResult:
        """Return the trial's result; `error` is one of writing what the judge said."""
        info = self.recording.origin
        conversation = self.with_end_explained(conversation)
        # A simulated conversation may end earlier than it was recorded: its replies decide that.
        is_whole = not self.trial.tester and len(conversation.turns) == len(self.turns)
        if conversation.error is None and is_whole:
            try:
                self.transport.check_all_played()
            except HarnessError as unplayed:
                error = unplayed
        return build_trial_result(
            self.trial,
            conversation,
            http_log=self.transport.http_log,
            snapshot=info.bot if info else None,
            recorded_at=info.recorded_at if info else "",
            edited=self.recording.edited,
            error=error,
        )


class _PlayedConversation(Struct, frozen=True):
    """A conversation that is replayed at once, without waiting between polls."""

    conversation: Conversation
    transport: ReplayTransport

    def run_turn(self, turn: Turn) -> CallFlow[Reply]:
        """Return the recorded reply."""
        yield from ()
        return run_flow(self.conversation.run_turn(turn), self.transport)
