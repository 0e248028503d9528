"""The judge of a trial: asked over its own transport and recorded in its own cassette.

Each question is a chat of its own, and its interactions are kept by the question's key. A recorded
reply is replayed wherever the same question is asked about the same answer. A changed question
makes only the judge's recording stale.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import Final, Protocol, TypeVar

from coze_harness.cassettes import (
    JUDGE_SUFFIX,
    JudgeInfo,
    Recording,
    RecordingInfo,
    RecordingTransport,
    Redactor,
    ReplayTransport,
)
from coze_harness.cassettes import cassette_files as store
from coze_harness.cassettes.interaction import Interaction
from coze_harness.coze import (
    ListMethod,
    PollSchedule,
    RetryPolicy,
    open_conversation,
)
from coze_harness.execution.flow_driver import run_flow
from coze_harness.execution.judge_ratings import JudgeRatings
from coze_harness.execution.project_sessions import recorded_session_id
from coze_harness.expectations.judge_exchange import JudgeQuestion, parse_reply
from coze_harness.expectations.judge_kind import judges_in
from coze_harness.messages import LocalizedText, literal, message
from coze_harness.model import (
    BotSnapshot,
    ChatOptions,
    HttpCall,
    HttpResponse,
    Severity,
    Target,
    Verdict,
    VerdictStatus,
    Wait,
    replace,
)
from coze_harness.model.errors import (
    CassetteError,
    CassetteMissingError,
    CassetteStaleError,
    CassetteUnreadableError,
    CozeError,
    HarnessError,
    JudgeReplyError,
    ScenarioError,
)
from coze_harness.model.location import Location
from coze_harness.model.protocols import CallFlow, Transport
from coze_harness.model.trial import EvaluationContext, Expectation, Trial, Turn

_Reply = TypeVar("_Reply")

_OPTIONS: Final = ChatOptions(user_id="coze-harness-judge")
"""What is sent besides the question: the same for all trials, so that they can share replies."""
_SCHEDULE: Final = PollSchedule()
_NO_RETRY: Final = RetryPolicy(jitter=lambda: 0.0, tries=1)
_CHECK: Final = "~check"
_SHARED_REPLY: Final = 0.1
"""Seconds between two looks at a reply that another trial waits for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeCassette:
    """A judge's recording: the judge, its version, and each question's interactions, by key."""

    bot_id: str = ""
    snapshot: BotSnapshot | None = None
    replies: Mapping[str, Sequence[Interaction]] = field(default_factory=dict)
    calls: int = 0
    edited: bool = False


def judge_version(bot_id: str, snapshot: BotSnapshot | None) -> str:
    """Return a digest of a judge and its version: 12 hexadecimal digits.

    Of a judge that Coze does not describe, only the id is known.
    """
    known = snapshot or BotSnapshot()
    parts = (bot_id, known.version, known.model, known.prompt)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def judge_path(path: str) -> str:
    """Return the path or URL of the judge's recording next to a trial's."""
    return path.removesuffix(".yaml") + JUDGE_SUFFIX


def check_path(path: str) -> str:
    """Return the path or URL of what `judge-check` has recorded about a trial."""
    return path.removesuffix(".yaml") + _CHECK + JUDGE_SUFFIX


def read_judge_cassette(
    path: str, prefetched: store.PrefetchedCassettes = store.NONE_PREFETCHED
) -> JudgeCassette:
    """Read a judge's recording.

    Raises:
        CassetteMissingError: there is none.
        CassetteUnreadableError: it cannot be read, or is no judge's.
    """
    recording = store.read_cassette(path, prefetched)
    info = recording.origin
    judge = info.judge if info else None
    items = recording.interactions
    if info is None or judge is None or sum(judge.questions.values()) != len(items):
        raise CassetteUnreadableError(
            message("judge.unreadable"),
            where=Location(path),
            next_step=message("judge.unreadable.next"),
        )
    replies: dict[str, Sequence[Interaction]] = {}
    start = 0
    for key, count in judge.questions.items():
        replies[key] = items[start : start + count]
        start += count
    return JudgeCassette(
        bot_id=judge.bot_id,
        snapshot=info.bot,
        replies=replies,
        calls=info.calls,
        edited=recording.edited,
    )


