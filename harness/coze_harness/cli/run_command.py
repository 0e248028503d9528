"""`run`, `record` and `live`: run trials and write their reports."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final

import click

from coze_harness.cli import shared_options
from coze_harness.cli.command_help import (
    RECORDING,
    REPLAYED,
    RUN,
    RUNNING,
    SELECTION,
    TALKED,
    TALKING,
    command,
    option,
)
from coze_harness.cli.command_output import echo
from coze_harness.cli.progress_display import ProgressDisplay
from coze_harness.cli.project_access import lock_for_writing, opened_project, project_to_read
from coze_harness.cli.shared_options import DisplayOptions
from coze_harness.commands.run_options import RunOptions
from coze_harness.commands.run_trials import replay_trials
from coze_harness.messages import message
from coze_harness.model import Mode, RecordScope
from coze_harness.model.errors import UsageError
from coze_harness.model.settings_overrides import SettingsOverrides
from coze_harness.project.opened_project import Project
from coze_harness.project.selected_trials import select_trials
from coze_harness.project.trial_selection import TrialSelection
from coze_harness.reporting.github_job import annotation_lines, append_step_summary
from coze_harness.reporting.run_writer import RunOutcome
from coze_harness.reporting.terminal.terminal_summary import (
    bot_table,
    edited_recordings,
    share_lines,
    since_lines,
    summary_line,
)

_COMMANDS: Final[Mapping[Mode, str]] = MappingProxyType(
    {
        Mode.REPLAY: "coze-harness run",
        Mode.RECORD: "coze-harness record",
        Mode.LIVE: "coze-harness live",
        Mode.COMPARE: "coze-harness compare",
    }
)


@command(
    description=(message("help.run"),),
    example="coze-harness run scenarios/identity.yaml -k 'not slow'",
    exit_codes={**REPLAYED, 3: message("exit.recording_strict")},
    environment=RUNNING,
)
@shared_options.selection
@option("--watch", is_flag=True, section=RUN, text=message("option.watch"))
@shared_options.offline
@shared_options.replay
@shared_options.display
def run(
    selection: TrialSelection,
    watch: bool,
    overrides: SettingsOverrides,
    options: RunOptions,
    display: DisplayOptions,
) -> int:
    """Replay scenarios from their cassettes, judge the answers, write reports."""
    if not watch:
        return _run(selection, overrides, options, display)
    if options.resume is not None or options.shard or options.cluster or display.as_json:
        raise UsageError(message("watch.resume"), next_step=message("watch.resume.next"))
    from coze_harness.cli.watch_display import run_and_watch

    run_all = partial(_run, selection, overrides, options, display)
    run_and_watch(run_all, selection, overrides, display)
    return 0


def _run(
    selection: TrialSelection,
    overrides: SettingsOverrides,
    options: RunOptions,
    display: DisplayOptions,
) -> int:
    with project_to_read(overrides) as project:
        trials = select_trials(project, selection, options.workers)
        with ProgressDisplay(project, display, ticking=False) as progress:
            outcome = replay_trials(project, trials, options, progress)
            show_outcome(project, outcome, progress, options)
        return finish(outcome, display)


@command(
    description=(message("help.record"), message("help.record_in_ci")),
    example="COZE_API_TOKEN=… coze-harness record scenarios/identity.yaml",
    exit_codes=TALKED,
    environment=RECORDING,
)
@shared_options.selection
@option("--all", "record_all", is_flag=True, section=SELECTION, text=message("option.record_all"))
@option("--missing", is_flag=True, section=SELECTION, text=message("option.missing"))
@option("--judge-only", is_flag=True, section=SELECTION, text=message("option.judge_only"))
@shared_options.force
@shared_options.wait
@shared_options.recording
@shared_options.execution
@shared_options.display
def record(
    selection: TrialSelection,
    record_all: bool,
    missing: bool,
    judge_only: bool,
    force: bool,
    wait: bool,
    overrides: SettingsOverrides,
    options: RunOptions,
    display: DisplayOptions,
) -> int:
    """Run conversations with Coze, save each as a cassette, judge the answers."""
    if record_all and missing:
        raise UsageError(
            message("record.all_and_missing"), next_step=message("record.all_or_missing")
        )
    from coze_harness.commands.record_trials import record_trials  # `run` does not need it

    scope = RecordScope.ALL if record_all else RecordScope.STALE
    scope = RecordScope.MISSING if missing else scope
    with opened_project(overrides, uses_baseline=True) as project:
        project.refuse_recording_in_ci(force=force)
        trials = select_trials(project, selection)
        lock_for_writing(project, "record", wait=wait)
        with ProgressDisplay(project, display, ticking=True) as progress:
            outcome = record_trials(
                project, trials, options, progress, scope, judge_only=judge_only
            )
            if outcome is None:
                nothing = project.words.text(message("record.nothing", n=len(trials)))
                progress.finish(nothing, good=True)
                if display.as_json:
                    click.echo("null")
                return 0
            show_outcome(project, outcome, progress, options)
        return finish(outcome, display)


@command(
    description=(message("help.live"),),
    example="COZE_API_TOKEN=… coze-harness live --tag smoke",
    exit_codes=TALKED,
    environment=TALKING,
)
@shared_options.selection
@shared_options.project
@shared_options.execution
@shared_options.display
def live(
    selection: TrialSelection,
    overrides: SettingsOverrides,
    options: RunOptions,
    display: DisplayOptions,
) -> int:
    """Run the conversations with Coze, judge the answers, write reports; save no cassette."""
    from coze_harness.commands.record_trials import run_live  # `run` does not need it

    with opened_project(overrides, uses_baseline=True) as project:
        trials = select_trials(project, selection)
        with ProgressDisplay(project, display, ticking=True) as progress:
            outcome = run_live(project, trials, options, progress)
            show_outcome(project, outcome, progress, options)
        return finish(outcome, display)


def show_outcome(
    project: Project, outcome: RunOutcome, progress: ProgressDisplay, options: RunOptions
) -> None:
    """Print the table of bots, annotations for CI, and the last line."""
    words, width = progress.words, progress.width
    for line in bot_table(outcome.run, width=width, words=words):
        progress.on_note(line)
    for line in edited_recordings(outcome.run, words):
        progress.on_note(line, essential=True)
    report_to_ci(project, outcome, progress, options)
    location = str(project.folders.relative_path(outcome.location))
    progress.print_errors()
    for line in share_lines(outcome.run, width=width, words=words):
        progress.on_note(line)
    for line in since_lines(outcome.run, width=width, words=words):
        progress.on_note(line)
    summary = summary_line(outcome.run, location, words=words)
    progress.finish(summary, good=outcome.exit_code == 0)


def report_to_ci(
    project: Project, outcome: RunOutcome, progress: ProgressDisplay, options: RunOptions
) -> None:
    """In a job on GitHub, print annotations and append the job's summary; elsewhere do nothing."""
    environment, root = project.process.environment, project.settings.root
    progress.commands(
        annotation_lines(
            outcome, root, environment, strict_known=options.strict_known, words=progress.words
        )
    )
    for warning in append_step_summary(outcome.folder, environment):
        progress.on_warning(warning)


def finish(outcome: RunOutcome, display: DisplayOptions) -> int:
    """Print how to resume a run and its run.json, open the report; return the exit code."""
    if outcome.run.interrupted and outcome.run.mode in _COMMANDS:
        step = f"{_COMMANDS[outcome.run.mode]} --resume {outcome.run.run_id}"
        echo(message("run.saved"), err=True)
        again = message("run.saved.next", command=step)
        echo(message("error.next", step=again), err=True, indent=2)
    if display.as_json:
        from coze_harness.reporting.files.json_results import run_json  # few runs need it

        click.echo(run_json(outcome.folder), nl=False)
    if display.open_report and isinstance(outcome.location, Path):
        import webbrowser

        webbrowser.open((outcome.location / "index.html").resolve().as_uri())
    elif display.open_report:  # the run was uploaded
        echo(message("run.report_at", url=f"{outcome.location}/index.html"), err=True)
    return outcome.exit_code
