"""Replay: a `ReplayTransport` takes the place of the network. No session, no token, no clock."""

from __future__ import annotations

import os
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final, Generic, TypeVar

from coze_harness.cassettes import Recording, Redactor, ReplayTransport
from coze_harness.cassettes import cassette_files as store
from coze_harness.cassettes.request_difference import request_differences
from coze_harness.coze import PollSchedule, RetryPolicy, fingerprint, open_conversation
from coze_harness.coze.request_fingerprint import prompt_bodies, recorded_prompt_bodies
from coze_harness.coze.simulated_user import tester_options
from coze_harness.execution.conversation_runner import (
    ConversationResult,
    build_trial_result,
    run_conversation,
)
from coze_harness.execution.flow_driver import run_flow
from coze_harness.execution.judge_ratings import JudgeRatings
from coze_harness.execution.process_pool import BATCH_SIZE, in_batches, map_in_processes
from coze_harness.execution.project_sessions import recorded_session_id
from coze_harness.execution.recorded_tools import with_recorded_tools
from coze_harness.execution.simulation_changes import simulation_changes
from coze_harness.execution.trial_judge import RecordedJudge, TrialJudge, judge_path
from coze_harness.messages import LocalizedText, literal, message
from coze_harness.model import JSON, Reply, TrialResult, replace
from coze_harness.model.errors import (
    CassetteMismatchError,
    CassetteMissingError,
    CassetteStaleError,
    HarnessError,
)
from coze_harness.model.location import Location
from coze_harness.model.protocols import CallFlow, Conversation, EncodeResult
from coze_harness.model.trial import Trial, Turn
from coze_harness.text.safe_regex import UserPattern

Encoded = TypeVar("Encoded")

_SCHEDULE = PollSchedule()
_NO_RETRY = RetryPolicy(jitter=lambda: 0.0, tries=1)
_MAX_CHANGES: Final = 12


