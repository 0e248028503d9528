"""Which of the selected trials `record` records, and of which only the judge is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct, field

from coze_harness.execution.recording_facts import inspect_recordings, judge_state
from coze_harness.execution.replay_runner import ReplayRunner
from coze_harness.model import CassetteState, RecordScope, Run
from coze_harness.model.trial import Trial

_SECONDS: Final = len("2026-11-26T10:28:47")


class TrialsInScope(Struct, frozen=True):
    """The trials to record, in their order, and by id those of which only the judge is."""

    trials: Sequence[Trial]
    judge_only: Mapping[str, Trial] = field(default_factory=dict)


def trials_in_scope(
    trials: Sequence[Trial],
    runner: ReplayRunner,
    scope: RecordScope,
    resumed_run: Run | None,
    *,
    judge_only: bool,
) -> TrialsInScope:
    """Return the trials to record.

    Args:
        trials: the selected trials.
        runner: reads their recordings.
        scope: which of them are recorded.
        resumed_run: the run that is resumed: its trials are in scope. One that was killed may have
            recorded a trial that it does not have.
        judge_only: whether only judges are asked, about the answers that are recorded.
    """
    if scope is RecordScope.ALL and not judge_only:
        return TrialsInScope(trials)
    states = {CassetteState.MISSING}
    if scope is not RecordScope.MISSING:
        states |= {CassetteState.STALE, CassetteState.UNREADABLE}
    done = {row.key.id for row in resumed_run.rows} if resumed_run else set()
    begin = resumed_run.started_at if resumed_run else ""

    def is_of_run(trial: Trial) -> bool:
        if trial.key.id in done:
            return True
        info = runner.origin(trial) if begin else None
        return info is not None and info.recorded_at >= begin[:_SECONDS]

    selected_trials: list[Trial] = []
    judge_only_trials: dict[str, Trial] = {}
    for trial, state, _error in inspect_recordings(trials, runner):
        if not judge_only and (state in states or is_of_run(trial)):
            selected_trials.append(trial)
        elif trial.judge is not None and state is CassetteState.RECORDED:
            is_all = judge_only and scope is RecordScope.ALL
            if is_all or trial.key.id in done or judge_state(trial, runner)[0] in states:
                selected_trials.append(trial)
                judge_only_trials[trial.key.id] = trial
    return TrialsInScope(selected_trials, judge_only_trials)
