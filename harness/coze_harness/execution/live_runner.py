"""Live conversations, and their recordings where they are to be saved."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final, Generic, TypeAlias, TypeVar

from coze_harness.cassettes import CandidateInfo, RecordingInfo, RecordingTransport, Redactor
from coze_harness.cassettes import cassette_files as store
from coze_harness.cassettes.interaction import Interaction
from coze_harness.coze import (
    ListMethod,
    PollSchedule,
    RetryPolicy,
    fetch_bot_snapshot,
    fingerprint,
    open_conversation,
)
from coze_harness.coze.error_codes import add_region_hint
from coze_harness.coze.simulated_user import tester_options
from coze_harness.execution.conversation_runner import (
    ConversationResult,
    build_trial_result,
    run_conversation,
)
from coze_harness.execution.flow_driver import FlowTask
from coze_harness.execution.live_scheduler import run_concurrently
from coze_harness.execution.process_pool import in_batches
from coze_harness.execution.project_sessions import new_session_id
from coze_harness.execution.rate_limit import RateLimit, rate_limited
from coze_harness.execution.recording_facts import is_streamed, requested_version
from coze_harness.execution.replay_runner import ReplayRunner
from coze_harness.execution.trial_deadline import limit_trial
from coze_harness.execution.trial_judge import (
    JudgeConnection,
    JudgedTransport,
    LiveJudge,
    SharedReplies,
    judge_path,
    judge_recording,
    judge_version,
    known_replies,
)
from coze_harness.execution.turn_sources import ConversationAtService
from coze_harness.expectations import asks_for
from coze_harness.messages import UserText, message
from coze_harness.model import BotSnapshot, ChatOptions, Target, replace
from coze_harness.model.errors import CassetteError, CassetteMissingError, HarnessError
from coze_harness.model.protocols import (
    CallFlow,
    Clock,
    Conversation,
    EncodeResult,
    GenerateValues,
)
from coze_harness.model.trial import Trial, Turn
from coze_harness.model.version import VERSION
from coze_harness.transport import HttpTransport, ServiceTransports, TimedTransport

DEFAULT_WORKERS: Final = 32
STREAM_WORKERS: Final = 256
"""A stream keeps its thread and its connection for as long as the bot speaks."""

Value = TypeVar("Value")
Encoded = TypeVar("Encoded")
_Version: TypeAlias = tuple[Target, str]
_DRAFT: Final = "unpublished_draft"


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateContext:
    """The baseline of a recorded candidate; recording a candidate does not change it.

    `committed` is the baseline's trial, if there is one: its recording has the generated values,
    the pace and the answers for `same_as_baseline`. `options` are request fields that override the
    scenario.
    """

    committed: Trial | None
    options: Mapping[str, str]
    candidate: CandidateInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveRunner:
    """Runs live conversations, many at once.

    Args:
        transports: the network; the caller closes it.
        redactor: removes secrets from recordings and results.
        clock: the time.
        rng: the random source, for generated values and the jitter of retries.
        generate: returns the generated values of a script.
        rate_limit: the rate that all calls share, in calls per second.
        poll_interval, poll_timeout: in seconds.
        trial_seconds: how long a trial may take.
        workers: the most calls at a time; `None`: 32, or up to 256 for streams.
        saves_cassettes: whether the conversations become recordings.
        recorded_address: Coze's address in recordings, without a slash at the end; empty: the one
            that is called. Targets with a URL of their own keep it.
        folder: the project's, from which attached files are read.
        replayer: reads the earlier recordings.
        warn: receives warnings: a bot without information, an unreadable recording that is
            replaced.
        candidates: the baselines of recordings that become candidates, by trial id.
        judge_only: trials whose bot is replayed, so that only their judge is asked: by id, the
            trial for which the judge's recording is written.
        asks_judge_again: whether the judge is asked what is recorded already.
    """

    transports: ServiceTransports
    redactor: Redactor
    clock: Clock
    rng: random.Random
    generate: GenerateValues
    rate_limit: float | None
    poll_interval: float
    poll_timeout: float
    trial_seconds: float
    workers: int | None
    saves_cassettes: bool
    recorded_address: str
    folder: Path
    replayer: ReplayRunner
    warn: Callable[[UserText], None]
    candidates: Mapping[str, CandidateContext] = field(default_factory=dict)
    judge_only: Mapping[str, Trial] = field(default_factory=dict)
    asks_judge_again: bool = False

    def results(
        self, trials: Sequence[Trial], encode: EncodeResult[Encoded]
    ) -> Generator[Sequence[Encoded], None, None]:
        """Run trials and yield their results as they finish; closing it starts nothing new."""
        for result in LiveSession(self, encode, self.shared_limit()).results(trials):
            yield (result,)

    def shared_limit(self) -> RateLimit | None:
        """Return the limit that all calls share, if there is one."""
        return RateLimit(self.rate_limit, self.clock.monotonic) if self.rate_limit else None


@dataclass(frozen=True, slots=True)
class LiveSession(Generic[Encoded]):
    """Runs trials of a `LiveRunner` in several rounds.

    `snapshots` describe the bots, by id and version, not redacted; each is fetched once.
    `list_method` is what the conversations find out about the service.
    """

    settings: LiveRunner
    encode: EncodeResult[Encoded]
    limit: RateLimit | None
    snapshots: dict[_Version, BotSnapshot] = field(default_factory=dict)
    list_method: ListMethod = field(default_factory=ListMethod)
    judge_replies: SharedReplies = field(default_factory=SharedReplies)

    def results(self, trials: Sequence[Trial]) -> Generator[Encoded, None, None]:
        """Run trials and yield their results as they finish; closing it starts nothing new."""
        # Imported before threads start: two threads that import a package and its submodule at
        # once wait for each other.
        import rapidfuzz.distance  # noqa: F401

        self.fetch_snapshots(trials)
        results = run_concurrently(
            self._task_factories(trials),
            workers=self._workers(trials),
            monotonic=self.settings.clock.monotonic,
        )
        with closing(results):
            yield from results

    def _workers(self, trials: Sequence[Trial]) -> int:
        return self.settings.workers or _default_workers(trials)

    def _task_factories(
        self, trials: Sequence[Trial]
    ) -> Iterator[Callable[[], FlowTask[ConversationResult, Encoded]]]:
        """Yield a function for each trial that opens its conversation."""
        for batch in in_batches(trials):
            replayer = self.settings.replayer.prefetch(batch)
            for trial in batch:
                yield partial(self._open, trial, replayer)

    def fetch_snapshots(self, trials: Sequence[Trial]) -> None:
        """Fetch each bot's information once: the draft's where the trials talk to the draft."""
        asked = [trial for trial in trials if trial.key.id not in self.settings.judge_only]
        judges = [trial.judge for trial in trials if trial.judge]
        versions = {*map(requested_version, asked), *((judge, "") for judge in judges)}
        self.fetch_versions(versions, self._workers(trials))

    def fetch_versions(self, versions: Collection[_Version], workers: int) -> None:
        """Fetch the information about versions of bots that is not known yet."""
        bots = [
            key
            for key in versions
            if key[0].capabilities.has_snapshot and key not in self.snapshots
        ]
        if not bots:
            return
        factories = [partial(self._snapshot_task, key) for key in bots]
        monotonic = self.settings.clock.monotonic
        self.snapshots.update(run_concurrently(factories, workers=workers, monotonic=monotonic))
        for key in bots:
            if warning := self.snapshots[key].warning:
                warning = self.settings.redactor.redact(warning)
                self.settings.warn(message("live.bot_warning", bot=key[0].name, warning=warning))

    def snapshot(self, trial: Trial) -> BotSnapshot | None:
        """Return the redacted description of the bot that a trial talks to, once it is fetched."""
        snapshot = self.snapshots.get(requested_version(trial))
        return self.settings.redactor.redact_snapshot(snapshot) if snapshot else None

    def judge_snapshot(self, judge: Target) -> BotSnapshot | None:
        """Return the redacted description of a judge, once it is fetched."""
        snapshot = self.snapshots.get((judge, ""))
        return self.settings.redactor.redact_snapshot(snapshot) if snapshot else None

    def _snapshot_task(self, key: _Version) -> FlowTask[BotSnapshot, tuple[_Version, BotSnapshot]]:
        bot, bot_version = key
        policy = RetryPolicy(jitter=self.settings.rng.random, tries=2)
        flow = fetch_bot_snapshot(bot.id, policy, published=bot_version != _DRAFT)

        def on_result(snapshot: BotSnapshot) -> tuple[_Version, BotSnapshot]:
            return key, _snapshot_of_version(bot_version, snapshot)

        transport = self.settings.transports.of(bot)
        return FlowTask(self.limited(flow), transport, on_result)

    def limited(self, flow: CallFlow[Value]) -> CallFlow[Value]:
        """Return a flow that keeps the shared rate and the limit of a trial."""
        limited = rate_limited(flow, self.limit) if self.limit else flow
        return limit_trial(limited, self.settings.trial_seconds, self.settings.clock.monotonic)

    def _open(self, trial: Trial, replayer: ReplayRunner) -> FlowTask[ConversationResult, Encoded]:
        settings = self.settings
        if trial.key.id in settings.judge_only:
            return self._open_judge(trial, replayer)
        baseline = _Baseline.of(trial, settings, replayer)
        now = datetime.fromtimestamp(settings.clock.now(), UTC)
        names = trial.script.generated_names
        values = dict(settings.generate(names, now.astimezone(), settings.rng))
        values |= baseline.generated_values(names)
        transport = settings.transports.of(trial.bot)
        timed = TimedTransport(
            transport,
            settings.clock.monotonic,
            root=settings.folder,
            services=self._services(trial),
        )
        recorder = RecordingTransport(timed, self._recorded_address(trial.bot), settings.redactor)
        snapshot = self.snapshots.get(requested_version(trial))
        if trial.bot.is_project:
            snapshot = BotSnapshot(warning=str(message("live.project_snapshot")))
        if snapshot is not None:
            # First, so that the bot cannot repeat a secret of its prompt without its context.
            snapshot = recorder.redactor.redact_snapshot(snapshot)
        turns: tuple[Turn, ...] = ()
        judge: AskedJudge | None = None
        flow: CallFlow[ConversationResult]
        try:
            turns = tuple(trial.script.turns(values))
        except HarnessError as error:
            flow = _ended(ConversationResult((), error))
        else:
            # With a simulated user, no two conversations have the same turns.
            expected = () if trial.tester else baseline.poll_durations()
            conversation = self._conversation(trial.bot, trial.options, expected)
            answers = baseline.answers(turns)
            judge = self._judge(trial, replayer, recorder.redactor)
            flow = run_conversation(
                trial,
                turns,
                conversation,
                answers,
                snapshot,
                self._tester(trial),
                judge.asked if judge else None,
            )
            flow = self.limited(flow)
        attempt = _Attempt(trial, turns, values, now, timed, recorder, snapshot, judge)
        ways = JudgedTransport(recorder, judge.asked) if judge else recorder
        return FlowTask(flow, ways, partial(self._finish, attempt))

    def _open_judge(
        self, trial: Trial, replayer: ReplayRunner
    ) -> FlowTask[ConversationResult, Encoded]:
        """Open a trial whose bot is replayed, so that all its calls are the judge's."""
        judge = self._judge(trial, replayer, self.settings.redactor)
        assert judge is not None  # noqa: S101 (only trials with a judge are selected)
        try:
            replay = replayer.open_replay(trial, self.settings.redactor)
        except HarnessError as error:
            ended = _ended(ConversationResult((), error))
            return FlowTask(
                ended, judge.asked, lambda result: self.encode(build_trial_result(trial, result))
            )
        flow = self.limited(replay.flow(judge.asked))

        def finish(conversation: ConversationResult) -> Encoded:
            own = self.settings.judge_only[trial.key.id]
            error = self._write_judge(own, replay.recording.origin, judge)
            result = replay.result(conversation, error)
            return self.encode(replace(result, request_count=judge.timed.calls))

        return FlowTask(flow, judge.asked, finish)

    def _judge(self, trial: Trial, replayer: ReplayRunner, redactor: Redactor) -> AskedJudge | None:
        """Return what asks a trial's judge; `None` if no expectation needs one."""
        target, settings = trial.judge, self.settings
        if target is None:
            return None
        paths: list[str] = []
        if not settings.asks_judge_again:
            candidate = settings.candidates.get(trial.key.id)
            committed = candidate.committed if candidate else None
            others = (trial, committed, settings.judge_only.get(trial.key.id))
            paths = [judge_path(replayer.path(one)) for one in others if one]
        known = known_replies(paths, target, self.judge_snapshot(target))
        return self.open_judge(target, known, redactor)

    def open_judge(
        self, target: Target, known: Mapping[str, Sequence[Interaction]], redactor: Redactor
    ) -> AskedJudge:
        """Return what asks a judge, whose snapshot is fetched.

        Args:
            target: the judge.
            known: recorded replies of the same version, which are used again.
            redactor: removes secrets from what is recorded.
        """
        settings = self.settings
        snapshot = self.snapshots.get((target, ""))
        snapshot = redactor.redact_snapshot(snapshot) if snapshot else None
        timed = TimedTransport(settings.transports.of(target), settings.clock.monotonic)
        connection = JudgeConnection(
            transport=timed,
            host=self._recorded_address(target),
            redactor=redactor,
            schedule=PollSchedule(interval=settings.poll_interval, timeout=settings.poll_timeout),
            policy=RetryPolicy(jitter=settings.rng.random),
            new_session=partial(new_session_id, settings.rng),
            list_method=self.list_method,
        )
        asked = LiveJudge(
            target,
            connection,
            known,
            self.judge_replies,
            judge_version(target.id, snapshot),
            settings.replayer.ratings,
        )
        return AskedJudge(asked, timed, snapshot)

    def _write_judge(
        self, trial: Trial, origin: RecordingInfo | None, judge: AskedJudge
    ) -> HarnessError | None:
        """Write the judge's recording, if recordings are kept and it has verdicts."""
        if not self.settings.saves_cassettes or not judge.asked.replies:
            return None
        now = datetime.fromtimestamp(self.settings.clock.now(), UTC)
        about = origin or RecordingInfo(
            scenario=trial.key.scenario, trial=trial.key.id, fingerprint="", recorded_at="",
            harness=VERSION,
        )  # fmt: skip
        about = replace(about, recorded_at=now.isoformat(timespec="seconds"), harness=VERSION)
        asked, calls = judge.asked, judge.timed.calls
        path = judge_path(self.settings.replayer.path(trial))
        recording, info = judge_recording(asked.judge, asked.replies, about, judge.snapshot, calls)
        try:
            store.write_cassette(path, recording, info, self.settings.redactor)
        except CassetteError as error:
            return error
        return None

    def _conversation(
        self, target: Target, options: ChatOptions, expected: Sequence[float] = ()
    ) -> Conversation:
        """Open a conversation; `expected` is how long its chats may take, in seconds."""
        settings = self.settings
        schedule = PollSchedule(
            interval=settings.poll_interval, timeout=settings.poll_timeout, expected=expected
        )
        policy = RetryPolicy(jitter=settings.rng.random)
        new_session = partial(new_session_id, settings.rng)
        return open_conversation(target, options, schedule, policy, new_session, self.list_method)

    def _tester(self, trial: Trial) -> Conversation | None:
        """Open the conversation with the target that plays the user, if the trial has one."""
        if trial.tester is None:
            return None
        conversation = self._conversation(trial.tester, tester_options(trial.options))
        for service in self._services(trial):
            conversation = ConversationAtService(conversation, service)
        return conversation

    def _services(self, trial: Trial) -> Mapping[str, HttpTransport]:
        """Return the way to the tester's service if it is another one than the bot's."""
        tester = trial.tester
        if tester is None or tester.base_url == trial.bot.base_url:
            return {}
        return {self._recorded_address(tester): self.settings.transports.of(tester)}

    def _recorded_address(self, target: Target) -> str:
        own = self.settings.transports.of(target).base_url
        return own if target.url else self.settings.recorded_address or own

    def _finish(self, attempt: _Attempt, result: ConversationResult) -> Encoded:
        settings, trial = self.settings, attempt.trial
        if not trial.bot.url:
            add_region_hint(result.error, settings.transports.of(trial.bot).base_url)
        error: HarnessError | None = None
        judge = attempt.judge
        # What the bot said is whole also if the judge then failed.
        is_whole = result.error is None or (
            result.judge_failed and not trial.tester and len(result.turns) == len(attempt.turns)
        )
        if settings.saves_cassettes and is_whole:
            info = attempt.recording_info(settings.candidates.get(trial.key.id))
            try:
                path = settings.replayer.path(trial)
                recorder = attempt.recorder
                store.write_cassette(path, recorder.recording, info, recorder.redactor)
            except CassetteError as write_error:
                error = write_error
            if judge is not None:
                error = error or self._write_judge(trial, info, judge)
        return self.encode(
            build_trial_result(
                trial,
                result,
                http_log=attempt.recorder.http_log,
                request_count=attempt.timed.calls + (judge.timed.calls if judge else 0),
                snapshot=attempt.snapshot,
                recorded_at=attempt.started_at if settings.saves_cassettes else "",
                error=error,
            )
        )


