"""Recorded candidates and their baselines, replayed and compared."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Iterator, Sequence
from functools import partial
from typing import Final, TypeVar

from coze_harness.baseline.candidate_pairs import TrialPair
from coze_harness.compare.trial_comparison import compare_trial
from coze_harness.execution.judge_cassette import judge_path
from coze_harness.execution.process_pool import map_in_processes
from coze_harness.execution.replay_runner import ReplayRunner
from coze_harness.messages import message
from coze_harness.model import TrialResult, replace
from coze_harness.model.protocols import EncodeResult
from coze_harness.model.trial import Trial

Encoded = TypeVar("Encoded")

_MISSING: Final = "missing"
"""The kind of the error that there is no recording: then there is no baseline to compare with."""

_MAX_ACCEPTED: Final = 20


def replay_candidates(
    pairs: Sequence[TrialPair],
    encode: EncodeResult[Encoded],
    runner: ReplayRunner,
    *,
    workers: int,
    size: int,
) -> Generator[Sequence[Encoded], None, None]:
    """Replay and judge candidates and their baselines, offline; yield them compared and encoded."""
    work = partial(_compare_batch, runner, encode)
    yield from map_in_processes(work, pairs, workers=workers, size=size)


def _compare_batch(
    runner: ReplayRunner, encode: EncodeResult[Encoded], pairs: Sequence[TrialPair]
) -> list[Encoded]:
    """Replay and compare a batch of pairs, in any process."""
    encoded: list[Encoded] = []
    for pair in pairs:
        accepted = replay_accepted(pair, runner)
        compared_result, code = compare_with_baseline(*replay_pair(pair, runner), accepted)
        encoded.append(encode(compared_result, exit_code=code))
    return encoded


def replay_pair(pair: TrialPair, runner: ReplayRunner) -> tuple[TrialResult | None, TrialResult]:
    """Replay and judge a baseline and its candidate by today's expectations."""
    baseline: TrialResult | None = None
    answers: Sequence[str | None] = ()
    if pair.baseline is not None:
        baseline = replay_baseline(pair, pair.baseline, runner)
        answers = baseline.answers if baseline.error is None else runner.answers(pair.baseline)
    candidates = replace(runner, record_command="compare")
    return baseline, candidates.replay(pair.candidate, answers)


def replay_baseline(pair: TrialPair, baseline: Trial, runner: ReplayRunner) -> TrialResult:
    """Replay a pair's baseline, judged by the candidate's judge if that was asked again."""
    judged = pair.judged_baseline
    if judged is not None and os.path.lexists(judge_path(runner.path(judged))):
        result = runner.replay(baseline, judged_as=judged)
        # That of an earlier comparison may be of another answer.
        if result.error is None:
            return result
    return runner.replay(baseline)


def replay_accepted(pair: TrialPair, runner: ReplayRunner) -> Iterator[TrialResult]:
    """Yield the first recorded repeats of a pair's baseline, judged by today's expectations."""
    for trial in pair.accepted[:_MAX_ACCEPTED]:
        yield runner.replay(trial)


def compare_with_baseline(
    baseline: TrialResult | None, candidate: TrialResult, accepted: Iterable[TrialResult] = ()
) -> tuple[TrialResult, int]:
    """Return a candidate compared with its baseline, and an exit code.

    A baseline that cannot be judged is an error of the run, and a warning on the candidate, which
    then counts as new.
    """
    code = candidate.error.exit_code if candidate.error else 0
    if baseline is not None and baseline.error is not None:
        error, baseline = baseline.error, None
        if error.kind != _MISSING:
            reason = error.what
            if error.where:
                reason = message("error.located", where=error.where, what=reason)
            warning = message("candidate.nothing_to_compare", reason=reason)
            candidate = replace(candidate, warnings=(*candidate.warnings, warning))
            code = max(code, error.exit_code)
    return compare_trial(baseline, candidate, accepted), code
