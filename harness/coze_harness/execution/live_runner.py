"""Live conversations: over the wire, through a recorder, into cassettes when they are to stay."""

from __future__ import annotations

import random
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Final, TypeAlias, TypeVar

from coze_harness.cassettes import CandidateInfo, RecordingInfo, RecordingTransport, Redactor
from coze_harness.cassettes import cassette_files as store
from coze_harness.commands.network import build_redactor, open_transport
from coze_harness.config import Settings
from coze_harness.coze import (
    CozeConversation,
    PollSchedule,
    RetryPolicy,
    fetch_bot_snapshot,
    fingerprint,
)
from coze_harness.coze.region import add_region_hint
from coze_harness.execution import BATCH_SIZE, FlowTask, RateLimit, rate_limited, run_concurrently
from coze_harness.execution.conversation_runner import (
    ConversationResult,
    build_trial_result,
    run_conversation,
)
from coze_harness.execution.replay_runner import ReplayRunner
from coze_harness.expectations import asks_for
from coze_harness.model import BotSnapshot, TrialResult
from coze_harness.model.errors import CassetteError, CassetteMissingError, HarnessError
from coze_harness.model.process_context import ProcessContext
from coze_harness.model.trial import CallFlow, Clock, Trial, Turn
from coze_harness.reporting.encoded_result import EncodedResult, ResultStream, encode_result
from coze_harness.reporting.report_formats import TrialRenderer
from coze_harness.scenarios import generate_values
from coze_harness.transport import HttpTransport, TimedTransport

DEFAULT_WORKERS: Final = 32
# A stream holds its thread and its connection for as long as the bot speaks.
STREAM_WORKERS: Final = 256

