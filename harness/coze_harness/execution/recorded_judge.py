"""A judge whose recording is replayed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from coze_harness.cassettes import Recording, Redactor, ReplayTransport
from coze_harness.cassettes import cassette_files as store
from coze_harness.cassettes.interaction import Interaction
from coze_harness.cassettes.judge_ratings import JudgeRatings
from coze_harness.execution.flow_driver import run_flow
from coze_harness.execution.judge_cassette import JudgeCassette, read_judge_cassette
from coze_harness.execution.replayed_conversations import open_replayed
from coze_harness.execution.stale_recording import scenario_line
from coze_harness.expectations.judge.judge_exchange import JudgeQuestion, parse_reply
from coze_harness.messages import literal, message
from coze_harness.model import ChatOptions, Target
from coze_harness.model.errors import (
    CassetteError,
    CassetteMissingError,
    CassetteStaleError,
    HarnessError,
)
from coze_harness.model.location import Location
from coze_harness.model.protocols import CallFlow
from coze_harness.model.trial import Trial, Turn

JUDGE_OPTIONS: Final = ChatOptions(user_id="coze-harness-judge")
"""What is sent besides the question: the same for all trials, so that they can share replies."""


class RecordedJudge(Struct):
    """Replays a judge's recording, which is read when the first question is asked.

    `path` is the path or URL of the recording, `command` the command that records it, for messages.
    `cassette` is set once it is read.
    """

    trial: Trial
    judge: Target
    path: str
    redactor: Redactor
    command: str
    prefetched: store.PrefetchedCassettes
    ratings: JudgeRatings
    cassette: JudgeCassette | None = None

    def reply(self, question: JudgeQuestion) -> CallFlow[str]:
        """Return the recorded reply.

        Raises:
            CassetteError: there is no recording, or it does not have the question.
        """
        yield from ()
        cassette = self._read()
        if cassette.bot_id != self.judge.id:
            raise self._stale("judge.stale.bot", question)
        interactions = cassette.replies.get(question.key)
        if interactions is None:
            raise self._stale("judge.stale", question)
        try:
            return replay_reply(question, self.judge, interactions, self.path, self.redactor)
        except CassetteError as error:
            error.next_step = literal(self.command)
            raise

    @property
    def is_edited(self) -> bool:
        """Whether the recording was edited since; false if no question was asked."""
        return self.cassette is not None and self.cassette.edited

    def is_weak(self, topic: str) -> bool:
        """Return whether the recorded version of the judge is below the bound."""
        return self.cassette is not None and self.ratings.is_weak(self.cassette.version, topic)

    def _read(self) -> JudgeCassette:
        if self.cassette is None:
            try:
                self.cassette = read_judge_cassette(self.path, self.prefetched)
            except CassetteMissingError:
                raise CassetteMissingError(
                    message("judge.missing", trial=self.trial.key.id),
                    where=Location(self.path),
                    detail=(scenario_line(self.trial),),
                    next_step=literal(self.command),
                ) from None
        return self.cassette

    def _stale(self, what: str, question: JudgeQuestion) -> CassetteStaleError:
        return CassetteStaleError(
            message(what, trial=self.trial.key.id),
            where=Location(self.path),
            detail=(
                scenario_line(self.trial),
                message("judge.stale.question", text=question.words),
            ),
            next_step=literal(self.command),
        )


def replay_reply(
    question: JudgeQuestion,
    judge: Target,
    interactions: Sequence[Interaction],
    path: str,
    redactor: Redactor,
) -> str:
    """Return the reply in recorded interactions, which must be all that the question takes."""
    transport = ReplayTransport(Recording(interactions=tuple(interactions)), path, redactor)
    conversation = open_replayed(judge, JUDGE_OPTIONS, transport)
    reply = run_flow(conversation.run_turn(question_turn(question)), transport)
    transport.check_all_played()
    return reply.answer


def recorded_reply(
    question: JudgeQuestion, judge: Target, interactions: Sequence[Interaction], redactor: Redactor
) -> str:
    """Return a recorded reply; empty if it cannot be replayed or is no verdict."""
    try:
        text = replay_reply(question, judge, interactions, judge.name, redactor)
        parse_reply(text, question)
    except HarnessError:
        return ""
    return text


def question_turn(question: JudgeQuestion) -> Turn:
    """Return the turn by which a judge is asked."""
    return Turn(prompt=question.prompt, expectations=(), location=Location("judge"))