@dataclass(frozen=True, slots=True)
class ReplayRunner:
    """Replays the trials of a project. Picklable, so that processes can share the work.

    Args:
        root: the project's folder as messages show it; empty for the working folder.
        patterns: the project's `redact` patterns, which its recordings have been through.
        presets: the project's `redact` presets.
        record_command: the command that records again, for messages.
        prefetched: recordings that were fetched by URL.
        ratings: how far judges can be trusted; none to trust all of them.
    """

    root: str
    patterns: tuple[UserPattern, ...] = ()
    presets: tuple[str, ...] = ()
    record_command: str = "record"
    prefetched: store.PrefetchedCassettes = field(default_factory=dict, repr=False, compare=False)
    ratings: JudgeRatings = field(default_factory=JudgeRatings)

    def results(
        self,
        trials: Sequence[Trial],
        encode: EncodeResult[Encoded],
        *,
        workers: int,
        size: int = BATCH_SIZE,
    ) -> Generator[Sequence[Encoded], None, None]:
        """Replay trials on `workers` processes, in batches of at most `size`."""
        if workers > 1 or not trials or "://" not in trials[0].key.cassette:
            work = _BatchReplay(self, encode)
            yield from map_in_processes(work, trials, workers=workers, size=size)
            return
        # However small the batches are, remote recordings are fetched many at a time.
        for batch in in_batches(trials):
            work = _BatchReplay(self.prefetch(batch), encode)
            yield from map_in_processes(work, batch, workers=1, size=size)

    def results_on_cluster(
        self, trials: Sequence[Trial], encode: EncodeResult[Encoded], *, address: str, root: str
    ) -> Generator[Sequence[Encoded], None, None]:
        """Replay trials on a Dask cluster.

        Args:
            trials: the trials to replay.
            encode: encodes each result on the worker.
            address: the scheduler's address.
            root: the project's folder as the workers see it.

        Raises:
            UsageError: nothing listens at the address, or a package is missing.
        """
        from coze_harness.execution.dask_cluster import map_on_cluster

        yield from map_on_cluster(address, _BatchReplay(replace(self, root=root), encode), trials)

    @property
    def redactor(self) -> Redactor:
        """The redactor of the project's rules; without a token, its secret is not known."""
        return Redactor((), self.patterns, self.presets)

    def replay(
        self,
        trial: Trial,
        redactor: Redactor,
        baseline_answers: Sequence[str | None] | None = None,
        judged_as: Trial | None = None,
    ) -> TrialResult:
        """Replay and judge one trial. An unusable cassette is the result's error.

        Args:
            trial: the trial to replay.
            redactor: the redactor that its recording has been through.
            baseline_answers: `None` if this recording is the baseline itself.
            judged_as: the trial that has the judge's recording, if it is another one.
        """
        try:
            recording, turns = self.load(trial, self.path(trial))
        except HarnessError as error:
            return build_trial_result(trial, ConversationResult(()), error=error)
        return self.replay_recording(trial, recording, turns, redactor, baseline_answers, judged_as)

    def replay_recording(
        self,
        trial: Trial,
        recording: Recording,
        turns: Sequence[Turn],
        redactor: Redactor,
        baseline_answers: Sequence[str | None] | None = None,
        judged_as: Trial | None = None,
    ) -> TrialResult:
        """Replay and judge a recording that has been loaded.

        Args:
            trial: the trial.
            recording: its recording.
            turns: its turns.
            redactor: the redactor that the recording has been through.
            baseline_answers: `None` if this recording is the baseline itself.
            judged_as: the trial that has the judge's recording, if it is another one.
        """
        transport = ReplayTransport(recording, self.path(trial), redactor)
        turns = with_recorded_tools(turns, transport)
        replay = RecordedConversation(self, trial, recording, turns, transport, baseline_answers)
        judge = self.judge_of(judged_as or trial, redactor)
        result = replay.result(run_flow(replay.flow(judge), transport))
        return replace(result, edited=True) if judge and judge.is_edited else result

    def open_replay(self, trial: Trial, redactor: Redactor) -> RecordedConversation:
        """Open the recording of a trial, whose judge is then asked.

        Raises:
            CassetteError: the recording is missing, unreadable or stale.
            ScenarioError: a template cannot be filled.
        """
        path = self.path(trial)
        recording, turns = self.load(trial, path)
        transport = ReplayTransport(recording, path, redactor)
        return RecordedConversation(
            self, trial, recording, with_recorded_tools(turns, transport), transport, None
        )

    def check_simulation(self, trial: Trial, recording: Recording, turns: Sequence[Turn]) -> None:
        """Check that the recording of a simulated conversation reaches an end.

        Raises:
            CassetteStaleError: it does not, by today's expectations.
        """
        transport = ReplayTransport(recording, self.path(trial), self.redactor)
        turns = with_recorded_tools(turns, transport)
        replay = RecordedConversation(self, trial, recording, turns, transport, None)
        result = run_flow(replay.flow(self.judge_of(trial, self.redactor)), transport)
        error = self.explained(trial, result, transport).error
        if isinstance(error, CassetteStaleError) and not result.judge_failed:
            raise error

    def explained(
        self, trial: Trial, result: ConversationResult, transport: ReplayTransport
    ) -> ConversationResult:
        """Return a result that says why a simulated conversation is not recorded to its end."""
        is_mismatch = isinstance(result.error, CassetteMismatchError)
        if trial.tester is None or not (is_mismatch and transport.is_at_end):
            return result
        what = message("simulate.goes_on", trial=trial.key.id, turn=len(result.turns))
        return replace(result, error=self._stale(trial, self.path(trial), what))

    def answers(self, trial: Trial, redactor: Redactor) -> tuple[str | None, ...]:
        """Return a recording's answers, up to the first turn that it no longer answers."""
        path = self.path(trial)
        if trial.tester is not None:
            return ()  # the answers to other prompts
        try:
            recording = store.read_cassette(path, self.prefetched)
            turns = trial.script.turns(_generated_values(recording))
        except HarnessError:
            return ()
        transport = ReplayTransport(recording, path, redactor)
        conversation = _open(trial, transport)
        unjudged = [
            replace(turn, expectations=()) for turn in with_recorded_tools(turns, transport)
        ]
        result = run_flow(run_conversation(trial, unjudged, conversation), transport)
        return tuple(turn.reply.answer if turn.reply else None for turn in result.turns)

    def judge_of(self, trial: Trial, redactor: Redactor) -> RecordedJudge | None:
        """Return what replays a trial's judge; `None` if no expectation needs one."""
        if trial.judge is None:
            return None
        path = judge_path(self.path(trial))
        option = " --judge-only" if self.record_command == "record" else ""
        command = f"coze-harness {self.record_command}{option} {trial.key.file}"
        return RecordedJudge(
            trial, trial.judge, path, redactor, command, self.prefetched, self.ratings
        )

    def path(self, trial: Trial) -> str:
        """Return the path or URL of a trial's cassette, as text: pathlib is slower than a read."""
        cassette = trial.key.cassette
        if "://" in cassette:
            return cassette
        return os.path.join(self.root, cassette)  # noqa: PTH118 (as said)

    def prefetch(self, trials: Sequence[Trial]) -> ReplayRunner:
        """Return a runner that has fetched the remote recordings of trials, all at once.

        They are dropped with the runner: give it a batch.
        """
        if not trials or "://" not in trials[0].key.cassette:
            return self
        urls = {trial.key.cassette for trial in trials}
        urls |= {judge_path(trial.key.cassette) for trial in trials if trial.judge}
        urls -= self.prefetched.keys()
        return replace(self, prefetched=store.fetch_cassettes(sorted(urls))) if urls else self

    def load(self, trial: Trial, path: str) -> tuple[Recording, Sequence[Turn]]:
        """Return a trial's recording and its turns, filled with the recorded generated values.

        Raises:
            CassetteError: the recording is missing, unreadable or stale.
            ScenarioError: a template cannot be filled.
        """
        try:
            recording = store.read_cassette(path, self.prefetched)
        except CassetteMissingError:
            raise missing_recording_error(trial, path, self.record_command) from None
        values = _generated_values(recording)
        if missing := trial.script.generated_names - values.keys():
            names = tuple(sorted(missing))
            what = message("replay.stale.values", trial=trial.key.id, names=names)
            raise self._stale(trial, path, what)
        turns = trial.script.turns(values)
        info = recording.origin
        if info and info.fingerprint:
            now = fingerprint(trial.bot, trial.options, turns, trial.tester)
            if now != info.fingerprint:
                if trial.tester is not None:
                    changes = simulation_changes(trial, trial.tester, turns[0], recording)
                else:
                    changes = _changes(trial, turns, recording)
                raise self._stale(trial, path, *changes)
        return recording, turns

    def _stale(
        self, trial: Trial, path: str, what: LocalizedText, *changes: LocalizedText
    ) -> CassetteStaleError:
        return CassetteStaleError(
            what,
            where=Location(path),
            detail=(_scenario(trial), *changes),
            next_step=literal(f"coze-harness {self.record_command} {trial.key.file}"),
        )


