"""Replay: a trial's tape takes the place of the network. No session, no token, no clock."""

from __future__ import annotations

import os
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace

from coze_harness.cassettes import Recording, Redactor, ReplayTransport
from coze_harness.cassettes import cassette_files as store
from coze_harness.cassettes.replay_transport import request_differences
from coze_harness.coze import (
    CozeConversation,
    PollSchedule,
    RetryPolicy,
    fingerprint,
)
from coze_harness.coze import (
    request_fingerprint as asked,
)
from coze_harness.execution import BATCH_SIZE, map_in_processes, run_flow
from coze_harness.execution.conversation_runner import (
    ConversationResult,
    build_trial_result,
    run_conversation,
)
from coze_harness.execution.recorded_tools import with_recorded_tools
from coze_harness.model import TrialResult
from coze_harness.model.errors import CassetteMissingError, CassetteStaleError, HarnessError
from coze_harness.model.location import Location
from coze_harness.model.trial import Trial, Turn
from coze_harness.reporting.encoded_result import EncodedResult, ResultStream, encode_result
from coze_harness.reporting.report_formats import TrialRenderer

_PACE = PollSchedule()
_PATIENCE = RetryPolicy(jitter=lambda: 0.0, tries=1)


@dataclass(frozen=True, slots=True)
class ReplayRunner:
    """Replays the trials of a project; picklable, so that processes can share the work.

    Args:
        root: the project's folder, as it is to be shown in messages too; empty for the working one.
        patterns: the project's own `redact` patterns, which the recordings have been through.
        again: the command that makes a recording anew, for messages.
        at_hand: recordings that were fetched by URL.
    """

    root: str
    patterns: tuple[str, ...] = ()
    record_command: str = "record"
    at_hand: store.PrefetchedCassettes = field(default_factory=dict, repr=False, compare=False)

    def source(self, workers: int, size: int) -> ResultStream:
        """Return what replays trials on so many processes, in batches of at most `size`."""

        def replayed(
            trials: Sequence[Trial], renderer: TrialRenderer
        ) -> Generator[Sequence[EncodedResult], None, None]:
            if workers < 2 and trials and "://" in trials[0].key.cassette:
                yield from self._fetching_ahead(trials, renderer, size)
                return
            yield from map_in_processes(_Player(self, renderer), trials, workers=workers, size=size)

        return replayed

    def _fetching_ahead(
        self, trials: Sequence[Trial], renderer: TrialRenderer, size: int
    ) -> Generator[Sequence[EncodedResult], None, None]:
        """Replay in this process, however small the batches, with many fetched at a time."""
        for start in range(0, len(trials), BATCH_SIZE):
            chunk = trials[start : start + BATCH_SIZE]
            player = _Player(self.prefetch(chunk), renderer)
            yield from map_in_processes(player, chunk, workers=1, size=size)

    def on_cluster(self, address: str, root: str) -> ResultStream:
        """Return what replays trials on a Dask cluster.

        Args:
            address: the scheduler's.
            root: the project's folder, as its workers find it.

        Raises:
            UsageError: nobody listens at the address, or a package is missing.
        """
        from coze_harness.execution.dask_cluster import check_scheduler, map_on_cluster

        check_scheduler(address)

        def replayed(
            trials: Sequence[Trial], renderer: TrialRenderer
        ) -> Generator[Sequence[EncodedResult], None, None]:
            there = replace(self, root=root)
            yield from map_on_cluster(address, _Player(there, renderer), trials)

        return replayed

    @property
    def redactor(self) -> Redactor:
        """What recordings have been through, as far as it is known without a token."""
        return Redactor(patterns=self.patterns)

    def replay(
        self, trial: Trial, redactor: Redactor, committed: Sequence[str | None] | None = None
    ) -> TrialResult:
        """Replay and judge one trial; whatever is wrong with its cassette is the result's error.

        Args:
            trial: what is replayed.
            redactor: what its recording has been through.
            committed: the baseline's answers; `None` where this recording is the baseline.
        """
        try:
            recording, turns = self.load(trial, self.path(trial))
        except HarnessError as fault:
            return build_trial_result(trial, ConversationResult(()), error=fault)
        return self.replay_recording(trial, recording, turns, redactor, committed)

    def replay_recording(
        self,
        trial: Trial,
        recording: Recording,
        turns: Sequence[Turn],
        redactor: Redactor,
        committed: Sequence[str | None] | None = None,
    ) -> TrialResult:
        """Replay and judge a recording that has been loaded."""
        tape = ReplayTransport(recording, self.path(trial), redactor)
        dialogue = CozeConversation(trial.bot, trial.options, _PACE, _PATIENCE)
        held = run_flow(
            run_conversation(trial, with_recorded_tools(turns, tape), dialogue, committed), tape
        )
        error: HarnessError | None = None
        if held.error is None and len(held.turns) == len(turns):
            try:
                tape.check_all_played()
            except HarnessError as fault:
                error = fault
        origin = recording.origin
        return build_trial_result(
            trial,
            held,
            exchanges=tape.http_log,
            snapshot=origin.bot if origin else None,
            recorded_at=origin.recorded_at if origin else "",
            error=error,
        )

    def answers(self, trial: Trial, redactor: Redactor) -> tuple[str | None, ...]:
        """Return a recording's answers, up to the first turn that it does not answer (any more)."""
        path = self.path(trial)
        try:
            recording = store.read_cassette(path, self.at_hand)
            turns = trial.script.turns(
                recording.origin.generated_values if recording.origin else {}
            )
        except HarnessError:
            return ()
        tape = ReplayTransport(recording, path, redactor)
        dialogue = CozeConversation(trial.bot, trial.options, _PACE, _PATIENCE)
        asked = [replace(turn, expectations=()) for turn in with_recorded_tools(turns, tape)]
        held = run_flow(run_conversation(trial, asked, dialogue), tape)
        return tuple(turn.reply.answer if turn.reply else None for turn in held.turns)

    def path(self, trial: Trial) -> str:
        """Return where a trial's cassette is, as text: pathlib takes longer than a look at it."""
        cassette = trial.key.cassette
        if "://" in cassette:
            return cassette
        return os.path.join(self.root, cassette)  # noqa: PTH118 (as said)

    def prefetch(self, trials: Sequence[Trial]) -> ReplayRunner:
        """Return a replayer that has those recordings of trials at hand that are elsewhere.

        They are fetched all at once, and dropped with the replayer: give it a batch.
        """
        if not trials or "://" not in trials[0].key.cassette:
            return self
        urls = {trial.key.cassette for trial in trials} - self.at_hand.keys()
        return replace(self, at_hand=store.fetch_cassettes(sorted(urls))) if urls else self

    def load(self, trial: Trial, path: str) -> tuple[Recording, Sequence[Turn]]:
        """Return a trial's recording and its turns, filled with the values that it drew.

        Raises:
            CassetteError: the recording is missing, unreadable, or answers other questions.
            ScenarioError: a template cannot be filled.
        """
        try:
            recording = store.read_cassette(path, self.at_hand)
        except CassetteMissingError:
            raise missing_recording_error(trial, path, self.record_command) from None
        origin = recording.origin
        drawn = origin.generated_values if origin else {}
        if undrawn := trial.script.generated_names - drawn.keys():
            names = ", ".join(sorted(undrawn))
            raise self._stale(trial, path, [f"the recording has no value drawn for: {names}"])
        turns = trial.script.turns(drawn)
        if origin and origin.fingerprint:
            now = fingerprint(trial.bot.id, trial.options, turns)
            if now != origin.fingerprint:
                raise self._stale(trial, path, _changes(trial, turns, recording))
        return recording, turns

    def _stale(self, trial: Trial, path: str, changes: Sequence[str]) -> CassetteStaleError:
        return CassetteStaleError(
            f'The recording of "{trial.key.id}" is stale: {trial.location} changed since.',
            where=Location(path),
            detail=changes,
            next_step="if the change is intended: "
            f"coze-harness {self.record_command} {trial.key.file}",
        )


