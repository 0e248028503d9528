"""Where the turns of a conversation come from: the scenario file, or a simulated user."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from coze_harness.coze.simulated_user import first_message, next_message
from coze_harness.execution.flow_driver import with_calls
from coze_harness.messages import message
from coze_harness.model import Reply, replace
from coze_harness.model.errors import HarnessError, SimulatedUserError
from coze_harness.model.protocols import CallFlow, Conversation
from coze_harness.model.trial import Trial, Turn

MAX_PROMPT_LENGTH: Final = 20_000
"""Characters of a simulated user's text that are sent to the bot."""


def next_turn(
    trial: Trial, turns: Sequence[Turn], replies: Sequence[Reply], tester: Conversation | None
) -> CallFlow[Turn | None]:
    """Return the turn that follows some replies; `None` at the end.

    The turns of a tester have no end of their own: the replies decide it.

    With a tester, `turns` has the pattern of all.

    Raises:
        SimulatedUserError: the tester says nothing, or too much.
        HarnessError: it cannot be asked.
    """
    user = turns[0].user if turns else None
    count = len(replies)
    if tester is None or trial.tester is None or user is None:
        return turns[count] if count < len(turns) else None
    pattern = turns[0]
    if not count and pattern.prompt:
        return pattern
    if count > bool(pattern.prompt):
        request = next_message(user.goal, replies[-1].answer)
    else:
        request = first_message(pattern, replies[-1].answer if replies else None)
    prompt = Turn(prompt=request, expectations=(), location=user.location)
    text = yield from _ask(tester, prompt, name=trial.tester.name, turn=count + 1)
    return replace(pattern, prompt=text)


def _ask(tester: Conversation, prompt: Turn, *, name: str, turn: int) -> CallFlow[str]:
    """Return what the tester of this name says in a turn."""
    try:
        reply = yield from tester.run_turn(prompt)
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
        where=prompt.location,
        next_step=message("simulate.error.next", tester=name),
        log_id=reply.log_id,
    )


class ConversationAtService(Struct, frozen=True):
    """A conversation whose calls go to another service than those of the trial's target."""

    conversation: Conversation
    service: str

    def run_turn(self, turn: Turn) -> CallFlow[Reply]:
        """Run a turn; each of its calls names the service."""
        flow = self.conversation.run_turn(turn)
        return with_calls(flow, lambda call: replace(call, service=self.service))