class TrialJudge(Protocol):
    """Replies to the questions of one trial."""

    def reply(self, question: JudgeQuestion) -> CallFlow[str]:
        """Return the text that the judge replies.

        Raises:
            HarnessError: the judge cannot be asked, or its recording not be used.
        """
        ...

    def is_weak(self, topic: str) -> bool:
        """Return whether it was measured that the judge cannot answer a question."""
        ...


def ask_judge(
    context: EvaluationContext, expectations: Sequence[Expectation], judge: TrialJudge | None
) -> CallFlow[EvaluationContext]:
    """Return a context with the judge's replies to all that expectations ask about it.

    Raises:
        ScenarioError: an expectation needs a judge, and there is none.
        HarnessError: the judge cannot be asked, or its recording not be used.
    """
    replies: dict[str, str] = {}
    for one in chain.from_iterable(map(judges_in, expectations)):
        for question in one.questions(context):
            if judge is None:
                raise ScenarioError(
                    message("judge.none"),
                    where=one.location,
                    next_step=message("judge.none.next", code="{bot: NAME}"),
                )
            if question.key not in replies:
                replies[question.key] = yield from judge.reply(question)
    return replace(context, judge_replies=replies) if replies else context


def without_weak_judges(
    context: EvaluationContext, judge: TrialJudge, expectation: Expectation, verdict: Verdict
) -> Verdict:
    """Return a verdict; one that failed is a warning if only weak judges are the cause of it."""
    if verdict.status is not VerdictStatus.FAILED:
        return verdict
    weak = frozenset(one.topic for one in judges_in(expectation) if judge.is_weak(one.topic))
    if not weak:
        return verdict
    others = expectation.judge(replace(context, ignored_questions=weak))
    if others.status is VerdictStatus.FAILED:
        return verdict
    reason = message("kind.judge.weak", reason=verdict.reason)
    return replace(verdict, severity=Severity.WARNING, reason=reason)


class RecordedJudge:
    """Replays a judge's recording, which is read when the first question is asked.

    Args:
        trial: the trial, whose judge it is.
        judge: the judge.
        path: the path or URL of the recording.
        redactor: the redactor that it has been through.
        command: the command that records it, for messages.
        prefetched: recordings that were fetched by URL.
        ratings: how far judges can be trusted.
    """

    def __init__(
        self,
        trial: Trial,
        judge: Target,
        path: str,
        redactor: Redactor,
        command: str,
        prefetched: store.PrefetchedCassettes,
        ratings: JudgeRatings,
    ) -> None:
        self._ratings = ratings
        self._trial = trial
        self._judge = judge
        self._path = path
        self._redactor = redactor
        self._command = command
        self._prefetched = prefetched
        self.cassette: JudgeCassette | None = None

    def reply(self, question: JudgeQuestion) -> CallFlow[str]:
        """Return the recorded reply.

        Raises:
            CassetteError: there is no recording, or it does not have the question.
        """
        yield from ()
        cassette = self._read()
        if cassette.bot_id != self._judge.id:
            raise self._stale("judge.stale.bot", question)
        interactions = cassette.replies.get(question.key)
        if interactions is None:
            raise self._stale("judge.stale", question)
        try:
            return _replayed(question, self._judge, interactions, self._path, self._redactor)
        except CassetteError as error:
            error.next_step = literal(self._command)
            raise

    @property
    def is_edited(self) -> bool:
        """Whether the recording was edited since; false if no question was asked."""
        return self.cassette is not None and self.cassette.edited

    def is_weak(self, topic: str) -> bool:
        """Return whether the recorded version of the judge is below the bound."""
        cassette = self.cassette
        if cassette is None:
            return False
        return self._ratings.is_weak(judge_version(cassette.bot_id, cassette.snapshot), topic)

    def _read(self) -> JudgeCassette:
        if self.cassette is None:
            try:
                self.cassette = read_judge_cassette(self._path, self._prefetched)
            except CassetteMissingError:
                raise CassetteMissingError(
                    message("judge.missing", trial=self._trial.key.id),
                    where=Location(self._path),
                    detail=(_scenario(self._trial),),
                    next_step=literal(self._command),
                ) from None
        return self.cassette

    def _stale(self, what: str, question: JudgeQuestion) -> CassetteStaleError:
        return CassetteStaleError(
            message(what, trial=self._trial.key.id),
            where=Location(self._path),
            detail=(
                _scenario(self._trial),
                message("judge.stale.question", text=question.words),
            ),
            next_step=literal(self._command),
        )


