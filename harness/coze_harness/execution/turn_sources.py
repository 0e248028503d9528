"""Where the turns of a conversation come from: the scenario file, or a simulated user."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from msgspec import Struct

from coze_harness.coze.simulated_user import first_message, next_message
from coze_harness.execution.flow_driver import with_calls
from coze_harness.messages import message
from coze_harness.model import Reply, Target, replace
from coze_harness.model.errors import HarnessError, SimulatedUserError
from coze_harness.model.protocols import CallFlow, Conversation
from coze_harness.model.trial import SimulatedUser, Trial, Turn

MAX_PROMPT_LENGTH: Final = 20_000
"""Characters of a simulated user's text that are sent to the bot."""


class TurnSource(Protocol):
    """The turns of one conversation, one after the other."""

    def next_turn(self, replies: Sequence[Reply]) -> CallFlow[Turn | None]:
        """Return the turn that follows some replies; `None` at the end.

        Raises:
            HarnessError: the simulated user did not answer.
        """
        ...


class WrittenTurns(Struct, frozen=True):
    """The turns of a scenario file."""

    turns: Sequence[Turn]

    def next_turn(self, replies: Sequence[Reply]) -> CallFlow[Turn | None]:
        """Return the turn that follows some replies."""
        yield from ()
        return self.turns[len(replies)] if len(replies) < len(self.turns) else None


class SimulatedTurns(Struct, frozen=True):
    """The turns of a conversation whose prompts a tester writes.

    `pattern` is the turn that all turns are like. The turns have no end of their own: the replies
    decide it.
    """

    pattern: Turn
    user: SimulatedUser
    tester: Target
    conversation: Conversation

    def next_turn(self, replies: Sequence[Reply]) -> CallFlow[Turn]:
        """Return the next turn, with what the tester says to the last reply.

        Raises:
            SimulatedUserError: it says nothing, or too much.
            HarnessError: it cannot be asked.
        """
        count, first = len(replies), self.pattern.prompt
        if not count and first:
            return self.pattern
        if count > bool(first):
            request = next_message(self.user.goal, replies[-1].answer)
        else:
            request = first_message(self.pattern, replies[-1].answer if replies else None)
        text = yield from self._ask(request, turn=count + 1)
        return replace(self.pattern, prompt=text)

    def _ask(self, request: str, turn: int) -> CallFlow[str]:
        name = self.tester.name
        prompt = Turn(prompt=request, expectations=(), location=self.user.location)
        try:
            reply = yield from self.conversation.run_turn(prompt)
        except HarnessError as error:
            error.what = message("simulate.error", tester=name, turn=turn, reason=error.what)
            raise
        text = reply.answer.strip()
        what = message("simulate.error.empty", tester=name, turn=turn)
        if len(text) > MAX_PROMPT_LENGTH:
            limit = MAX_PROMPT_LENGTH
            what = message("simulate.error.long", tester=name, turn=turn, n=len(text), limit=limit)
        elif text:
            return text
        raise SimulatedUserError(
            what,
            where=self.user.location,
            next_step=message("simulate.error.next", tester=name),
            log_id=reply.log_id,
        )


def turn_source(
    trial: Trial, turns: Sequence[Turn], tester: Conversation | None = None
) -> TurnSource:
    """Return where a trial's turns come from.

    Args:
        trial: the trial.
        turns: its turns; with a tester the pattern of all.
        tester: asks the tester, or replays it.
    """
    user = turns[0].user if turns else None
    if tester is None or trial.tester is None or user is None:
        return WrittenTurns(turns)
    return SimulatedTurns(turns[0], user, trial.tester, tester)


class ConversationAtService(Struct, frozen=True):
    """A conversation whose calls go to another service than those of the trial's target."""

    conversation: Conversation
    service: str

    def run_turn(self, turn: Turn) -> CallFlow[Reply]:
        """Run a turn; each of its calls names the service."""
        flow = self.conversation.run_turn(turn)
        return with_calls(flow, lambda call: replace(call, service=self.service))
