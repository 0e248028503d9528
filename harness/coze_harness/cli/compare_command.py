"""`compare`: compares candidates with the baseline, or two runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import click
from rich.cells import cell_len, set_cell_size

from coze_harness.baseline.candidates import CandidateOptions
from coze_harness.cli import shared_options
from coze_harness.cli.command_help import RECORDING, RUN, TALKED, TARGET, command, option
from coze_harness.cli.progress_display import ProgressDisplay, progress_display
from coze_harness.cli.project_access import lock_for_writing, note, opened_project
from coze_harness.cli.run_command import finish, report_to_ci
from coze_harness.cli.shared_options import DisplayOptions
from coze_harness.commands.compare_bots import (
    AskingOptions,
    ComparisonOutcome,
    compare_candidate,
    compare_recorded,
)
from coze_harness.commands.compare_runs import compare_runs, find_two_runs
from coze_harness.commands.run_options import RunOptions
from coze_harness.config import SettingsOverrides
from coze_harness.messages import Catalogue, LocalizedText, message
from coze_harness.messages.shell_word import shell_word
from coze_harness.model import ChangeKind, Comparison
from coze_harness.model.errors import UsageError
from coze_harness.model.record import replace
from coze_harness.project.opened_project import Project
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
@option("--thorough", is_flag=True, section=RUN, text=message("option.thorough"))
@option("--strict", is_flag=True, section=RUN, text=message("option.strict_compare"))
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
    budget: int | None,
    thorough: bool,
    replay: bool,
    force: bool,
    wait: bool,
    overrides: SettingsOverrides,
    options: RunOptions,
    display: DisplayOptions,
) -> int:
    """Ask the bot again, record candidates next to the baseline, and report what changed."""
    candidate = CandidateOptions(draft, version)
    asking = AskingOptions(budget=budget, is_thorough=thorough)
    with opened_project(overrides) as project:
        runs = find_two_runs(project, selection.paths)
        given = _options_of_a_candidate(candidate, asking, overrides, wait=wait, force=force)
        if runs:
            _check_options_for_runs(selection, options, {"--replay": replay, **given})
        else:
            _check_options(selection, candidate, asking, given, replay=replay)
            if replay:
                project.resources.enter_context(project.cassette_access.lock_for_reading(note))
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
                limited = _within_budget(asking, project, selection)
                comparison = compare_candidate(
                    project, selection, candidate, limited, options, progress
                )
            _show_comparison(comparison, progress, display)
            if not (runs or display.quiet):
                found = comparison.outcome.run.comparison
                asked = None if replay else _asked_options(candidate, selection)
                summary = comparison.outcome.run.summary
                all_pass = not (summary.failed or summary.errors)
                for line in _next_steps(found, asked, project.words, all_pass=all_pass):
                    progress.line(line)
            report_to_ci(project, comparison.outcome, progress, options)
            location = str(project.folders.relative_path(comparison.outcome.location))
            progress.finish(
                closing_line(comparison.outcome.run, location, progress.words),
                good=comparison.outcome.exit_code == 0,
            )
        return finish(comparison.outcome, display)


def _within_budget(
    asking: AskingOptions, project: Project, selection: TrialSelection
) -> AskingOptions:
    """Return the options with the project's budget, unless another one or --repeat is given."""
    if asking.budget is not None or selection.repeat is not None:
        return asking
    return replace(asking, budget=project.settings.compare.budget)


def _options_of_a_candidate(
    candidate: CandidateOptions,
    asking: AskingOptions,
    overrides: SettingsOverrides,
    *,
    wait: bool,
    force: bool,
) -> dict[str, bool]:
    """Return the options that concern a candidate to record, and whether they are given."""
    return {
        "--draft": candidate.draft,
        "--bot-version": bool(candidate.version),
        "--budget": asking.budget is not None,
        "--thorough": asking.is_thorough,
        "--base-url": overrides.base_url is not None,
        "--wait": wait,
        "--force": force,
    }


def _check_options(
    selection: TrialSelection,
    candidate: CandidateOptions,
    asking: AskingOptions,
    given: Mapping[str, bool],
    *,
    replay: bool,
) -> None:
    if candidate.draft and candidate.version:
        raise UsageError(
            message("compare.draft_and_version"),
            next_step=message("compare.draft_and_version.next"),
        )
    if replay and (unsupported := _given(given)):
        raise UsageError(
            message("compare.not_with_replay", options=unsupported),
            next_step=message("compare.not_with_replay.next", options=unsupported),
        )
    sequential = {"--budget": asking.budget is not None, "--thorough": asking.is_thorough}
    if selection.repeat is not None and (unsupported := _given(sequential)):
        raise UsageError(
            message("compare.fixed_design", options=unsupported),
            next_step=message("compare.fixed_design.next", options=unsupported),
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
        found,
        kept.examples,
        kept.unusable,
        progress.writer,
        progress.words,
        brief=display.quiet,
    ):
        progress.line(line)


def _next_steps(
    found: Comparison | None, asked: Sequence[str] | None, words: Catalogue, *, all_pass: bool
) -> list[str]:
    """Return what is undecided, and the commands to run next.

    Args:
        found: the comparison.
        asked: the options that say which bot was asked; `None` if none was.
        words: the texts of the language.
        all_pass: whether every candidate passes; `accept` takes no others at once.
    """
    lines: list[str] = []
    steps: list[LocalizedText] = []
    undecided = [one for one in found.scenarios if one.more_calls] if found else []
    if found and undecided:
        calls = sum(one.more_calls for one in undecided)
        more = message("compare.undecided.calls", n=calls)
        text = message("compare.undecided", n=len(undecided), more=more)
        if found.budget:
            text = message("compare.undecided.budget", budget=found.budget, rest=text)
        lines = ["", words.text(text)]
        if asked is not None:
            names = dict.fromkeys(one.scenario for one in undecided)
            command = ["coze-harness", "compare", *names, *asked, "--budget", str(calls)]
            steps.append(message("compare.next.decide", command=" ".join(map(shell_word, command))))
    costly = [one.scenario for one in found.scenarios if one.exceeds_cost] if found else []
    if costly:
        limited = tuple(dict.fromkeys(costly))
        steps.append(message("compare.next.costly", scenarios=limited))
    if found is None or any(kind is not ChangeKind.SAME for kind in found.counts):
        interactive = "coze-harness accept --interactive"
        steps.append(message("compare.next_review", command=interactive))
        if all_pass:
            steps.append(message("compare.next_accept", command="coze-harness accept"))
    elif not steps:
        steps.append(message("compare.next_nothing"))
    label = words.word("compare.next")
    column = max(12, cell_len(label) + 2)
    heads = [label, *[""] * (len(steps) - 1)]
    shown = zip(heads, steps, strict=True)
    return [*lines, "", *(f"{set_cell_size(h, column)}{words.text(step)}" for h, step in shown)]


def _asked_options(candidate: CandidateOptions, selection: TrialSelection) -> list[str]:
    """Return the options that say which bot is asked."""
    options = ["--draft"] if candidate.draft else []
    if candidate.version:
        options += ["--bot-version", candidate.version]
    for bot in selection.bots:
        options += ["--bot", bot]
    return options
