"""Check a project without running it, and list its trials."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from msgspec import Struct

from coze_harness.baseline.cassette_check import CheckMessage, check_cassettes, reformat_cassettes
from coze_harness.execution.recording_facts import inspect_recordings, judge_state
from coze_harness.execution.sharding import ShardNumber, select_shard
from coze_harness.model import CassetteState
from coze_harness.model.trial import Trial
from coze_harness.project.opened_project import Project
from coze_harness.project.selected_trials import broken_kinds, select_trials
from coze_harness.project.trial_selection import TrialSelection
from coze_harness.scenarios.target_rules import unsendable_prompts


class CheckOutcome(Struct, frozen=True, kw_only=True):
    """The result of a check. `reformatted` are the paths of rewritten cassettes."""

    scenarios: int
    trials: int
    messages: Sequence[CheckMessage]
    reformatted: Sequence[str]


def check_project(
    project: Project,
    selection: TrialSelection,
    *,
    reformat: bool = False,
    checks_recordings: bool = True,
) -> CheckOutcome:
    """Check scenarios, settings and recordings.

    Args:
        project: the project.
        selection: which trials; with all of them, files of no trial are found too.
        reformat: whether recordings are brought into canonical form first.
        checks_recordings: whether recordings are looked at; new scenarios have none.

    Raises:
        ScenarioErrors: scenario files must be edited.
        CassetteError: the recordings are remote and cannot be reached.
    """
    trials = select_trials(project, selection)
    scenarios = len({trial.key.scenario for trial in trials})
    messages = [
        # No scenario here uses what is missing; of a package, that is not the project's fault.
        *(CheckMessage(one, is_notice=one.where is None) for one in broken_kinds(project)),
        *map(CheckMessage, unsendable_prompts(trials)),
    ]
    reformatted: list[str] = []
    if checks_recordings:
        cassettes, runner = project.settings.cassettes, project.replayer
        project.check_cassettes_reachable()
        is_whole = selection == TrialSelection()
        folder = project.folders.relative_path(cassettes) if is_whole else None
        if reformat:
            reformatted = list(reformat_cassettes(trials, runner, folder=folder))
        messages += check_cassettes(trials, runner, folder=folder)
    return CheckOutcome(
        scenarios=scenarios, trials=len(trials), messages=messages, reformatted=reformatted
    )


class ListedTrial(NamedTuple):
    """A trial, the state of its recording, and that of its judge's, if it has a judge."""

    trial: Trial
    state: CassetteState
    judge: CassetteState | None


def list_trials(project: Project, selection: TrialSelection, shard: str) -> list[ListedTrial]:
    """Return the selected trials, each with the state of its recording.

    Args:
        project: the project.
        selection: which trials.
        shard: I/N, or empty.

    Raises:
        ScenarioErrors: scenario files must be edited.
        UsageError: there is no such shard.
        CassetteError: the recordings are remote and cannot be reached.
    """
    trials: Sequence[Trial] = select_trials(project, selection)
    if shard:
        trials, _info = select_shard(trials, ShardNumber.parse(shard), project.replayer)
    project.check_cassettes_reachable()
    runner = project.replayer
    return [
        ListedTrial(trial, state, judge_state(trial, runner)[0] if trial.judge else None)
        for trial, state, _error in inspect_recordings(trials, runner)
    ]