@dataclass(frozen=True, slots=True)
class RecordedConversation:
    """A trial's recording and what plays it; only the judge may take calls."""

    runner: ReplayRunner
    trial: Trial
    recording: Recording
    turns: Sequence[Turn]
    transport: ReplayTransport
    baseline_answers: Sequence[str | None] | None

    def flow(self, judge: TrialJudge | None) -> CallFlow[ConversationResult]:
        """Replay the conversation and judge the replies; the calls are those of the judge."""
        info, transport = self.recording.origin, self.transport
        tester = _open_tester(self.trial, transport)
        return run_conversation(
            self.trial,
            self.turns,
            _PlayedConversation(_open(self.trial, transport), transport),
            self.baseline_answers,
            info.bot if info else None,
            _PlayedConversation(tester, transport) if tester else None,
            judge,
        )

    def result(
        self, conversation: ConversationResult, error: HarnessError | None = None
    ) -> TrialResult:
        """Return the trial's result; `error` is one of writing what the judge said."""
        info = self.recording.origin
        conversation = self.runner.explained(self.trial, conversation, self.transport)
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


@dataclass(frozen=True, slots=True)
class _PlayedConversation:
    """A conversation that is replayed at once, without waiting between polls."""

    conversation: Conversation
    transport: ReplayTransport

    def run_turn(self, turn: Turn) -> CallFlow[Reply]:
        """Return the recorded reply."""
        yield from ()
        return run_flow(self.conversation.run_turn(turn), self.transport)


