"""A judge that is asked over the network, what is known already left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from msgspec import Struct, field

from coze_harness.cassettes import RecordingTransport, Redactor
from coze_harness.cassettes.interaction import Interaction
from coze_harness.cassettes.judge_ratings import JudgeRatings
from coze_harness.execution.bot_snapshots import BotSnapshots
from coze_harness.execution.flow_driver import with_calls
from coze_harness.execution.judge_cassette import JudgeCassette, judge_version
from coze_harness.execution.live_conversations import LiveConversations
from coze_harness.execution.recorded_judge import (
    JUDGE_OPTIONS,
    question_turn,
    recorded_reply,
    replay_reply,
)
from coze_harness.expectations.judge.judge_exchange import JudgeQuestion, parse_reply
from coze_harness.messages import message
from coze_harness.model import BotSnapshot, HttpCall, HttpResponse, Target, Wait, replace
from coze_harness.model.errors import CozeError, JudgeReplyError
from coze_harness.model.protocols import CallFlow, Transport
from coze_harness.transport import ServiceTransports, TimedTransport

_SHARED_REPLY_SECONDS: Final = 0.1
"""Seconds between two checks for a reply that another trial is waiting for."""


class LiveJudges(Struct, frozen=True, kw_only=True):
    """Opens judges, which share the replies of one run: equal questions are asked once.

    `address` returns the address of a target's service in recordings.
    """

    transports: ServiceTransports
    conversations: LiveConversations
    snapshots: BotSnapshots
    ratings: JudgeRatings
    address: Callable[[Target], str]
    replies: dict[tuple[Target, str], Sequence[Interaction]] = field(default_factory=dict)
    asking: dict[tuple[Target, str], LiveJudge] = field(default_factory=dict)

    def open(
        self, judge: Target, known: Mapping[str, Sequence[Interaction]], redactor: Redactor
    ) -> LiveJudge:
        """Return what asks a judge, whose description is fetched.

        `known` are recorded replies of the same version, by key, which are used again.
        """
        snapshot = self.snapshots.find((judge, ""))
        snapshot = redactor.redact_snapshot(snapshot) if snapshot else None
        monotonic = self.conversations.clock.monotonic
        timed_transport = TimedTransport(self.transports.for_target(judge), monotonic)
        return LiveJudge(judge, self, known, redactor, snapshot, timed_transport)


class LiveJudge(Struct, eq=False):
    """Asks a judge what is not known yet, and keeps the interactions. A transport of its calls.

    `known` are recorded replies of the same version of the judge, by key, and `snapshot` is the
    judge, redacted. `replies` are the interactions of each question that has a verdict, by its key,
    in order. `recorder` is that of the question that is being asked.
    """

    judge: Target
    judges: LiveJudges
    known: Mapping[str, Sequence[Interaction]]
    redactor: Redactor
    snapshot: BotSnapshot | None
    timed_transport: TimedTransport
    replies: dict[str, Sequence[Interaction]] = field(default_factory=dict)
    recorder: RecordingTransport | None = None

    @property
    def calls(self) -> int:
        """The number of requests that were made."""
        return self.timed_transport.calls

    def as_cassette(self) -> JudgeCassette:
        """Return what was asked, to be recorded."""
        return JudgeCassette(
            bot_id=self.judge.id, snapshot=self.snapshot, replies=self.replies, calls=self.calls
        )

    def send(self, call: HttpCall) -> HttpResponse:
        """Send a call of the question that is being asked."""
        assert self.recorder is not None  # noqa: S101 (calls are made by `_ask` only)
        return self.recorder.send(call)

    def reply(self, question: JudgeQuestion) -> CallFlow[str]:
        """Return the reply, asked only if it is not known.

        Raises:
            JudgeReplyError: the reply is not in the agreed form; it is not kept.
            CozeError: the judge cannot be asked.
        """
        interactions = yield from self._interactions(question)
        self.replies[question.key] = interactions
        return replay_reply(question, self.judge, interactions, self.judge.name, self.redactor)

    def is_weak(self, topic: str) -> bool:
        """Return whether this version of the judge is below the bound."""
        version = judge_version(self.judge.id, self.snapshot)
        return self.judges.ratings.is_weak(version, topic)

    def _interactions(self, question: JudgeQuestion) -> CallFlow[Sequence[Interaction]]:
        key, judges = (self.judge, question.key), self.judges
        known = self.known.get(question.key)
        if known is not None and recorded_reply(question, self.judge, known, self.redactor):
            return known
        while True:
            interactions = judges.replies.get(key)
            if interactions is not None:
                return interactions
            # One operation, so that of several threads one asks.
            if judges.asking.setdefault(key, self) is self:
                break
            yield Wait(_SHARED_REPLY_SECONDS, is_queue=True)
        try:
            interactions = judges.replies[key] = yield from self._ask(question)
        finally:
            del judges.asking[key]
        return interactions

    def _ask(self, question: JudgeQuestion) -> CallFlow[Sequence[Interaction]]:
        judges = self.judges
        host = judges.address(self.judge)
        self.recorder = RecordingTransport(self.timed_transport, host, self.redactor)
        conversation = judges.conversations.open(self.judge, JUDGE_OPTIONS)
        flow = conversation.run_turn(question_turn(question))
        try:
            reply = yield from with_calls(flow, lambda call: replace(call, is_for_judge=True))
            parse_reply(reply.answer, question)
        except JudgeReplyError:
            raise
        except CozeError as error:
            error.what = message("judge.failed", judge=self.judge.name, reason=error.what)
            raise
        return self.recorder.recording.interactions


class JudgedTransport(Struct, frozen=True):
    """Sends a trial's calls to its bot, and those for the judge to the judge."""

    bot: Transport
    judge: Transport

    def send(self, call: HttpCall) -> HttpResponse:
        """Return the response to a call."""
        return (self.judge if call.is_for_judge else self.bot).send(call)