Value = TypeVar("Value")
_Asked: TypeAlias = tuple[str, str]
EncodeResult: TypeAlias = Callable[[TrialResult, TrialRenderer, Redactor], EncodedResult]
"""Makes of a result what the run takes: its line, its pieces of the reports, its counts."""
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
    """Opens live conversations.

    Args:
        wire: the network.
        seal: makes of a result what the run takes.
        redactor: takes secrets out of what is kept.
        clock: time.
        rng: chance, for templates and for the jitter of repeated calls.
        limit: the rate that all calls share, if there is one.
        snapshots: what each bot is, by its id and which of its versions is meant.
        interval, timeout: how a chat is waited for, in seconds.
        keeps: whether what is said becomes a recording.
        version: of this program, for the recordings.
        folder: the project's, from which attached files are read.
        replayer: plays what was recorded before.
        beside: what recordings that replace none are made beside, by trial.
        warn: told of what is no error.
    """

    transport: HttpTransport
    encode: Callable[[TrialResult], EncodedResult]
    redactor: Redactor
    clock: Clock
    rng: random.Random
    limit: RateLimit | None
    interval: float
    timeout: float
    saves_cassettes: bool
    version: str
    folder: Path
    replayer: ReplayRunner
    warn: Callable[[str], None]
    candidates: Mapping[str, CandidateContext] = field(default_factory=dict)
    snapshots: Mapping[_Asked, BotSnapshot] = field(default_factory=dict)

    def opener(self, trial: Trial) -> Callable[[], FlowTask[ConversationResult, EncodedResult]]:
        """Return what opens a trial's conversation when its turn comes."""
        return lambda: self._open(trial)

    def openers(
        self, trials: Sequence[Trial]
    ) -> Iterator[Callable[[], FlowTask[ConversationResult, EncodedResult]]]:
        """Yield what opens each trial; recordings from before, if elsewhere, come in batches."""
        for start in range(0, len(trials), BATCH_SIZE):
            batch = trials[start : start + BATCH_SIZE]
            studio = replace(self, replayer=self.replayer.prefetch(batch))
            yield from map(studio.opener, batch)

    def _open(self, trial: Trial) -> FlowTask[ConversationResult, EncodedResult]:
        now = datetime.fromtimestamp(self.clock.now(), UTC)
        drawn = generate_values(
            trial.script.generated_names, now.astimezone(), self.rng
        ) | self._drawn_before(trial)
        line = TimedTransport(self.transport, self.clock.monotonic, root=self.folder)
        recorder = RecordingTransport(line, self.transport.base_url, self.redactor)
        conversation: CallFlow[ConversationResult]
        try:
            turns = tuple(trial.script.turns(drawn))
        except HarnessError as fault:
            turns = ()
            conversation = _over(ConversationResult((), fault))
        else:
            dialogue = CozeConversation(trial.bot, trial.options, self._pace(trial), self._patience)
            conversation = self._limited(
                run_conversation(trial, turns, dialogue, self._answers(trial, turns))
            )

        def finish(held: ConversationResult) -> EncodedResult:
            return self._finish(trial, turns, drawn, recorder, line, held, now)

        return FlowTask(conversation, recorder, finish)

    def look_at_bots(self, trials: Sequence[Trial], workers: int) -> dict[_Asked, BotSnapshot]:
        """Ask each bot once what it is: its draft where that is what the trials talk to.

        Args:
            trials: whose bots.
            workers: how many calls may be under way at a time.
        """
        bots = {requested_version(trial): trial for trial in trials if not trial.options.workflow}
        openers = [partial(self._look, key) for key in bots]
        found = dict(run_concurrently(openers, workers=workers, monotonic=self.clock.monotonic))
        for key, trial in bots.items():
            if warning := found[key].warning:
                self.warn(f"bot {trial.bot.name}: {warning}")
        return found

    def _look(self, key: _Asked) -> FlowTask[BotSnapshot, tuple[_Asked, BotSnapshot]]:
        bot_id, which = key
        patience = RetryPolicy(jitter=self.rng.random, tries=2)
        conversation = self._limited(
            fetch_bot_snapshot(bot_id, patience, published=which != _DRAFT)
        )
        clean = self.redactor.redact_snapshot
        return FlowTask(
            conversation, self.transport, lambda found: (key, clean(_that(which, found)))
        )

    def _limited(self, conversation: CallFlow[Value]) -> CallFlow[Value]:
        return rate_limited(conversation, self.limit) if self.limit else conversation

    @property
    def _patience(self) -> RetryPolicy:
        return RetryPolicy(jitter=self.rng.random)

    def _committed(self, trial: Trial) -> Trial | None:
        beside = self.candidates.get(trial.key.id)
        return beside.committed if beside else trial

    def _drawn_before(self, trial: Trial) -> dict[str, str]:
        """Return the values that a candidate's baseline drew: both shall be asked the same."""
        beside = self.candidates.get(trial.key.id)
        if beside is None or beside.committed is None or not trial.script.generated_names:
            return {}
        try:
            origin = store.read_cassette(self.replayer.path(beside.committed)).origin
        except CassetteError:
            return {}
        drawn = origin.generated_values if origin else {}
        return {name: drawn[name] for name in trial.script.generated_names if name in drawn}

    def _answers(self, trial: Trial, turns: Sequence[Turn]) -> Sequence[str | None]:
        """Return the committed answers, where an expectation asks for them."""
        committed = self._committed(trial)
        demands = (one for turn in turns for one in turn.expectations)
        if committed and any(asks_for(one, "same_as_baseline") for one in demands):
            return self.replayer.answers(committed, self.redactor)
        return ()

    def _pace(self, trial: Trial) -> PollSchedule:
        """Return how to wait: by the last recording's durations, if there is one to read."""
        expected: tuple[float, ...] = ()
        committed = self._committed(trial)
        if self.saves_cassettes and committed is not None:
            try:
                path = self.replayer.path(committed)
                expected = store.read_cassette(path, self.replayer.at_hand).poll_durations
            except CassetteMissingError:
                pass
            except CassetteError as fault:
                if trial.key.id not in self.candidates:
                    self.warn(f"{fault.where}: {fault.what} It is recorded anew.")
        return PollSchedule(interval=self.interval, timeout=self.timeout, expected=expected)

    def _finish(
        self,
        trial: Trial,
        turns: tuple[Turn, ...],
        drawn: Mapping[str, str],
        recorder: RecordingTransport,
        line: TimedTransport,
        held: ConversationResult,
        now: datetime,
    ) -> EncodedResult:
        snapshot = None if trial.options.workflow else self.snapshots.get(requested_version(trial))
        error: HarnessError | None = None
        recorded_at = now.isoformat(timespec="seconds") if self.saves_cassettes else ""
        add_region_hint(held.error, self.transport.base_url)
        if self.saves_cassettes and held.error is None:
            beside = self.candidates.get(trial.key.id)
            origin = RecordingInfo(
                scenario=trial.key.scenario,
                trial=trial.key.id,
                fingerprint=fingerprint(trial.bot.id, trial.options, turns),
                recorded_at=recorded_at,
                harness=self.version,
                generated_values=drawn,
                calls=line.calls,
                bot=snapshot,
                overridden_options=beside.options if beside else {},
                candidate=beside.candidate if beside else None,
            )
            path = self.replayer.path(trial)
            try:
                store.write_cassette(path, recorder.recording, origin, self.redactor)
            except CassetteError as fault:
                error = fault
        result = build_trial_result(
            trial,
            held,
            exchanges=recorder.http_log,
            calls=line.calls,
            snapshot=snapshot,
            recorded_at=recorded_at,
            error=error,
        )
        return self.encode(result)


