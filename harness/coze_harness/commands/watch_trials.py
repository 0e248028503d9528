"""Judge trials again whenever one of their files changes."""

from __future__ import annotations

from collections.abc import Sequence

from coze_harness.model import TrialResult
from coze_harness.model.trial import Trial
from coze_harness.project.opened_project import Project
from coze_harness.project.selected_trials import select_trials
from coze_harness.project.trial_selection import TrialSelection


def judge_again(
    project: Project, selection: TrialSelection, files: frozenset[str]
) -> list[TrialResult]:
    """Replay and judge the selected trials that changed files concern.

    If only scenario files changed, these are their trials, else all; no report is written.

    Args:
        project: the project, opened after the change.
        selection: the trials of the run.
        files: what changed, as paths from the project's folder.

    Raises:
        HarnessError: the files cannot be used as they are now.
    """
    project.check_cassettes_reachable()
    trials = select_trials(project, selection)
    runner = project.replayer
    return [runner.replay(trial) for trial in _affected_trials(trials, files)]


def _affected_trials(trials: Sequence[Trial], files: frozenset[str]) -> Sequence[Trial]:
    """Return the trials of changed scenario files and cassettes; all if another file changed."""
    sources = {trial.key.file for trial in trials} | {trial.key.cassette for trial in trials}
    if not files <= sources:
        return trials
    return [trial for trial in trials if {trial.key.file, trial.key.cassette} & files]