class _Player:
    """Replays and judges batches. Sent to another process, it makes itself a renderer there."""

    def __init__(self, replayer: ReplayRunner, renderer: TrialRenderer | None = None) -> None:
        self._replayer = replayer
        self._redactor = replayer.redactor
        self._renderer = renderer or TrialRenderer()

    def __reduce__(self) -> tuple[type[_Player], tuple[ReplayRunner]]:
        return _Player, (self._replayer,)

    def __call__(self, trials: Sequence[Trial]) -> list[EncodedResult]:
        replay = self._replayer.prefetch(trials).replay
        redactor, renderer = self._redactor, self._renderer
        return [encode_result(replay(trial, redactor), renderer, redactor) for trial in trials]


def missing_recording_error(trial: Trial, path: str, again: str = "record") -> CassetteMissingError:
    """Return the error for a trial that was never recorded."""
    return CassetteMissingError(
        f'There is no recording for "{trial.key.id}" ({trial.location}).',
        where=Location(path),
        next_step=f"with COZE_API_TOKEN set: coze-harness {again} {trial.key.file}",
    )


def _changes(trial: Trial, turns: Sequence[Turn], recording: Recording) -> list[str]:
    """Return what changed, turn by turn, as far as the recorded requests show it."""
    recorded = asked.recorded_prompt_bodies(
        [
            (item.target.partition("?")[0], item.request_body, item.response_body)
            for item in recording.interactions
        ]
    )
    now = asked.prompt_bodies(trial.bot.id, trial.options, turns)
    lines = [
        f"turn {number}: {line}"
        for number, (before, body) in enumerate(zip(recorded, now, strict=False), 1)
        for line in request_differences(before, body)
    ]
    if len(recorded) != len(now):
        lines.append(f"recorded  {len(recorded)} turns")
        lines.append(f"now       {len(now)} turns")
    return lines[:12] or ["the conversation, the tools' outputs or a file's name changed"]
