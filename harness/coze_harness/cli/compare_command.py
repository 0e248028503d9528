"""`compare`: compares candidates with the baseline, or two runs."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

import click

from coze_harness.baseline.candidates import CandidateOptions
from coze_harness.cli import shared_options
from coze_harness.cli.progress_display import ProgressDisplay
from coze_harness.cli.project_access import lock_for_writing, note, opened_project
from coze_harness.cli.run_command import finish, report_to_ci
from coze_harness.cli.shared_options import DisplayOptions
from coze_harness.commands.cassette_access import lock_for_reading
from coze_harness.commands.compare_bots import (
    AskingOptions,
    ComparisonOutcome,
    compare_candidate,
    compare_recorded,
    compare_runs,
    find_two_runs,
)
from coze_harness.commands.project import TrialSelection
from coze_harness.commands.run_trials import RunOptions
from coze_harness.config import SettingsOverrides
from coze_harness.messages import message
from coze_harness.model import ChangeKind, Comparison
from coze_harness.model.errors import UsageError
from coze_harness.reporting.terminal_comparison import closing_line, comparison_lines


@click.command(epilog="Example: coze-harness compare --draft --tag smoke")
@shared_options.selection
@click.option("--draft", is_flag=True, help="Ask the bot's unpublished draft.")
@click.option(
    "--bot-version", "version", metavar="V", default="", help="Ask this version of the bot."
)
@click.option(
    "--budget",
    type=click.IntRange(1),
    metavar="CALLS",
    help="Make at most CALLS calls to Coze. Default: up to 20 further trials of each suspect.",
)
@click.option(
    "--thorough", is_flag=True, help="Ask twice where the first answer passes; finds smaller drops."
)
@click.option("--strict", is_flag=True, help="Exit with 1 if a scenario is undecided, too.")
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
    budget: int | None,
    thorough: bool,
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

    What passed before and fails now is asked again until it is decided or the budget ends. Exit
    code 1: it is decided that a scenario regressed.
    """
    candidate = CandidateOptions(draft, version)
    asking = AskingOptions(budget=budget, is_thorough=thorough)
    with opened_project(overrides) as project:
        runs = find_two_runs(project, selection.paths)
        if runs:
            _check_options_for_runs(selection, options, candidate, asking, replay=replay)
        else:
            _check_options(selection, candidate, asking, replay=replay)
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
                comparison = compare_candidate(
                    project, selection, candidate, asking, options, progress
                )
            _show_comparison(comparison, progress, display)
            if not (runs or display.quiet):
                asked = None if replay else _asked_options(candidate, selection)
                for line in _next_steps(comparison.outcome.run.comparison, asked):
                    progress.line(line)
            report_to_ci(project, comparison.outcome, progress, options)
            location = str(project.folders.relative_path(comparison.outcome.location))
            progress.finish(
                closing_line(comparison.outcome.run, location),
                good=comparison.outcome.exit_code == 0,
            )
        return finish(comparison.outcome, display)


def _check_options(
    selection: TrialSelection, candidate: CandidateOptions, asking: AskingOptions, *, replay: bool
) -> None:
    if candidate.draft and candidate.version:
        raise UsageError(
            "--draft and --bot-version cannot be used together: a draft has no version.",
            next_step="leave out one of them.",
        )
    if replay:
        given = {
            "--draft": candidate.draft,
            "--bot-version": candidate.version,
            "--budget": asking.budget,
            "--thorough": asking.is_thorough,
        }
        _refuse(given, "compare.not_for_replay", "compare.not_for_replay.next")
    elif selection.repeat is not None:
        given = {"--budget": asking.budget, "--thorough": asking.is_thorough}
        _refuse(given, "compare.fixed_design", "compare.fixed_design.next")


def _check_options_for_runs(
    selection: TrialSelection,
    options: RunOptions,
    candidate: CandidateOptions,
    asking: AskingOptions,
    *,
    replay: bool,
) -> None:
    given = {
        "--draft": candidate.draft,
        "--bot-version": candidate.version,
        "--budget": asking.budget,
        "--thorough": asking.is_thorough,
        "--replay": replay,
        "--bot": selection.bots,
        "--repeat": selection.repeat,
        "--last-failed": selection.last_failed,
        "--resume": options.resume,
    }
    _refuse(given, "compare.not_for_runs", "compare.not_for_runs.next")


def _refuse(given: Mapping[str, object], what: str, next_step: str) -> None:
    """Refuse options that were given; `what` and `next_step` are ids of messages.

    Raises:
        UsageError: there are some.
    """
    if options := tuple(name for name, value in given.items() if value):
        raise UsageError(
            message(what, options=options), next_step=message(next_step, options=options)
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


def _next_steps(found: Comparison | None, asked: Sequence[str] | None) -> list[str]:
    """Return what is undecided, and the commands to run next.

    Args:
        found: the comparison.
        asked: the options that say which bot was asked; `None` if none was.
    """
    lines, steps = [], []
    undecided = [one for one in found.scenarios if one.more_calls] if found else []
    if found and undecided:
        calls = sum(one.more_calls for one in undecided)
        more = message("compare.undecided.calls", n=calls)
        text = message("compare.undecided", n=len(undecided), more=more)
        if found.budget:
            text = message("compare.undecided.budget", budget=found.budget, rest=text)
        lines = ["", str(text)]
        if asked is not None:
            names = dict.fromkeys(one.scenario for one in undecided)
            words = ["coze-harness", "compare", *names, *asked, "--budget", str(calls)]
            steps.append(str(message("compare.next.decide", command=shlex.join(words))))
    costly = [one.scenario for one in found.scenarios if one.exceeds_cost] if found else []
    if costly:
        limited = tuple(dict.fromkeys(costly))
        steps.append(str(message("compare.next.costly", scenarios=limited)))
    if found is None or any(kind is not ChangeKind.SAME for kind in found.counts):
        steps.append("coze-harness accept --interactive   shows each change")
        steps.append("coze-harness accept   replaces the baseline with the candidates")
    elif not steps:
        steps.append("nothing to do: every answer is that of the baseline")
    labelled = [f"{'' if index else 'next':<12}{step}" for index, step in enumerate(steps)]
    return [*lines, "", *labelled]


def _asked_options(candidate: CandidateOptions, selection: TrialSelection) -> list[str]:
    """Return the options that say which bot is asked."""
    options = ["--draft"] if candidate.draft else []
    if candidate.version:
        options += ["--bot-version", candidate.version]
    for bot in selection.bots:
        options += ["--bot", bot]
    return options
