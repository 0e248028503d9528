"""`report` and `history`: write reports of finished runs again, and list the runs."""

from __future__ import annotations

import sys
from functools import partial
from shutil import get_terminal_size

import click

from coze_harness.cli import shared_options
from coze_harness.cli.project_access import opened_project
from coze_harness.commands.report_runs import all_runs, render_runs
from coze_harness.config import SettingsOverrides
from coze_harness.reporting.run_list_page import run_list_rows
from coze_harness.reporting.terminal_trials import fit_line


@click.command(epilog="Example: coze-harness report latest -o /tmp/page")
@click.argument("runs", nargs=-1, required=True, metavar="RUN…")
@click.option(
    "-o",
    "--output",
    metavar="DIR",
    help="Folder to write: a path or a URL. Default: the run's folder.",
)
@shared_options.page
def report(runs: tuple[str, ...], output: str | None, overrides: SettingsOverrides) -> int:
    """Write the reports of a run again, from its run.json and trials.jsonl.

    RUN is an id, a folder, or 'latest'. Several runs are merged into one; this requires -o, and
    every shard exactly once.
    """
    with opened_project(overrides) as project:
        page = render_runs(project, runs, output)
        click.echo(project.folders.display_path(page))
    return 0


@click.command(epilog="Example: coze-harness history -n 5")
@click.option(
    "-n",
    "count",
    type=click.IntRange(1),
    default=20,
    show_default=True,
    metavar="N",
    help="Show at most N runs.",
)
@shared_options.folders
def history(count: int, overrides: SettingsOverrides) -> int:
    """List the runs, newest first."""
    with opened_project(overrides) as project:
        runs = all_runs(project, partial(click.echo, err=True))
    if not runs:
        click.echo("There is no run yet. Next: coze-harness run")
        return 0
    head = f"{'run':<25}  {'mode':<7}  {'scenarios':>9}  {'passed':>7}"
    click.echo(f"{head}  {'p95':>8}  {'tokens':>10}  verdict")
    for row in run_list_rows(runs[:count]):
        line = (
            f"{row.run_id:<25}  {row.mode:<7}  {row.scenarios:>9}  {row.share:>7}  {row.p95:>8}  "
            f"{row.tokens:>10}  {row.verdict}"
        )
        click.echo(fit_line(line, get_terminal_size().columns) if sys.stdout.isatty() else line)
    return 0
