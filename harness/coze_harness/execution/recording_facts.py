"""What the recordings of trials say without being replayed: state, duration, number of requests."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from random import Random
from typing import Final

from coze_harness.cassettes import cassette_files as store
from coze_harness.execution.flow_driver import run_flow
from coze_harness.execution.judge_cassette import judge_path, read_judge_cassette
from coze_harness.execution.process_pool import in_batches
from coze_harness.execution.replay_runner import ReplayRunner
from coze_harness.model import CassetteState, Target
from coze_harness.model.errors import (
    CassetteError,
    CassetteMissingError,
    CassetteStaleError,
    HarnessError,
    JudgeReplyError,
)
from coze_harness.model.protocols import GenerateValues
from coze_harness.model.trial import Trial, Turn
from coze_harness.model.trial_key import DRAFT

_CALLS_PER_TURN: Final = 5
"""Of a polled prompt that has no recording: chat, three times retrieve, the message list."""


def recording_state(
    trial: Trial, runner: ReplayRunner
) -> tuple[CassetteState, HarnessError | None]:
    """Return the state of a trial's recording, and the error that makes it unusable."""
    try:
        recording, turns = runner.load(trial, runner.path(trial))
        if trial.tester is not None:
            runner.check_simulation(trial, recording, turns)
    except HarnessError as error:
        return _state_of(error), error
    return CassetteState.RECORDED, None


def _state_of(error: HarnessError) -> CassetteState:
    if isinstance(error, CassetteMissingError):
        return CassetteState.MISSING
    if isinstance(error, CassetteStaleError):
        return CassetteState.STALE
    return CassetteState.UNREADABLE


def judge_state(trial: Trial, runner: ReplayRunner) -> tuple[CassetteState, HarnessError | None]:
    """Return the state of the recording of a trial's judge, and the error that makes it unusable.

    The trial is replayed: what the judge is asked depends on the answers. Without a usable
    recording of the trial, or without a question, there is nothing wrong with the judge's.
    """
    judge = runner.judge_of(trial)
    if judge is None:
        return CassetteState.RECORDED, None
    try:
        replay = runner.open_replay(trial)
    except HarnessError:
        return CassetteState.RECORDED, None
    result = run_flow(replay.flow(judge), replay.transport)
    error = result.error
    if error is None or not (result.judge_failed or isinstance(error, JudgeReplyError)):
        return CassetteState.RECORDED, None
    return _state_of(error), error


def inspect_recordings(
    trials: Sequence[Trial], runner: ReplayRunner
) -> Iterator[tuple[Trial, CassetteState, HarnessError | None]]:
    """Yield each trial with the state of its recording; remote ones are fetched in batches."""
    for batch in in_batches(trials):
        prefetching = runner.prefetch(batch)
        for trial in batch:
            yield (trial, *recording_state(trial, prefetching))


def recorded_seconds(trial: Trial, runner: ReplayRunner) -> float | None:
    """Return the duration of a recorded conversation in seconds; `None` if it is not known.

    Remote recordings are not fetched: each shard's job would fetch them all.
    """
    path = runner.path(trial)
    if "://" in path:
        return None
    try:
        last = store.read_cassette(path).interactions[-1]
    except (CassetteError, IndexError):
        return None
    return (last.started + last.elapsed) / 1_000


def estimate_requests(
    trials: Sequence[Trial],
    runner: ReplayRunner,
    generate: GenerateValues,
    now: datetime,
    rng: Random,
    judge_only: Collection[str] = (),
) -> int:
    """Return about how many requests recording the trials takes, those about the bots included.

    A trial with a recording takes as many as that took. Without one, a prompt takes five, or one if
    it is streamed, or its target always answers at once. A question to a judge is a prompt.

    `judge_only` has the ids of trials of which only the judge is asked.
    """

    def turns_of(trial: Trial) -> Sequence[Turn]:
        return trial.script.turns(generate(trial.script.generated_names, now, rng))

    live_trials = [trial for trial in trials if trial.key.id not in judge_only]
    versions = {requested_version(trial) for trial in live_trials}
    versions |= {(trial.judge, "") for trial in trials if trial.judge}
    count = sum(bot.capabilities.has_snapshot for bot, _version in versions)
    for batch in in_batches(trials):
        prefetching = runner.prefetch(batch)
        for trial in batch:
            count += _judge_requests(trial, prefetching, turns_of)
            if trial.key.id in judge_only:
                continue
            info = prefetching.origin(trial)
            recorded_calls = info.calls if info else 0
            count += recorded_calls or _expected_requests(trial, turns_of(trial))
    return count


def _judge_requests(
    trial: Trial, runner: ReplayRunner, turns_of: Callable[[Trial], Sequence[Turn]]
) -> int:
    if trial.judge is None:
        return 0
    from coze_harness.expectations.judge.judge_kind import judges_of

    with suppress(CassetteError):
        cassette = read_judge_cassette(judge_path(runner.path(trial)), runner.prefetched)
        return sum(map(len, cassette.replies.values()))
    turns = turns_of(trial)
    questions = sum(judge.call_count for turn in turns for judge in judges_of(turn))
    if user := turns[0].user:
        questions *= user.max_turns  # at most: what ends the conversation is asked in each turn
    return questions * (1 if trial.judge.capabilities.always_streams else _CALLS_PER_TURN)


def _expected_requests(trial: Trial, turns: Sequence[Turn]) -> int:
    count = len(turns) * (1 if is_streamed(trial) else _CALLS_PER_TURN)
    if user := turns[0].user:
        count *= 2 * user.max_turns  # at most: the prompts of both sides
    count += len({file for turn in turns for file in turn.attachments if file.is_local})
    return count + trial.options.create_conversation


def is_streamed(trial: Trial) -> bool:
    """Return whether the reply to a prompt is one response, which takes as long as the bot does."""
    return trial.options.stream or trial.bot.capabilities.always_streams


def requested_version(trial: Trial) -> tuple[Target, str]:
    """Return the bot and the version a trial talks to (empty: the published one)."""
    options = trial.options
    return trial.bot, DRAFT if options.publish_status == DRAFT else options.bot_version