def _scenario(trial: Trial) -> LocalizedText:
    return message("replay.scenario", location=str(trial.location))


def _replayed(
    question: JudgeQuestion,
    judge: Target,
    interactions: Sequence[Interaction],
    path: str,
    redactor: Redactor,
) -> str:
    """Return the reply in recorded interactions, which must be all that the question takes."""
    transport = ReplayTransport(Recording(interactions=tuple(interactions)), path, redactor)
    new_session = partial(recorded_session_id, transport)
    conversation = open_conversation(judge, _OPTIONS, _SCHEDULE, _NO_RETRY, new_session)
    reply = run_flow(conversation.run_turn(_turn(question)), transport)
    transport.check_all_played()
    return reply.answer


def recorded_reply(
    question: JudgeQuestion, judge: Target, interactions: Sequence[Interaction], redactor: Redactor
) -> str:
    """Return a recorded reply; empty if it cannot be replayed or is no verdict."""
    try:
        text = _replayed(question, judge, interactions, judge.name, redactor)
        parse_reply(text, question)
    except HarnessError:
        return ""
    return text


def _turn(question: JudgeQuestion) -> Turn:
    return Turn(prompt=question.prompt, expectations=(), location=Location("judge"))


class SharedReplies:
    """The replies of judges in one run: of equal questions, one is asked and the others wait."""

    def __init__(self) -> None:
        self.replies: dict[tuple[Target, str], Sequence[Interaction]] = {}
        self.asking: dict[tuple[Target, str], LiveJudge] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeConnection:
    """How a judge is asked; `transport` is the trial's own, `host` its address in recordings."""

    transport: Transport
    host: str
    redactor: Redactor
    schedule: PollSchedule
    policy: RetryPolicy
    new_session: Callable[[], str]
    list_method: ListMethod


class LiveJudge:
    """Asks a judge what is not known yet, and keeps the interactions. A transport of its calls.

    Args:
        judge: the judge.
        connection: how it is asked.
        known: recorded replies of the same version of the judge, by key.
        shared: the replies of the run.
        version: that of the judge, from `judge_version`.
        ratings: how far judges can be trusted.

    Attributes:
        replies: the interactions of each question that has a verdict, by its key, in order.
    """

    def __init__(
        self,
        judge: Target,
        connection: JudgeConnection,
        known: Mapping[str, Sequence[Interaction]],
        shared: SharedReplies,
        version: str,
        ratings: JudgeRatings,
    ) -> None:
        self.judge = judge
        self.version = version
        self._ratings = ratings
        self.replies: dict[str, Sequence[Interaction]] = {}
        self._connection = connection
        self._known = known
        self._shared = shared
        self._recorder: RecordingTransport | None = None

    def send(self, call: HttpCall) -> HttpResponse:
        """Send a call of the question that is being asked."""
        assert self._recorder is not None  # noqa: S101 (calls are made by `_ask` only)
        return self._recorder.send(call)

    def reply(self, question: JudgeQuestion) -> CallFlow[str]:
        """Return the reply, asked only if it is not known.

        Raises:
            JudgeReplyError: the reply is not in the agreed form; it is not kept.
            CozeError: the judge cannot be asked.
        """
        interactions = yield from self._interactions(question)
        self.replies[question.key] = interactions
        redactor = self._connection.redactor
        return _replayed(question, self.judge, interactions, self.judge.name, redactor)

    def is_weak(self, topic: str) -> bool:
        """Return whether this version of the judge is below the bound."""
        return self._ratings.is_weak(self.version, topic)

    def _interactions(self, question: JudgeQuestion) -> CallFlow[Sequence[Interaction]]:
        key, shared = (self.judge, question.key), self._shared
        known = self._known.get(question.key)
        redactor = self._connection.redactor
        if known is not None and recorded_reply(question, self.judge, known, redactor):
            return known
        while True:
            found = shared.replies.get(key)
            if found is not None:
                return found
            # One operation, so that of several threads one asks.
            if shared.asking.setdefault(key, self) is self:
                break
            yield Wait(_SHARED_REPLY, is_queue=True)
        try:
            found = shared.replies[key] = yield from self._ask(question)
        finally:
            del shared.asking[key]
        return found

    def _ask(self, question: JudgeQuestion) -> CallFlow[Sequence[Interaction]]:
        way = self._connection
        self._recorder = RecordingTransport(way.transport, way.host, way.redactor)
        conversation = open_conversation(
            self.judge, _OPTIONS, way.schedule, way.policy, way.new_session, way.list_method
        )
        try:
            reply = yield from _to_judge(conversation.run_turn(_turn(question)))
            parse_reply(reply.answer, question)
        except JudgeReplyError:
            raise
        except CozeError as error:
            error.what = message("judge.failed", judge=self.judge.name, reason=error.what)
            raise
        return self._recorder.recording.interactions


