"""Compare two runs with each other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from coze_harness.commands.compare_bots import ComparisonOutcome
from coze_harness.commands.run_options import RunOptions
from coze_harness.compare.case_counts import CaseTally
from coze_harness.compare.comparison_summary import ComparisonBuilder, ComparisonSummary
from coze_harness.compare.cost_comparison import limits_by_scenario
from coze_harness.compare.run_pairing import compare_run_pairs, pair_runs
from coze_harness.messages import as_message, message
from coze_harness.model import Mode
from coze_harness.model.errors import HarnessError, NothingSelectedError, ResultsError, UsageError
from coze_harness.model.trial import Trial
from coze_harness.project.opened_project import Project
from coze_harness.project.selected_trials import select_trials
from coze_harness.project.trial_selection import TrialSelection
from coze_harness.reporting.run_collection import collect_run
from coze_harness.reporting.run_writer import RunListener
from coze_harness.results import read_results, read_run
from coze_harness.scenarios.trial_filter import TrialFilter


def compare_runs(
    project: Project,
    runs: tuple[Path, Path],
    selection: TrialSelection,
    options: RunOptions,
    listener: RunListener,
) -> ComparisonOutcome:
    """Compare two runs, the older one first, from what their folders hold.

    Raises:
        ResultsError: a folder cannot be read.
        NothingSelectedError: no trial is selected.
    """
    baseline, candidate = runs
    trial_filter = TrialFilter(selection.keyword, selection.tags)
    required = {rate.scenario: rate.required for rate in read_run(candidate).pass_rates}
    pairs = pair_runs(
        read_results(baseline), read_results(candidate), required, trial_filter.matches
    )
    if not pairs:
        raise NothingSelectedError(
            message("compare.runs_empty"), next_step=message("compare.runs_empty.next")
        )
    limits = project.settings.compare.max_increase
    builder = ComparisonBuilder(
        str(message("compare.side.run", what=baseline.resolve().name)),
        str(message("compare.side.run", what=candidate.resolve().name)),
        CaseTally({pair.key.scenario: pair.min_pass_rate for pair in pairs}),
        max_increase={
            **dict.fromkeys((pair.key.scenario for pair in pairs), limits),
            **limits_by_scenario(_trials_of_files(project, listener), limits),
        },
    )
    summary = ComparisonSummary(builder, resumed=False)
    plan = options.plan(
        Mode.COMPARE, project.replayer.redactor, resumed=None, summarize=summary.summarize
    )
    outcome = collect_run(project.run_destination, plan, pairs, compare_run_pairs, listener)
    return ComparisonOutcome(outcome, summary)


def find_two_runs(project: Project, names: Sequence[str]) -> tuple[Path, Path] | None:
    """Return the folders of two runs if two names are runs; `None` if they are PATHs.

    Raises:
        UsageError: only one of the two is a run.
    """
    if len(names) != 2:
        return None
    folders = [_run_folder(project, name) for name in names]
    if folders[0] and folders[1]:
        return folders[0], folders[1]
    if any(folders):
        run, other = names if folders[0] else reversed(names)
        raise UsageError(
            message("compare.one_run", run=run, other=other),
            next_step=message("compare.one_run.next"),
        )
    return None


def _run_folder(project: Project, name: str) -> Path | None:
    try:
        return project.run_folder(name)
    except ResultsError:
        return None


def _trials_of_files(project: Project, listener: RunListener) -> list[Trial]:
    """Return the trials of the scenario files; none with a warning if files must be edited."""
    try:
        return select_trials(project, TrialSelection())
    except NothingSelectedError:
        return []
    except HarnessError as error:
        listener.on_warning(message("compare.unread_limits", reason=as_message(error.what)))
        return []