@dataclass(frozen=True, slots=True)
class _BatchReplay(Generic[Encoded]):
    """Replays and judges batches of trials, in any process."""

    runner: ReplayRunner
    encode: EncodeResult[Encoded]

    def __call__(self, trials: Sequence[Trial]) -> list[Encoded]:
        redactor, encode = self.runner.redactor, self.encode
        replay = self.runner.prefetch(trials).replay
        return [encode(replay(trial, redactor)) for trial in trials]


def _open(trial: Trial, transport: ReplayTransport) -> Conversation:
    new_session = partial(recorded_session_id, transport)
    return open_conversation(trial.bot, trial.options, _SCHEDULE, _NO_RETRY, new_session)


def _open_tester(trial: Trial, transport: ReplayTransport) -> Conversation | None:
    if trial.tester is None:
        return None
    options = tester_options(trial.options)
    new_session = partial(recorded_session_id, transport)
    return open_conversation(trial.tester, options, _SCHEDULE, _NO_RETRY, new_session)


def missing_recording_error(
    trial: Trial, path: str, record_command: str = "record"
) -> CassetteMissingError:
    """Return the error for a trial that was never recorded."""
    return CassetteMissingError(
        message("replay.missing", trial=trial.key.id),
        where=Location(path),
        detail=(_scenario(trial),),
        next_step=message(
            "replay.missing.next", command=f"coze-harness {record_command} {trial.key.file}"
        ),
    )


def _scenario(trial: Trial) -> LocalizedText:
    return message("replay.scenario", location=str(trial.location))


def _generated_values(recording: Recording) -> Mapping[str, str]:
    return recording.origin.generated_values if recording.origin else {}


def _changes(trial: Trial, turns: Sequence[Turn], recording: Recording) -> Sequence[LocalizedText]:
    """Return what changed, then how, as far as the recorded requests show it."""
    recorded = recorded_prompt_bodies(
        [
            (item.target.partition("?")[0], item.request_body, item.response_body)
            for item in recording.interactions
        ]
    )
    now = prompt_bodies(trial.bot, trial.options, turns)
    what: LocalizedText | None = None
    lines: list[LocalizedText] = []
    for turn, (before, after) in enumerate(zip(recorded, now, strict=False), 1):
        changes = request_differences(before, after)
        lines += [message("replay.turn", turn=turn, line=line) for line in changes]
        if changes and what is None:
            what = (
                message("replay.stale.prompt", trial=trial.key.id, turn=turn)
                if _prompt(before) != _prompt(after)
                else message("replay.stale.request", trial=trial.key.id, turn=turn)
            )
    if len(recorded) != len(now):
        what = what or message("replay.stale.turns", trial=trial.key.id)
        lines.append(message("replay.recorded_turns", n=len(recorded)))
        lines.append(message("replay.now_turns", n=len(now)))
    return (what or message("replay.stale", trial=trial.key.id), *lines[:_MAX_CHANGES])


def _prompt(body: JSON) -> JSON:
    return body.get("additional_messages") if isinstance(body, Mapping) else body
