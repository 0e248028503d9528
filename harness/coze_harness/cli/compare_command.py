"""`compare`: compares candidates with the baseline, or two runs."""

from __future__ import annotations

from collections.abc import Sequence

import click

from coze_harness.baseline.candidates import CandidateOptions
from coze_harness.cli import shared_options
from coze_harness.cli.progress_display import ProgressDisplay
from coze_harness.cli.project_access import lock_for_writing, note, opened_project
from coze_harness.cli.run_command import finish, report_to_ci
from coze_harness.cli.shared_options import DisplayOptions
from coze_harness.commands.cassette_access import lock_for_reading
from coze_harness.commands.compare_bots import (
    ComparisonOutcome,
    compare_candidate,
    compare_recorded,
    compare_runs,
    find_two_runs,
)
from coze_harness.commands.project import TrialSelection
from coze_harness.commands.run_trials import RunOptions
from coze_harness.config import SettingsOverrides
from coze_harness.model import ChangeKind
from coze_harness.model.errors import UsageError
from coze_harness.reporting.terminal_comparison import closing_line, comparison_lines


@click.command(epilog="Example: coze-harness compare --draft --tag smoke")
@shared_options.selection
@click.option("--draft", is_flag=True, help="Ask the bot's unpublished draft.")
@click.option(
    "--bot-version", "version", metavar="V", default="", help="Ask this version of the bot."
)
@click.option("--replay", is_flag=True, help="Compare the candidates that are recorded, offline.")
@click.option("--force", is_flag=True, help="Record even if CI is set.")
@shared_options.wait
@shared_options.project
@shared_options.comparison
@shared_options.display
def compare(
    selection: TrialSelection,
    draft: bool,
    version: str,
    replay: bool,
    force: bool,
    wait: bool,
    overrides: SettingsOverrides,
    options: RunOptions,
    display: DisplayOptions,
) -> int:
    """Ask the bot again, record candidates next to the baseline, and report what changed.

    The baseline (the committed recordings) stays unchanged until you run `coze-harness accept`.
    PATH is a file, a folder or a scenario's name.

    To compare two runs offline, name them (an id, a folder in reports/, or latest), the older one
    first: coze-harness compare BASE CANDIDATE.

    Exit code 1: something that passed before fails now, and chance does not explain it.
    """
    candidate = CandidateOptions(draft, version)
    with opened_project(overrides) as project:
        runs = find_two_runs(project, selection.paths)
        if runs:
            _check_options_for_runs(selection, options, candidate, replay=replay)
        else:
            _check_options(candidate, replay=replay)
            if replay:
                project.resources.enter_context(lock_for_reading(project, note))
            else:
                project.refuse_recording_in_ci(force=force)
                lock_for_writing(project, "compare", wait=wait)
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
            "--draft and --bot-version cannot be used together: a draft has no version.",
            next_step="leave out one of them.",
        )
    if replay and (candidate.draft or candidate.version):
        raise UsageError(
            "--replay uses candidates that are recorded; it cannot ask another version.",
            next_step="leave out --draft and --bot-version, or leave out --replay.",
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
            f"Not supported when comparing two runs: {', '.join(unsupported)}.",
            next_step=f"leave out {', '.join(unsupported)}; use -k and --tag to select trials.",
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
    """Return the commands to run next: more repeats, or accept where an answer changed."""
    steps = []
    if comparison.repeats:
        command = " ".join(["coze-harness compare", *paths, f"--repeat {comparison.repeats}"])
        steps.append(f"{command}   separates change from chance")
    found = comparison.outcome.run.comparison
    if found is None or any(kind is not ChangeKind.SAME for kind in found.counts):
        steps.append("coze-harness accept --interactive   shows each change")
        steps.append("coze-harness accept   replaces the baseline with the candidates")
    elif not steps:
        steps.append("nothing to do: every answer is that of the baseline")
    return ["", *(f"{'' if index else 'next':<12}{step}" for index, step in enumerate(steps))]
