"""`compare`: compares candidates with the baseline, or two runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.cells import cell_len, set_cell_size

from coze_harness.baseline.candidates import CandidateOptions
from coze_harness.cli import shared_options
from coze_harness.cli.command_help import RECORDING, RUN, TALKED, TARGET, command, option
from coze_harness.cli.progress_display import ProgressDisplay, progress_display
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
from coze_harness.messages import Catalogue, message
from coze_harness.model import ChangeKind
from coze_harness.model.errors import UsageError
from coze_harness.reporting.terminal_comparison import closing_line, comparison_lines


@command(
    description=(
        message("help.compare"),
        message("help.compare_baseline"),
        message("help.compare_runs"),
    ),
    example="coze-harness compare --draft --tag smoke",
    exit_codes={**TALKED, 0: message("exit.not_regressed"), 1: message("exit.regressed")},
    environment=RECORDING,
)
@shared_options.selection
@option("--draft", is_flag=True, section=TARGET, text=message("option.draft"))
@option(
    "--bot-version",
    "version",
    metavar="V",
    default="",
    section=TARGET,
    text=message("option.bot_version"),
)
@option("--replay", is_flag=True, section=RUN, text=message("option.replay"))
@shared_options.force
@shared_options.wait
@shared_options.project
@shared_options.comparison
@shared_options.brief_display
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
    """Ask the bot again, record candidates next to the baseline, and report what changed."""
    candidate = CandidateOptions(draft, version)
    with opened_project(overrides) as project:
        runs = find_two_runs(project, selection.paths)
        if runs:
            given = _options_of_a_candidate(candidate, overrides, wait=wait, force=force)
            _check_options_for_runs(selection, options, {"--replay": replay, **given})
        else:
            _check_options(candidate, overrides, replay=replay, wait=wait, force=force)
            if replay:
                project.resources.enter_context(lock_for_reading(project, note))
            else:
                project.refuse_recording_in_ci(force=force)
                lock_for_writing(project, "compare", wait=wait)
        with progress_display(
            project, display, ticking=not (runs or replay), shows_results=False
        ) as progress:
            if runs:
                comparison = compare_runs(project, runs, selection, options, progress)
            elif replay:
                comparison = compare_recorded(project, selection, options, progress)
            else:
                comparison = compare_candidate(project, selection, candidate, options, progress)
            _show_comparison(comparison, progress, display)
            if not (runs or display.quiet):
                for line in _next_steps(comparison, selection.paths, project.words):
                    progress.line(line)
            report_to_ci(project, comparison.outcome, progress, options)
            location = str(project.folders.relative_path(comparison.outcome.location))
            progress.finish(
                closing_line(comparison.outcome.run, location),
                good=comparison.outcome.exit_code == 0,
            )
        return finish(comparison.outcome, display)


def _options_of_a_candidate(
    candidate: CandidateOptions, overrides: SettingsOverrides, *, wait: bool, force: bool
) -> dict[str, bool]:
    """Return the options that concern a candidate to record, and whether they are given."""
    return {
        "--draft": candidate.draft,
        "--bot-version": bool(candidate.version),
        "--base-url": overrides.base_url is not None,
        "--wait": wait,
        "--force": force,
    }


def _check_options(
    candidate: CandidateOptions,
    overrides: SettingsOverrides,
    *,
    replay: bool,
    wait: bool,
    force: bool,
) -> None:
    if candidate.draft and candidate.version:
        raise UsageError(
            message("compare.draft_and_version"),
            next_step=message("compare.draft_and_version.next"),
        )
    given = _options_of_a_candidate(candidate, overrides, wait=wait, force=force)
    if replay and (unsupported := _given(given)):
        raise UsageError(
            message("compare.not_with_replay", options=unsupported),
            next_step=message("compare.not_with_replay.next", options=unsupported),
        )


def _check_options_for_runs(
    selection: TrialSelection, options: RunOptions, given: Mapping[str, bool]
) -> None:
    given = {
        **given,
        "--bot": bool(selection.bots),
        "--repeat": selection.repeat is not None,
        "--last-failed": selection.last_failed,
        "--resume": options.resume is not None,
        "--workers": options.workers is not None,
    }
    if unsupported := _given(given):
        raise UsageError(
            message("compare.not_with_runs", options=unsupported),
            next_step=message("compare.not_with_runs.next", options=unsupported),
        )


def _given(options: Mapping[str, bool]) -> tuple[str, ...]:
    return tuple(name for name, is_given in options.items() if is_given)


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


def _next_steps(comparison: ComparisonOutcome, paths: Sequence[str], words: Catalogue) -> list[str]:
    """Return the commands to run next: more repeats, or accept where an answer changed."""
    steps = []
    if comparison.repeats:
        command = " ".join(["coze-harness compare", *paths, f"--repeat {comparison.repeats}"])
        steps.append(message("compare.next_repeat", command=command))
    found = comparison.outcome.run.comparison
    if found is None or any(kind is not ChangeKind.SAME for kind in found.counts):
        interactive = "coze-harness accept --interactive"
        steps.append(message("compare.next_review", command=interactive))
        steps.append(message("compare.next_accept", command="coze-harness accept"))
    elif not steps:
        steps.append(message("compare.next_nothing"))
    label = words.word("compare.next")
    column = max(12, cell_len(label) + 2)
    lines = [f"{set_cell_size('', column)}{words.text(step)}" for step in steps[1:]]
    return ["", f"{set_cell_size(label, column)}{words.text(steps[0])}", *lines]
