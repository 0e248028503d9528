"""`compare`: a candidate with the baseline, or two runs; what changed, and why."""

from __future__ import annotations

from collections.abc import Sequence

import click

from coze_harness.baseline.candidates import CandidateOptions
from coze_harness.cli import shared_options
from coze_harness.cli.progress_display import ProgressDisplay
from coze_harness.cli.run_command import finish, report_to_ci
from coze_harness.cli.shared_options import DisplayOptions
from coze_harness.commands.compare_bots import (
    ComparisonOutcome,
    compare_candidate,
    compare_recorded,
    compare_runs,
    find_two_runs,
)
from coze_harness.commands.current_process import current_process
from coze_harness.commands.project import TrialSelection, open_project
from coze_harness.commands.run_trials import RunOptions
from coze_harness.config import SettingsOverrides
from coze_harness.model.errors import UsageError
from coze_harness.reporting.terminal_comparison import closing_line, comparison_lines


@click.command(epilog="Example: coze-harness compare --draft --tag smoke")
@shared_options.selection
@click.option("--draft", is_flag=True, help="Ask the bot's unpublished draft.")
@click.option("--bot-version", "version", metavar="V", default="", help="Ask this version.")
@click.option("--replay", is_flag=True, help="Compare the recorded candidates, offline.")
@click.option("--force", is_flag=True, help="Record although CI is set.")
@shared_options.project
@shared_options.comparison
@shared_options.display
def compare(
    selection: TrialSelection,
    draft: bool,
    version: str,
    replay: bool,
    force: bool,
    overrides: SettingsOverrides,
    options: RunOptions,
    display: DisplayOptions,
) -> int:
    """Record candidates next to the baseline, and report what changed.

    The committed recordings stay as they are until `coze-harness accept` replaces them. PATH is a
    file, a folder or a scenario's name.

    If two names are runs (an id, a folder of reports/, or latest), these are compared offline, the
    older one first: coze-harness compare BASE CANDIDATE.

    Exit code 1: something that passed fails now, and not by chance.
    """
    candidate = CandidateOptions(draft, version)
    with open_project(current_process(), overrides) as project:
        runs = find_two_runs(project, selection.paths)
        if runs:
            _check_options_for_runs(selection, options, candidate, replay=replay)
        else:
            _check_options(candidate, replay=replay)
            if not replay:
                project.refuse_recording_in_ci(force=force)
        with ProgressDisplay(
            project.process.environment,
            display,
            ticking=not (runs or replay),
            shows_results=False,
        ) as progress:
            if runs:
                comparison = compare_runs(project, runs, selection, options, progress)
            elif replay:
                comparison = compare_recorded(project, selection, options, progress)
            else:
                comparison = compare_candidate(project, selection, candidate, options, progress)
            _show_comparison(comparison, progress, display)
            if not (runs or display.quiet):
                for line in _next_steps(comparison, selection.paths):
                    progress.line(line)
            report_to_ci(project, comparison.outcome, progress, options)
            location = str(project.folders.relative_path(comparison.outcome.location))
            progress.finish(
                closing_line(comparison.outcome.run, location),
                good=comparison.outcome.exit_code == 0,
            )
        return finish(comparison.outcome, display)


def _check_options(candidate: CandidateOptions, *, replay: bool) -> None:
    if candidate.draft and candidate.version:
        raise UsageError(
            "--draft and --bot-version exclude each other: a draft has no version.",
            next_step="give one of them.",
        )
    if replay and (candidate.draft or candidate.version):
        raise UsageError(
            "--replay uses the recorded candidates, whatever version they are of.",
            next_step="leave out --draft and --bot-version, or --replay.",
        )


def _check_options_for_runs(
    selection: TrialSelection, options: RunOptions, candidate: CandidateOptions, *, replay: bool
) -> None:
    given = {
        "--draft": candidate.draft,
        "--bot-version": candidate.version,
        "--replay": replay,
        "--bot": selection.bots,
        "--repeat": selection.repeat,
        "--last-failed": selection.last_failed,
        "--resume": options.resume,
    }
    if unsupported := [name for name, value in given.items() if value]:
        raise UsageError(
            f"Two runs are compared as they are, without {', '.join(unsupported)}.",
            next_step=f"leave out {', '.join(unsupported)}; -k and --tag select trials",
        )


def _show_comparison(
    comparison: ComparisonOutcome, progress: ProgressDisplay, display: DisplayOptions
) -> None:
    found, kept = comparison.outcome.run.comparison, comparison.summary
    if found is None:
        return
    for line in comparison_lines(
        found, kept.examples, kept.unusable, progress.writer, brief=display.quiet
    ):
        progress.line(line)


def _next_steps(comparison: ComparisonOutcome, paths: Sequence[str]) -> list[str]:
    """Return the commands that come next: ask more often, or accept."""
    steps = []
    if comparison.repeats:
        command = " ".join(["coze-harness compare", *paths, f"--repeat {comparison.repeats}"])
        steps.append(f"{command}   tells luck from change")
    steps.append("coze-harness accept --interactive   shows each change")
    steps.append("coze-harness accept   makes the candidates the baseline")
    return ["", *(f"{'' if index else 'next':<12}{step}" for index, step in enumerate(steps))]
