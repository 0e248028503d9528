"""Select: from a selection to the trials of the scenario files, filtered once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

from coze_harness.config import Settings
from coze_harness.execution.process_pool import can_fork, map_in_processes
from coze_harness.expectations import load_all_kinds, load_project_kinds
from coze_harness.messages import message
from coze_harness.model import TrialStatus
from coze_harness.model.errors import HarnessError, NothingSelectedError, ScenarioErrors, UsageError
from coze_harness.model.trial import Trial
from coze_harness.project.opened_project import Project
from coze_harness.project.trial_selection import TrialSelection
from coze_harness.results import last_statuses
from coze_harness.results.remote_runs import newest_runs
from coze_harness.scenarios import (
    Scenario,
    check_bots,
    expand_trials,
    find_files,
)
from coze_harness.scenarios.parallel_loader import load_in_parallel
from coze_harness.scenarios.trial_filter import TrialFilter


def select_trials(
    project: Project, selection: TrialSelection, workers: int | None = None
) -> list[Trial]:
    """Return the selected trials; every scenario file concerned is checked.

    Args:
        project: the project.
        selection: which trials.
        workers: how many processes share the work; by default one for each processor.

    Raises:
        ScenarioErrors: scenario files must be edited, or a module with kinds of expectations.
        UsageError: the selection is invalid.
        NothingSelectedError: no trial is left.
    """
    settings, process, paths = project.settings, project.process, project.paths
    if not selection.paths and settings.file is None and not settings.scenarios.exists():
        raise _nothing_selected(selection, 0, settings)
    if errors := load_project_kinds(paths.code):
        raise ScenarioErrors(errors)
    files = find_files(selection.paths, paths, process.folder)
    bots = selection.bots or None
    check = check_bots(settings.bots, settings.default_bot) if bots is None else _any_bot
    processes = (workers or process.processors) if can_fork() else 1
    share = partial(map_in_processes, workers=processes, size=1, min_items=2)
    scenarios = load_in_parallel(files.files, paths, check, share)
    trials = expand_trials(
        files.select(scenarios),
        settings.bots,
        settings.default_bot,
        bots,
        selection.repeat,
        project.folders.display_path(settings.cassettes),
        settings.judge_bot,
    )
    trial_filter = TrialFilter(selection.keyword, selection.tags)
    selected = [trial for trial in files.select_trials(trials) if trial_filter.matches(trial.key)]
    if selection.last_failed:
        failed = _last_failed(newest_runs(settings.reports, project.temporary_folder), selected)
        selected = [trial for trial in selected if trial.key.id in failed]
    if not selected:
        trial_filter.check_tags(trials)
        raise _nothing_selected(selection, len(trials), settings)
    return selected


def broken_kinds(project: Project) -> Sequence[HarnessError]:
    """Return why kinds of expectations of the project or of installed packages are missing."""
    return load_all_kinds(project.paths.code)


def _last_failed(runs: Iterable[Path], trials: Sequence[Trial]) -> frozenset[str]:
    """Return the ids of the trials that failed in the latest run that has them."""
    statuses = last_statuses(runs, {trial.key.id for trial in trials})
    if not statuses:
        raise UsageError(message("last_failed.no_run"), next_step=message("last_failed.next"))
    bad = (TrialStatus.FAILED, TrialStatus.ERROR)
    return frozenset(name for name, status in statuses.items() if status in bad)


def _any_bot(_scenario: Scenario) -> None:
    """Accept every scenario: `--bot` replaces its own bots."""


def _nothing_selected(
    selection: TrialSelection, total: int, settings: Settings
) -> NothingSelectedError:
    if not total and selection.paths:
        return NothingSelectedError(
            message("selection.empty_folder", paths=tuple(selection.paths)),
            next_step=message("selection.empty_folder.next", folder=settings.scenarios.name),
        )
    if not total:
        return NothingSelectedError(
            message("project.no_scenario", folder=str(settings.scenarios)),
            next_step=message("project.no_scenario.next"),
        )
    if selection.last_failed:
        return NothingSelectedError(
            message("last_failed.none"), next_step=message("last_failed.next")
        )
    return NothingSelectedError(
        message("project.no_match", n=total),
        next_step=message("project.no_match.next"),
    )
