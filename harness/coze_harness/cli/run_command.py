"""`run`, `record` and `live`: one pipeline, three ways to get the answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import click

from coze_harness.cli import shared_options as options
from coze_harness.cli.opening import open_page
from coze_harness.cli.progress_display import ProgressDisplay
from coze_harness.commands.current_process import current_process
from coze_harness.commands.project import Project, TrialSelection, open_project
from coze_harness.commands.run_trials import RunOutcome, run_trials
from coze_harness.execution.shards import describe_shard, select_shard
from coze_harness.model import Mode, ShardInfo
from coze_harness.model.trial import Trial
from coze_harness.reporting.hosted import annotation_lines, append_step_summary
from coze_harness.reporting.safe_text import format_count
from coze_harness.reporting.terminal_trials import bot_table, summary_line

_COMMANDS: Final[Mapping[Mode, str]] = MappingProxyType(
    {
        Mode.REPLAY: "coze-harness run",
        Mode.RECORD: "coze-harness record",
        Mode.LIVE: "coze-harness live",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """How a run is executed and told, as the options say."""

    stop_at_first: bool
    strict_known: bool
    workers: int | None
    cluster: str | None
    resume: str | None
    shard: str = ""
    quiet: bool
    verbose: bool
    no_progress: bool
    open_report: bool


@click.command(epilog="Example: coze-harness run scenarios/identity.yaml -k 'not slow'")
@options.selection
@options.shard
@options.folders
@options.service
@options.page
@options.execution
def run(**given: Any) -> int:  # noqa: ANN401 (click's options, taken apart below)
    """Replay the scenarios from their cassettes, judge the answers, write the reports.

    Never opens a connection and needs no token. PATH is a file, a folder or a scenario's name.
    """
    project = opened(given)
    choice, manner = split_options(given)
    trials = project.select_trials(choice, manner.workers)
    return _execute(project, trials, Mode.REPLAY, manner)


@click.command(epilog="Example: COZE_API_TOKEN=… coze-harness record --missing")
@options.selection
@options.shard
@click.option("--missing", is_flag=True, help="Only trials that have no recording yet.")
@click.option("--force", is_flag=True, help="Record although CI is set.")
@options.folders
@options.service
@options.page
@options.execution
def record(missing: bool, force: bool, **given: Any) -> int:  # noqa: ANN401 (as above)
    """Hold the conversations with Coze, keep each as a cassette, judge the answers, report.

    A cassette is written only when its conversation was finished, and then whole. Refuses to run
    where CI is set, unless --force: CI replays.
    """
    project = opened(given)
    project.refuse_recording_in_ci(force=force)
    choice, manner = split_options(given)
    trials = project.select_trials(choice)
    return _execute(
        project, project.without_recording(trials) if missing else trials, Mode.RECORD, manner
    )


@click.command(epilog="Example: COZE_API_TOKEN=… coze-harness live --tag smoke")
@options.selection
@options.shard
@options.folders
@options.service
@options.page
@options.execution
def live(**given: Any) -> int:  # noqa: ANN401 (as above)
    """Hold the conversations with Coze, judge the answers, report; keep no cassette."""
    project = opened(given)
    choice, manner = split_options(given)
    return _execute(project, project.select_trials(choice), Mode.LIVE, manner)


def opened(given: dict[str, Any]) -> Project:
    """Open the project that the options say, and take these out."""
    names = ("cassettes", "reports", "base_url", "lang", "layout")
    return open_project(current_process(), **{name: given.pop(name) for name in names})


def split_options(given: dict[str, Any]) -> tuple[TrialSelection, RunOptions]:
    """Return what chooses trials, and how they are executed."""
    chosen = {
        name: given.pop(name) for name in TrialSelection.__dataclass_fields__ if name in given
    }
    return TrialSelection(**chosen), RunOptions(**given)


def report_to_ci(
    project: Project, outcome: RunOutcome, screen: ProgressDisplay, *, strict_known: bool
) -> None:
    """Give a job on GitHub its annotations and its summary; nothing happens elsewhere."""
    world = project.world
    screen.commands(annotation_lines(outcome, project.settings, world, strict_known=strict_known))
    for remark in append_step_summary(outcome.folder, world.environment):
        screen.on_warning(remark)


def _execute(project: Project, trials: Sequence[Trial], mode: Mode, manner: RunOptions) -> int:
    environment = project.world.environment
    resumed = project.run_to_resume(manner.resume) if manner.resume else None
    shard: ShardInfo | None = None
    if manner.shard or resumed:
        trials, shard = select_shard(trials, manner.shard, project.replayer, resumed)
    screen = ProgressDisplay(
        environment,
        quiet=manner.quiet,
        verbose=manner.verbose,
        bar=not manner.no_progress,
        ticking=mode is not Mode.REPLAY,
    )
    with screen:
        if mode is not Mode.REPLAY:
            for hint in project.settings.warnings:
                screen.on_warning(hint)
        if shard and not (manner.quiet and trials):
            screen.line(describe_shard(shard))
        source = project.source(
            mode,
            workers=manner.workers,
            cluster=manner.cluster,
            one_by_one=manner.stop_at_first,
            warn=screen.on_warning,
        )
        if mode is not Mode.REPLAY and not manner.quiet:
            ahead = format_count(project.estimate_requests(trials), "call")
            click.echo(f"About {ahead} to Coze ahead (a free plan has 500 in all).", err=True)
        outcome = run_trials(
            trials,
            source,
            mode=mode,
            settings=project.settings,
            world=project.world,
            listener=screen,
            stop_at_first=manner.stop_at_first,
            strict_known=manner.strict_known,
            resume=resumed,
            shard=shard,
        )
        if not manner.quiet:
            for line in bot_table(outcome.run, width=screen.width):
                screen.line(line)
        report_to_ci(project, outcome, screen, strict_known=manner.strict_known)
        shown = str(project.relative_path(outcome.location))
        screen.finish(summary_line(outcome.run, shown), good=outcome.exit_code == 0)
    if outcome.run.interrupted:
        words = f"{_COMMANDS[mode]} --resume {outcome.run.run_id}"
        click.echo(f"What is done is kept.\n  next: {words}, with the same paths", err=True)
    if manner.open_report:
        open_page(outcome)
    return outcome.exit_code
