"""Live conversations, and their recordings where they are to be saved."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final, Generic, TypeVar

from msgspec import Struct, field

from coze_harness.cassettes import CandidateInfo, RecordingInfo, RecordingTransport, Redactor
from coze_harness.cassettes import cassette_files as store
from coze_harness.coze import fingerprint
from coze_harness.coze.error_codes import add_region_hint
from coze_harness.coze.simulated_user import tester_options
from coze_harness.execution.bot_snapshots import BotSnapshots
from coze_harness.execution.conversation_runner import (
    ConversationResult,
    build_trial_result,
    run_conversation,
)
from coze_harness.execution.earlier_recording import CandidateContext, EarlierRecording
from coze_harness.execution.flow_driver import FlowTask
from coze_harness.execution.judge_cassette import (
    judge_path,
    known_replies,
    write_judge_cassette,
)
from coze_harness.execution.live_conversations import LiveConversations
from coze_harness.execution.live_judge import JudgedTransport, LiveJudge, LiveJudges
from coze_harness.execution.live_scheduler import run_concurrently
from coze_harness.execution.process_pool import in_batches
from coze_harness.execution.recording_facts import is_streamed, requested_version
from coze_harness.execution.replay_runner import ReplayRunner
from coze_harness.execution.turn_sources import ConversationAtService
from coze_harness.messages import UserText, message
from coze_harness.model import BotSnapshot, Target, replace, unknown_snapshot
from coze_harness.model.errors import CassetteError, HarnessError
from coze_harness.model.protocols import CallFlow, Conversation, EncodeResult, GenerateValues
from coze_harness.model.trial import Trial, Turn
from coze_harness.model.version import VERSION
from coze_harness.transport import HttpTransport, ServiceTransports, TimedTransport

DEFAULT_WORKERS: Final = 32
STREAM_WORKERS: Final = 256
"""A stream keeps its thread and its connection for as long as the bot speaks."""

Encoded = TypeVar("Encoded")


class LiveRunner(Struct, frozen=True, kw_only=True):
    """Runs live conversations, many at once.

    Args:
        transports: the network; the caller closes it.
        conversations: opens the conversations, and limits them.
        generate: returns the generated values of a script.
        workers: the most calls at a time; `None`: 32, or up to 256 for streams.
        saves_cassettes: whether the conversations become recordings.
        recorded_address: Coze's address in recordings, without a slash at the end; empty: the one
            that is called. Targets with a URL of their own keep it.
        folder: the project's, from which attached files are read.
        replayer: reads the earlier recordings; its redactor removes secrets from recordings and
            results.
        warn: receives warnings: a bot without information, an unreadable recording that is
            replaced.
        candidates: the baselines of recordings that become candidates, by trial id.
        judge_only: trials whose bot is replayed, so that only their judge is asked: by id, the
            trial for which the judge's recording is written.
        asks_judge_again: whether the judge is asked what is recorded already.
    """

    transports: ServiceTransports
    conversations: LiveConversations
    generate: GenerateValues
    workers: int | None
    saves_cassettes: bool
    recorded_address: str
    folder: Path
    replayer: ReplayRunner
    warn: Callable[[UserText], None]
    candidates: Mapping[str, CandidateContext] = field(default_factory=dict)
    judge_only: Mapping[str, Trial] = field(default_factory=dict)
    asks_judge_again: bool = False

    @property
    def redactor(self) -> Redactor:
        """Removes secrets from recordings and results."""
        return self.replayer.redactor

    def results(
        self, trials: Sequence[Trial], encode: EncodeResult[Encoded]
    ) -> Generator[Sequence[Encoded], None, None]:
        """Run trials and yield their results as they finish; closing it starts nothing new."""
        for result in self.open_session(encode).results(trials):
            yield (result,)

    def open_session(
        self, encode: EncodeResult[Encoded], snapshots: BotSnapshots | None = None
    ) -> LiveSession[Encoded]:
        """Return what runs trials in several rounds.

        `snapshots` are the bots that another session knows already.
        """
        if snapshots is None:
            snapshots = BotSnapshots(self.transports, self.conversations, self.redactor, self.warn)
        judges = LiveJudges(
            transports=self.transports,
            conversations=self.conversations,
            snapshots=snapshots,
            ratings=self.replayer.ratings,
            address=self.address,
        )
        return LiveSession(self, encode, snapshots, judges)

    def address(self, target: Target) -> str:
        """Return the address of a target's service in recordings."""
        base_url = self.transports.for_target(target).base_url
        return base_url if target.url else self.recorded_address or base_url


