"""Replay: a `ReplayTransport` takes the place of the network. No session, no token, no clock."""

from __future__ import annotations

import os
from collections.abc import Generator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct, field

from coze_harness.cassettes import Recording, RecordingInfo, Redactor, ReplayTransport
from coze_harness.cassettes import cassette_files as store
from coze_harness.cassettes.judge_ratings import JudgeRatings
from coze_harness.coze import fingerprint
from coze_harness.execution.conversation_runner import (
    ConversationResult,
    build_trial_result,
    run_conversation,
)
from coze_harness.execution.flow_driver import run_flow
from coze_harness.execution.judge_cassette import judge_path
from coze_harness.execution.process_pool import BATCH_SIZE, in_batches, map_in_processes
from coze_harness.execution.recorded_conversation import RecordedConversation
from coze_harness.execution.recorded_tools import with_recorded_tools
from coze_harness.execution.replayed_conversations import open_replayed
from coze_harness.execution.stale_recording import (
    missing_recording_error,
    stale_recording_error,
)
from coze_harness.messages import message
from coze_harness.messages.shell_word import shell_word
from coze_harness.model import TrialResult, replace
from coze_harness.model.errors import (
    CassetteError,
    CassetteMissingError,
    CassetteStaleError,
    HarnessError,
)
from coze_harness.model.protocols import EncodeResult
from coze_harness.model.trial import Trial, Turn

if TYPE_CHECKING:  # most projects have no judge
    from coze_harness.execution.recorded_judge import RecordedJudge

Encoded = TypeVar("Encoded")


