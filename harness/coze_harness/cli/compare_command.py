"""`compare`: compares candidates with the baseline, or two runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import click
from rich.cells import cell_len, set_cell_size

from coze_harness.baseline.candidates import CandidateOptions
from coze_harness.cli import shared_options
from coze_harness.cli.command_help import RECORDING, RUN, TALKED, TARGET, command, option
from coze_harness.cli.progress_display import ProgressDisplay
from coze_harness.cli.project_access import lock_for_writing, note, opened_project
from coze_harness.cli.run_command import finish, report_to_ci
from coze_harness.cli.shared_options import DisplayOptions
from coze_harness.commands.compare_bots import (
    AskingOptions,
    compare_candidate,
    compare_recorded,
)
from coze_harness.commands.compare_runs import compare_runs, find_two_runs
from coze_harness.commands.run_options import RunOptions
from coze_harness.messages import Catalogue, LocalizedText, message
from coze_harness.messages.shell_word import shell_word
from coze_harness.model import ChangeKind, Comparison
from coze_harness.model.errors import UsageError
from coze_harness.model.record import replace
from coze_harness.model.settings_overrides import SettingsOverrides
from coze_harness.project.trial_selection import TrialSelection
from coze_harness.reporting.terminal.terminal_comparison import closing_line, comparison_lines


@command(
    description=(
        message("help.compare"),
        message("help.compare_baseline"),
        message("help.compare_decides"),
        message("help.compare_runs"),
    ),
    example="coze-harness compare --draft --tag smoke",
    exit_codes={**TALKED, 0: message("exit.not_regressed"), 1: message("exit.regressed")},
    environment=RECORDING,
)
@shared_options.group("candidate", CandidateOptions)
@shared_options.group("asking", AskingOptions)
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
@option(
    "--budget",
    type=click.IntRange(1),
    metavar="CALLS",
    section=RUN,
    text=message("option.budget"),
)
@option("--thorough", "is_thorough", is_flag=True, section=RUN, text=message("option.thorough"))
@option("--strict", is_flag=True, section=RUN, text=message("option.strict_compare"))
@option("--replay", is_flag=True, section=RUN, text=message("option.replay"))
@shared_options.force
@shared_options.wait
@shared_options.project
@shared_options.comparison
@shared_options.brief_display
def compare(
    selection: TrialSelection,
    candidate: CandidateOptions,
    asking: AskingOptions,
    replay: bool,
    force: bool,
    wait: bool,
    overrides: SettingsOverrides,
    options: RunOptions,
    display: DisplayOptions,
) -> int:
    """Ask the bot again, record candidates next to the baseline, and report what changed."""
    with opened_project(overrides) as project:
        runs = find_two_runs(project, selection.paths)
        for_candidates = {
            "--draft": candidate.draft,
            "--bot-version": bool(candidate.version),
            "--budget": asking.budget is not None,
            "--thorough": asking.is_thorough,
            "--base-url": overrides.base_url is not None,
            "--wait": wait,
            "--force": force,
        }
        if runs:
            _check_options_for_runs(selection, options, {"--replay": replay, **for_candidates})
        else:
            _check_options(selection, candidate, for_candidates, replay=replay)
            if replay:
                project.resources.enter_context(project.cassette_access.lock_for_reading(note))
            else:
                project.refuse_recording_in_ci(force=force)
                lock_for_writing(project, "compare", wait=wait)
        with ProgressDisplay(
            project, display, ticking=not (runs or replay), shows_results=False
        ) as progress:
            if runs:
                outcome, summary = compare_runs(project, runs, selection, options, progress)
            elif replay:
                outcome, summary = compare_recorded(project, selection, options, progress)
            else:
                if asking.budget is None and selection.repeat is None:
                    asking = replace(asking, budget=project.settings.compare.budget)
                outcome, summary = compare_candidate(
                    project, selection, candidate, asking, options, progress
                )
            comparison = outcome.run.comparison
            if comparison is not None:
                for line in comparison_lines(
                    comparison,
                    summary.examples,
                    summary.unusable,
                    progress.writer,
                    progress.words,
                    brief=display.quiet,
                ):
                    progress.line(line)
            if not (runs or display.quiet):
                bot_options = None if replay else _bot_options(candidate, selection)
                all_pass = not (outcome.run.summary.failed or outcome.run.summary.errors)
                for line in _next_steps(comparison, bot_options, project.words, all_pass=all_pass):
                    progress.line(line)
            report_to_ci(project, outcome, progress, options)
            location = str(project.folders.relative_path(outcome.location))
            progress.finish(
                closing_line(outcome.run, location, progress.words), good=outcome.exit_code == 0
            )
        return finish(outcome, display)


def _check_options(
    selection: TrialSelection,
    candidate: CandidateOptions,
    for_candidates: Mapping[str, bool],
    *,
    replay: bool,
) -> None:
    if candidate.draft and candidate.version:
        raise UsageError(
            message("compare.draft_and_version"),
            next_step=message("compare.draft_and_version.next"),
        )
    if replay and (unsupported := _names(for_candidates)):
        raise UsageError(
            message("compare.not_with_replay", options=unsupported),
            next_step=message("compare.not_with_replay.next", options=unsupported),
        )
    sequential = {name: for_candidates[name] for name in ("--budget", "--thorough")}
    if selection.repeat is not None and (unsupported := _names(sequential)):
        raise UsageError(
            message("compare.fixed_design", options=unsupported),
            next_step=message("compare.fixed_design.next", options=unsupported),
        )


def _check_options_for_runs(
    selection: TrialSelection, options: RunOptions, for_trials: Mapping[str, bool]
) -> None:
    unsupported = _names(
        {
            **for_trials,
            "--bot": bool(selection.bots),
            "--repeat": selection.repeat is not None,
            "--last-failed": selection.last_failed,
            "--resume": options.resume is not None,
            "--workers": options.workers is not None,
        }
    )
    if unsupported:
        raise UsageError(
            message("compare.not_with_runs", options=unsupported),
            next_step=message("compare.not_with_runs.next", options=unsupported),
        )


def _names(options: Mapping[str, bool]) -> tuple[str, ...]:
    """Return the options that the command line has."""
    return tuple(name for name, is_used in options.items() if is_used)


def _next_steps(
    comparison: Comparison | None,
    bot_options: Sequence[str] | None,
    words: Catalogue,
    *,
    all_pass: bool,
) -> list[str]:
    """Return what is undecided, and the commands to run next.

    Args:
        comparison: the comparison.
        bot_options: the options that say which bot was asked; `None` if none was.
        words: the texts of the language.
        all_pass: whether every candidate passes; `accept` takes no others at once.
    """
    lines: list[str] = []
    steps: list[LocalizedText] = []
    scenarios = comparison.scenarios if comparison else ()
    undecided = [one for one in scenarios if one.more_calls]
    if comparison and undecided:
        calls = sum(one.more_calls for one in undecided)
        more = message("compare.undecided.calls", n=calls)
        text = message("compare.undecided", n=len(undecided), more=more)
        if comparison.budget:
            text = message("compare.undecided.budget", budget=comparison.budget, rest=text)
        lines = ["", words.text(text)]
        if bot_options is not None:
            names = dict.fromkeys(one.scenario for one in undecided)
            command = ["coze-harness", "compare", *names, *bot_options, "--budget", str(calls)]
            steps.append(message("compare.next.decide", command=" ".join(map(shell_word, command))))
    if costly := tuple(dict.fromkeys(one.scenario for one in scenarios if one.exceeds_cost)):
        steps.append(message("compare.next.costly", scenarios=costly))
    if comparison is None or any(kind is not ChangeKind.SAME for kind in comparison.counts):
        interactive = "coze-harness accept --interactive"
        steps.append(message("compare.next_review", command=interactive))
        if all_pass:
            steps.append(message("compare.next_accept", command="coze-harness accept"))
    elif not steps:
        steps.append(message("compare.next_nothing"))
    lines.append("")
    label = words.word("compare.next")
    column = max(12, cell_len(label) + 2)
    heads = [label, *[""] * (len(steps) - 1)]
    for head, step in zip(heads, steps, strict=True):
        lines.append(f"{set_cell_size(head, column)}{words.text(step)}")
    return lines


def _bot_options(candidate: CandidateOptions, selection: TrialSelection) -> list[str]:
    """Return the options that say which bot is asked."""
    options = ["--draft"] if candidate.draft else []
    if candidate.version:
        options += ["--bot-version", candidate.version]
    for bot in selection.bots:
        options += ["--bot", bot]
    return options