class LiveSession(Struct, Generic[Encoded], frozen=True):
    """Runs trials of a `LiveRunner` in several rounds, which share bots and judges."""

    settings: LiveRunner
    encode: EncodeResult[Encoded]
    snapshots: BotSnapshots
    judges: LiveJudges

    def results(self, trials: Sequence[Trial]) -> Generator[Encoded, None, None]:
        """Run trials and yield their results as they finish; closing it starts nothing new."""
        # Imported before threads start: two threads that import a package and its submodule at
        # once wait for each other.
        import rapidfuzz.distance  # noqa: F401

        self.fetch_snapshots(trials)
        results = run_concurrently(
            self._task_factories(trials),
            workers=self._workers(trials),
            monotonic=self.settings.conversations.clock.monotonic,
        )
        with closing(results):
            yield from results

    def _workers(self, trials: Sequence[Trial]) -> int:
        streams = sum(map(is_streamed, trials))
        return self.settings.workers or min(max(streams, DEFAULT_WORKERS), STREAM_WORKERS)

    def _task_factories(
        self, trials: Sequence[Trial]
    ) -> Iterator[Callable[[], FlowTask[ConversationResult, Encoded]]]:
        """Yield a function for each trial that opens its conversation."""
        for batch in in_batches(trials):
            replayer = self.settings.replayer.prefetch(batch)
            for trial in batch:
                yield partial(self._open, trial, replayer)

    def fetch_snapshots(self, trials: Sequence[Trial]) -> None:
        """Fetch the descriptions of the bots that trials talk to, each once."""
        live_trials = [trial for trial in trials if trial.key.id not in self.settings.judge_only]
        judges = [trial.judge for trial in trials if trial.judge]
        versions = {*map(requested_version, live_trials), *((judge, "") for judge in judges)}
        self.snapshots.fetch(versions, self._workers(trials))

    def snapshot(self, trial: Trial) -> BotSnapshot | None:
        """Return the redacted description of the bot that a trial talks to, once it is fetched."""
        return self.snapshots.find_redacted(requested_version(trial))

    def _open(self, trial: Trial, replayer: ReplayRunner) -> FlowTask[ConversationResult, Encoded]:
        settings = self.settings
        if trial.key.id in settings.judge_only:
            return self._open_judge(trial, replayer)
        clock = settings.conversations.clock
        candidate = settings.candidates.get(trial.key.id)
        recorded_trial = candidate.baseline if candidate else trial
        earlier = EarlierRecording(recorded_trial, replayer, is_candidates=candidate is not None)
        now = datetime.fromtimestamp(clock.now(), UTC)
        names = trial.script.generated_names
        values = dict(settings.generate(names, now.astimezone(), settings.conversations.rng))
        values |= earlier.generated_values(names)
        timed_transport = TimedTransport(
            settings.transports.for_target(trial.bot),
            clock.monotonic,
            root=settings.folder,
            services=self._services(trial),
        )
        recorder = RecordingTransport(
            timed_transport, settings.address(trial.bot), settings.redactor
        )
        snapshot = self.snapshots.find(requested_version(trial))
        if trial.bot.is_project:
            snapshot = unknown_snapshot(message("live.project_snapshot"))
        if snapshot is not None:
            # First, so that the bot cannot repeat a secret of its prompt without its context.
            snapshot = recorder.redactor.redact_snapshot(snapshot)
        turns: tuple[Turn, ...] = ()
        judge: LiveJudge | None = None
        flow: CallFlow[ConversationResult]
        try:
            turns = tuple(trial.script.turns(values))
        except HarnessError as error:
            flow = _end_at_once(ConversationResult((), error))
        else:
            # With a simulated user, no two conversations have the same turns.
            is_known = settings.saves_cassettes and trial.tester is None
            poll_durations = earlier.poll_durations(settings.warn) if is_known else ()
            conversation = settings.conversations.open(trial.bot, trial.options, poll_durations)
            answers = earlier.answers(turns)
            judge = self._judge(trial, replayer, recorder.redactor)
            flow = run_conversation(
                trial,
                turns,
                conversation,
                answers,
                snapshot,
                self._tester(trial),
                judge,
            )
            flow = settings.conversations.limit(flow)
        started_at = now.isoformat(timespec="seconds")
        attempt = _Attempt(
            trial, turns, values, started_at, timed_transport, recorder, snapshot, judge
        )
        transport = JudgedTransport(recorder, judge) if judge else recorder
        return FlowTask(flow, transport, partial(self._finish, attempt))

    def _open_judge(
        self, trial: Trial, replayer: ReplayRunner
    ) -> FlowTask[ConversationResult, Encoded]:
        """Open a trial whose bot is replayed, so that all its calls are the judge's."""
        judge = self._judge(trial, replayer, self.settings.redactor)
        assert judge is not None  # noqa: S101 (only trials with a judge are selected)
        try:
            replay = replayer.open_replay(trial)
        except HarnessError as error:
            flow = _end_at_once(ConversationResult((), error))
            return FlowTask(
                flow, judge, lambda result: self.encode(build_trial_result(trial, result))
            )
        flow = self.settings.conversations.limit(replay.flow(judge))

        def finish(conversation: ConversationResult) -> Encoded:
            judge_trial = self.settings.judge_only[trial.key.id]
            error = self._write_judge(judge_trial, replay.recording.origin, judge)
            result = replay.result(conversation, error)
            return self.encode(replace(result, request_count=judge.calls))

        return FlowTask(flow, judge, finish)

    def _judge(self, trial: Trial, replayer: ReplayRunner, redactor: Redactor) -> LiveJudge | None:
        """Return what asks a trial's judge; `None` if no expectation needs one."""
        target, settings = trial.judge, self.settings
        if target is None:
            return None
        paths: list[str] = []
        if not settings.asks_judge_again:
            candidate = settings.candidates.get(trial.key.id)
            baseline = candidate.baseline if candidate else None
            others = (trial, baseline, settings.judge_only.get(trial.key.id))
            paths = [judge_path(replayer.path(one)) for one in others if one]
        known = known_replies(paths, target, self.snapshots.find_redacted((target, "")))
        return self.judges.open(target, known, redactor)

    def _write_judge(
        self, trial: Trial, origin: RecordingInfo | None, judge: LiveJudge
    ) -> HarnessError | None:
        """Write the judge's recording, if recordings are kept and it has verdicts."""
        settings = self.settings
        if not settings.saves_cassettes or not judge.replies:
            return None
        try:
            write_judge_cassette(
                judge_path(settings.replayer.path(trial)),
                judge.judge,
                judge.as_cassette(),
                settings.redactor,
                scenario=origin.scenario if origin else trial.key.scenario,
                trial=origin.trial if origin else trial.key.id,
                recorded_at=settings.conversations.time_of_recording(),
                candidate=origin.candidate if origin else None,
            )
        except CassetteError as error:
            return error
        return None

    def _tester(self, trial: Trial) -> Conversation | None:
        """Open the conversation with the target that plays the user, if the trial has one."""
        if trial.tester is None:
            return None
        options = tester_options(trial.options)
        conversation = self.settings.conversations.open(trial.tester, options)
        for service in self._services(trial):
            conversation = ConversationAtService(conversation, service)
        return conversation

    def _services(self, trial: Trial) -> Mapping[str, HttpTransport]:
        """Return the way to the tester's service if it is another one than the bot's."""
        tester = trial.tester
        if tester is None or tester.base_url == trial.bot.base_url:
            return {}
        return {self.settings.address(tester): self.settings.transports.for_target(tester)}

    def _finish(self, attempt: _Attempt, result: ConversationResult) -> Encoded:
        settings, trial = self.settings, attempt.trial
        if not trial.bot.url:
            add_region_hint(result.error, settings.transports.for_target(trial.bot).base_url)
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
                request_count=attempt.timed_transport.calls + (judge.calls if judge else 0),
                snapshot=attempt.snapshot,
                recorded_at=attempt.started_at if settings.saves_cassettes else "",
                error=error,
            )
        )


class _Attempt(Struct, frozen=True):
    """A trial whose conversation has been opened; `started_at` is ISO 8601 in UTC."""

    trial: Trial
    turns: tuple[Turn, ...]
    generated_values: Mapping[str, str]
    started_at: str
    timed_transport: TimedTransport
    recorder: RecordingTransport
    snapshot: BotSnapshot | None
    judge: LiveJudge | None

    def recording_info(self, context: CandidateContext | None) -> RecordingInfo:
        trial, key = self.trial, self.trial.key
        candidate = CandidateInfo(case=key.case, trial=key.trial, bot=key.bot, bot_id=trial.bot.id)
        return RecordingInfo(
            scenario=key.scenario,
            trial=key.id,
            fingerprint=fingerprint(trial.bot, trial.options, self.turns, trial.tester),
            recorded_at=self.started_at,
            harness=VERSION,
            generated_values=self.generated_values,
            calls=self.timed_transport.calls,
            bot=self.snapshot,
            overridden_options=context.options if context else {},
            candidate=candidate if context else None,
        )


def _end_at_once(result: ConversationResult) -> CallFlow[ConversationResult]:
    """Return the flow of a conversation that ends before its first call."""
    yield from ()
    return result