def judge_recording(
    judge: Target,
    replies: Mapping[str, Sequence[Interaction]],
    about: RecordingInfo,
    snapshot: BotSnapshot | None,
    calls: int,
) -> tuple[Recording, RecordingInfo]:
    """Return what a judge was asked, question by question, and what the recording says about it.

    Args:
        judge: the judge.
        replies: the interactions of each question, by its key.
        about: names the trial, the time and this version.
        snapshot: the judge, redacted.
        calls: the number of requests that were made.
    """
    info = replace(
        about,
        fingerprint=_fingerprint(judge, replies),
        generated_values={},
        calls=calls,
        bot=snapshot,
        overridden_options={},
        judge=JudgeInfo(
            bot=judge.name,
            bot_id=judge.id,
            questions={key: len(items) for key, items in replies.items()},
        ),
    )
    return Recording(interactions=tuple(chain.from_iterable(replies.values()))), info


def _fingerprint(judge: Target, keys: Iterable[str]) -> str:
    """Return a hash of what is asked: the keys of the questions have their prompts in them."""
    return f"sha256:{hashlib.sha256(chr(10).join((judge.id, *keys)).encode()).hexdigest()}"


def _to_judge(flow: CallFlow[_Reply]) -> CallFlow[_Reply]:
    """Return a flow whose calls go to the judge."""
    try:
        step = next(flow)
        while True:
            if isinstance(step, HttpCall):
                step = replace(step, is_for_judge=True)
            try:
                response = yield step
            except HarnessError as error:
                step = flow.throw(error)
            else:
                step = flow.send(response)
    except StopIteration as end:
        value: _Reply = end.value
        return value
    finally:
        flow.close()


@dataclass(frozen=True, slots=True)
class JudgedTransport:
    """Sends a trial's calls to its bot, and those for the judge to the judge."""

    bot: Transport
    judge: Transport

    def send(self, call: HttpCall) -> HttpResponse:
        """Return the response to a call."""
        return (self.judge if call.is_for_judge else self.bot).send(call)


def known_replies(
    paths: Iterable[str], judge: Target, snapshot: BotSnapshot | None
) -> dict[str, Sequence[Interaction]]:
    """Return the replies in recordings of the same version of a judge; unusable ones have none."""
    known: dict[str, Sequence[Interaction]] = {}
    for path in paths:
        try:
            cassette = read_judge_cassette(path)
        except CassetteError:
            continue
        is_same = judge_version(judge.id, snapshot) == judge_version(
            cassette.bot_id, cassette.snapshot
        )
        if is_same and not cassette.edited:
            known |= cassette.replies
    return known
