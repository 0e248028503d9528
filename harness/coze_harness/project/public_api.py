"""The public functions of the package: open a project, replay it, read its runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from coze_harness.execution.process_pool import in_batches
from coze_harness.messages import UserText
from coze_harness.model import Run, TrialResult, replace
from coze_harness.project.current_process import current_process
from coze_harness.project.opened_project import Project
from coze_harness.project.opened_project import open_project as open_project_of
from coze_harness.project.selected_trials import select_trials
from coze_harness.project.trial_selection import TrialSelection
from coze_harness.results import read_results as read_folder_results
from coze_harness.results import read_run as read_folder_run


def open_project(
    folder: str | Path = ".", *, environment: Mapping[str, str] | None = None
) -> Project:
    """Open the project that a folder belongs to. Use it as a context manager.

    Args:
        folder: the project's folder, or one below it.
        environment: replaces this process's environment variables.

    Raises:
        SettingsError: harness.yaml or the environment is invalid.
    """
    process = replace(current_process(), folder=Path(folder).resolve())
    if environment is not None:
        process = replace(process, environment=dict(environment))
    return open_project_of(process)


def replay_project(
    project: Project, selection: TrialSelection | None = None
) -> Iterator[TrialResult]:
    """Replay trials from their cassettes, offline, and yield their results in order.

    Nothing is written: `coze-harness run` writes a run with its reports. A trial that cannot be
    judged (a missing or stale recording) is a result with an `error`.

    Args:
        project: an open project.
        selection: which trials; all of them by default.

    Raises:
        ScenarioErrors: scenario files must be edited.
        NothingSelectedError: no trial is selected.
        CassetteError: `accept` was interrupted, and cannot be finished here.
    """
    trials = select_trials(project, selection or TrialSelection())
    # Absolute: the project need not be below the process's own working folder.
    runner = replace(project.replayer, root=str(project.settings.root))
    with project.cassette_access.lock_for_reading(_log):
        for batch in in_batches(trials):
            replay = runner.prefetch(batch).replay
            for trial in batch:
                yield replay(trial)


def _log(text: UserText) -> None:
    import logging  # only here: nearly no replay has anything to say

    logging.getLogger("coze_harness").warning("%s", text)


def read_run(project: Project, name: str = "latest") -> Run:
    """Read a run's record: run.json.

    Args:
        project: an open project.
        name: the run's id, its folder, its URL, or `latest`.

    Raises:
        ResultsError: there is no such run, or it cannot be read.
    """
    return read_folder_run(project.locate_run(name, rows_only=True).folder)


def read_results(project: Project, name: str = "latest") -> Iterator[TrialResult]:
    """Yield the results of a run in the order in which they finished: trials.jsonl.

    Args:
        project: an open project.
        name: the run's id, its folder, its URL, or `latest`.

    Raises:
        ResultsError: there is no such run, or it cannot be read.
    """
    return read_folder_results(project.run_folder(name))