@dataclass(frozen=True, slots=True)
class AskedJudge:
    """A trial's judge, its transport, and its description."""

    asked: LiveJudge
    timed: TimedTransport
    snapshot: BotSnapshot | None


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A trial whose conversation has been opened."""

    trial: Trial
    turns: tuple[Turn, ...]
    generated_values: Mapping[str, str]
    start: datetime
    timed: TimedTransport
    recorder: RecordingTransport
    snapshot: BotSnapshot | None
    judge: AskedJudge | None

    @property
    def started_at(self) -> str:
        """The start, ISO 8601 in UTC."""
        return self.start.isoformat(timespec="seconds")

    def recording_info(self, candidate: CandidateContext | None) -> RecordingInfo:
        return RecordingInfo(
            scenario=self.trial.key.scenario,
            trial=self.trial.key.id,
            fingerprint=fingerprint(
                self.trial.bot, self.trial.options, self.turns, self.trial.tester
            ),
            recorded_at=self.started_at,
            harness=VERSION,
            generated_values=self.generated_values,
            calls=self.timed.calls,
            bot=self.snapshot,
            overridden_options=candidate.options if candidate else {},
            candidate=candidate.candidate if candidate else None,
        )


@dataclass(frozen=True, slots=True)
class _Baseline:
    """What the earlier recording of a trial, or of the candidate's baseline, says about it."""

    trial: Trial | None
    settings: LiveRunner
    replayer: ReplayRunner
    is_candidates: bool

    @classmethod
    def of(cls, trial: Trial, settings: LiveRunner, replayer: ReplayRunner) -> _Baseline:
        candidate = settings.candidates.get(trial.key.id)
        committed = candidate.committed if candidate else trial
        return cls(committed, settings, replayer, candidate is not None)

    def generated_values(self, names: frozenset[str]) -> dict[str, str]:
        """Return the values of a candidate's baseline: both are sent the same prompts."""
        if not self.is_candidates or self.trial is None or not names:
            return {}
        try:
            info = store.read_cassette(self.replayer.path(self.trial)).origin
        except CassetteError:
            return {}
        values = info.generated_values if info else {}
        return {name: values[name] for name in names if name in values}

    def answers(self, turns: Sequence[Turn]) -> Sequence[str | None]:
        """Return the baseline's answers, where an expectation compares with them."""
        expectations = (one for turn in turns for one in turn.expectations)
        kinds = ("same_as_baseline", "judge")
        if self.trial and any(asks_for(one, kind) for one in expectations for kind in kinds):
            return self.replayer.answers(self.trial, self.settings.redactor)
        return ()

    def poll_durations(self) -> tuple[float, ...]:
        """Return how long the recorded chats took, in seconds: polling starts near that."""
        if not self.settings.saves_cassettes or self.trial is None:
            return ()
        try:
            path = self.replayer.path(self.trial)
            return store.read_cassette(path, self.replayer.prefetched).poll_durations
        except CassetteMissingError:
            return ()
        except CassetteError as error:
            if not self.is_candidates:
                self.settings.warn(
                    message("live.recorded_again", where=str(error.where), what=error.what)
                )
            return ()


def _default_workers(trials: Sequence[Trial]) -> int:
    streams = sum(1 for trial in trials if is_streamed(trial))
    return min(max(streams, DEFAULT_WORKERS), STREAM_WORKERS)


def _snapshot_of_version(bot_version: str, snapshot: BotSnapshot) -> BotSnapshot:
    """Return a snapshot of a version; Coze describes only the draft and the published one."""
    if bot_version in ("", _DRAFT, snapshot.version) or snapshot.warning:
        return snapshot
    warning = message("live.version_unknown", version=bot_version)
    return BotSnapshot(version=bot_version, warning=str(warning))  # stored in the recording


def _ended(result: ConversationResult) -> CallFlow[ConversationResult]:
    """Return the flow of a conversation that ends before its first call."""
    yield from ()
    return result