class ReplayRunner(Struct, frozen=True):
    """Replays the trials of a project. Picklable, so that processes can share the work.

    Args:
        root: the project's folder as messages show it; empty for the working folder.
        redactor: the one that the project's recordings have been through.
        record_command: the command that records again, for messages.
        prefetched: recordings that were fetched by URL.
        ratings: how far judges can be trusted; none to trust all of them.
    """

    root: str
    redactor: Redactor
    record_command: str = "record"
    prefetched: store.PrefetchedCassettes = field(default_factory=dict)
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
            work = partial(_replay_batch, self, encode)
            yield from map_in_processes(work, trials, workers=workers, size=size)
            return
        # However small the batches are, remote recordings are fetched many at a time.
        for batch in in_batches(trials):
            work = partial(_replay_batch, self.prefetch(batch), encode)
            yield from map_in_processes(work, batch, workers=1, size=size)

    def results_on_cluster(
        self, trials: Sequence[Trial], encode: EncodeResult[Encoded], *, address: str, root: str
    ) -> Generator[Sequence[Encoded], None, None]:
        """Replay trials on a Dask cluster.

        `root` is the project's folder as the workers see it.

        Raises:
            UsageError: nothing listens at the address, or a package is missing.
        """
        from coze_harness.execution.dask_cluster import map_on_cluster

        work = partial(_replay_batch, replace(self, root=root), encode)
        yield from map_on_cluster(address, work, trials)

    def replay(
        self,
        trial: Trial,
        baseline_answers: Sequence[str | None] | None = None,
        judged_as: Trial | None = None,
    ) -> TrialResult:
        """Replay and judge one trial. An unusable cassette is the result's error.

        Args:
            trial: the trial to replay.
            baseline_answers: `None` if this recording is the baseline itself.
            judged_as: the trial that has the judge's recording, if it is another one.
        """
        try:
            recording, turns = self.load(trial, self.path(trial))
        except HarnessError as error:
            return build_trial_result(trial, ConversationResult(()), error=error)
        return self.replay_recording(trial, recording, turns, baseline_answers, judged_as)

    def replay_recording(
        self,
        trial: Trial,
        recording: Recording,
        turns: Sequence[Turn],
        baseline_answers: Sequence[str | None] | None = None,
        judged_as: Trial | None = None,
    ) -> TrialResult:
        """Replay and judge a recording that has been loaded.

        The other parameters are those of `replay`.
        """
        replay = self._open(trial, recording, turns, baseline_answers)
        judge = self.judge_of(judged_as or trial)
        result = replay.result(run_flow(replay.flow(judge), replay.transport))
        return replace(result, edited=True) if judge and judge.is_edited else result

    def open_replay(self, trial: Trial) -> RecordedConversation:
        """Open the recording of a trial, whose judge is then asked.

        Raises:
            CassetteError: the recording is missing, unreadable or stale.
            ScenarioError: a template cannot be filled.
        """
        return self._open(trial, *self.load(trial, self.path(trial)))

    def _open(
        self,
        trial: Trial,
        recording: Recording,
        turns: Sequence[Turn],
        baseline_answers: Sequence[str | None] | None = None,
    ) -> RecordedConversation:
        path = self.path(trial)
        transport = ReplayTransport(recording, path, self.redactor)
        turns = with_recorded_tools(turns, transport)
        return RecordedConversation(
            trial, recording, turns, transport, path, self.record_command, baseline_answers
        )

    def check_simulation(self, trial: Trial, recording: Recording, turns: Sequence[Turn]) -> None:
        """Check that the recording of a simulated conversation reaches an end.

        Raises:
            CassetteStaleError: it does not, by today's expectations.
        """
        replay = self._open(trial, recording, turns)
        result = run_flow(replay.flow(self.judge_of(trial)), replay.transport)
        error = replay.with_end_explained(result).error
        if isinstance(error, CassetteStaleError) and not result.judge_failed:
            raise error

    def answers(self, trial: Trial) -> tuple[str | None, ...]:
        """Return a recording's answers, up to the first turn that it no longer answers."""
        path = self.path(trial)
        if trial.tester is not None:
            return ()  # the answers to other prompts
        try:
            recording = store.read_cassette(path, self.prefetched)
            turns = trial.script.turns(_generated_values(recording))
        except HarnessError:
            return ()
        transport = ReplayTransport(recording, path, self.redactor)
        conversation = open_replayed(trial.bot, trial.options, transport)
        turns_without_expectations = [
            replace(turn, expectations=()) for turn in with_recorded_tools(turns, transport)
        ]
        result = run_flow(
            run_conversation(trial, turns_without_expectations, conversation), transport
        )
        return tuple(turn.reply.answer if turn.reply else None for turn in result.turns)

    def judge_of(self, trial: Trial) -> RecordedJudge | None:
        """Return what replays a trial's judge; `None` if no expectation needs one."""
        if trial.judge is None:
            return None
        from coze_harness.execution.recorded_judge import RecordedJudge

        path = judge_path(self.path(trial))
        option = " --judge-only" if self.record_command == "record" else ""
        command = f"coze-harness {self.record_command}{option} {shell_word(trial.key.file)}"
        return RecordedJudge(
            trial, trial.judge, path, self.redactor, command, self.prefetched, self.ratings
        )

    def origin(self, trial: Trial) -> RecordingInfo | None:
        """Return what a trial's recording says about itself; `None` if it cannot be read."""
        try:
            return store.read_cassette(self.path(trial), self.prefetched).origin
        except CassetteError:
            return None

    def path(self, trial: Trial) -> str:
        """Return the path or URL of a trial's cassette, as text: pathlib is slower than a read."""
        cassette = trial.key.cassette
        if "://" in cassette:
            return cassette
        return os.path.join(self.root, cassette)  # noqa: PTH118 (pathlib is slower)

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
            raise stale_recording_error(trial, path, self.record_command, what)
        turns = trial.script.turns(values)
        info = recording.origin
        if info and info.fingerprint:
            current = fingerprint(trial.bot, trial.options, turns, trial.tester)
            if current != info.fingerprint:
                from coze_harness.execution.recording_changes import recording_changes

                changes = recording_changes(trial, turns, recording)
                raise stale_recording_error(trial, path, self.record_command, *changes)
        return recording, turns


def _replay_batch(
    runner: ReplayRunner, encode: EncodeResult[Encoded], trials: Sequence[Trial]
) -> list[Encoded]:
    """Replay and judge a batch of trials, in any process."""
    replay = runner.prefetch(trials).replay
    return [encode(replay(trial)) for trial in trials]


def _generated_values(recording: Recording) -> Mapping[str, str]:
    return recording.origin.generated_values if recording.origin else {}
