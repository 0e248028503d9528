"""`report` and `history`: runs that have been."""

from __future__ import annotations

import sys
from functools import partial
from shutil import get_terminal_size

import click

from coze_harness.cli import shared_options as options
from coze_harness.commands.current_process import current_process
from coze_harness.commands.project import open_project
from coze_harness.reporting.run_list_page import run_list_rows
from coze_harness.reporting.run_reports import page_options
from coze_harness.reporting.runs import all_runs, render_run
from coze_harness.reporting.terminal_trials import fit_line


@click.command(epilog="Example: coze-harness report latest -o /tmp/page")
@click.argument("runs", nargs=-1, required=True, metavar="RUN…")
@click.option(
    "-o",
    "--output",
    metavar="DIR",
    help="Where the reports go, a folder or its URL; the run's own unless told otherwise.",
)
@options.folders
@options.page
def report(
    runs: tuple[str, ...],
    output: str | None,
    cassettes: str | None,
    reports: str | None,
    lang: str | None,
    layout: str | None,
) -> int:
    """Render the reports of a run again, from its run.json and trials.jsonl alone.

    RUN is an id, a folder, or 'latest'. Several runs are merged into one, which needs -o. Of shards
    it takes all: one that is missing, incomplete, there twice or of another run is refused.
    """
    project = open_project(
        current_process(), cassettes=cassettes, reports=reports, lang=lang, layout=layout
    )
    page = page_options(project.settings)
    found = [project.locate_run(name) for name in runs]
    made = render_run(found, output, page, project.temporary)
    click.echo(project.display_path(made))
    return 0


@click.command(epilog="Example: coze-harness history -n 5")
@click.option(
    "-n",
    "count",
    type=click.IntRange(1),
    default=20,
    show_default=True,
    metavar="N",
    help="So many runs at the most.",
)
@options.folders
def history(count: int, cassettes: str | None, reports: str | None) -> int:  # fmt: skip
    """Show the runs there are, newest first."""
    project = open_project(current_process(), cassettes=cassettes, reports=reports)
    remark = partial(click.echo, err=True)
    runs = all_runs(project.settings.reports, remark, project.temporary)
    if not runs:
        click.echo("There is no run yet. Next: coze-harness run")
        return 0
    head = f"{'run':<25}  {'mode':<7}  {'trials':>6}  {'passed':>7}"
    click.echo(f"{head}  {'p95':>8}  {'tokens':>10}  verdict")
    for row in run_list_rows(runs[:count]):
        line = (
            f"{row.run_id:<25}  {row.mode:<7}  {row.trials:>6}  {row.share:>7}  {row.p95:>8}  "
            f"{row.tokens:>10}  {row.verdict}"
        )
        click.echo(fit_line(line, get_terminal_size().columns) if sys.stdout.isatty() else line)
    return 0