def open_live_results(
    settings: Settings,
    world: ProcessContext,
    *,
    workers: int | None,
    keeps: bool,
    replayer: ReplayRunner,
    warn: Callable[[str], None],
    beside: Mapping[str, CandidateContext] | None = None,
    seal: EncodeResult = encode_result,
) -> ResultStream:
    """Return what holds trials with Coze itself.

    Args:
        settings: base URL, token, folders, patience.
        world: clock, chance, environment.
        workers: how many calls may be under way at a time.
        keeps: whether the conversations become recordings.
        replayer: plays what was recorded before.
        warn: told of what is no error: a bot that does not say what it is, a recording that could
            not be read and is replaced.
        beside: what recordings that replace none are made beside, by trial.
        seal: makes of a result what the run takes.

    Raises:
        SettingsError: there is nothing to sign in with.
    """
    chosen = workers or settings.workers
    secrets = build_redactor(settings)
    wire = open_transport(settings, world, secrets, workers=chosen or STREAM_WORKERS)
    limit = RateLimit(settings.rate_limit, world.clock.monotonic) if settings.rate_limit else None

    def held(
        trials: Sequence[Trial], renderer: TrialRenderer
    ) -> Generator[Sequence[EncodedResult], None, None]:
        streams = sum(1 for trial in trials if trial.options.stream or trial.options.workflow)
        threads = chosen or min(max(streams, DEFAULT_WORKERS), STREAM_WORKERS)
        try:
            studio = LiveRunner(
                transport=wire,
                encode=lambda result: seal(result, renderer, secrets),
                redactor=secrets,
                clock=world.clock,
                rng=world.rng,
                limit=limit,
                interval=settings.poll.interval,
                timeout=settings.poll.timeout,
                saves_cassettes=keeps,
                version=version("coze-harness"),
                folder=settings.root,
                replayer=replayer,
                warn=warn,
                candidates=beside or {},
            )
            studio = replace(studio, snapshots=studio.look_at_bots(trials, threads))
            # Two threads that load a package and its part at once would each wait for the other.
            import_module("rapidfuzz.distance")
            openers = studio.openers(trials)
            results = run_concurrently(openers, workers=threads, monotonic=world.clock.monotonic)
            with closing(results):
                for result in results:
                    yield (result,)
        finally:
            wire.close()

    return held


def requested_version(trial: Trial) -> tuple[str, str]:
    """Return whom a trial talks to: the bot's id, and its version (empty: the published one)."""
    options = trial.options
    return trial.bot.id, _DRAFT if options.publish_status == _DRAFT else options.bot_version


def _that(which: str, found: BotSnapshot) -> BotSnapshot:
    """Return what is known of a bot's version: Coze tells only of the draft and the published."""
    if which in ("", _DRAFT, found.version) or found.warning:
        return found
    why = f"the prompt and model of version {which} are not known: Coze tells the published ones"
    return BotSnapshot(version=which, warning=why)


def _over(held: ConversationResult) -> CallFlow[ConversationResult]:
    """Return a conversation that ends before it begins."""
    yield from ()
    return held
