"""`report` and `history`: write reports of finished runs again, and list the runs."""

from __future__ import annotations

import sys
from shutil import get_terminal_size
from typing import Final

import click
from rich.cells import cell_len

from coze_harness.cli import shared_options
from coze_harness.cli.command_help import OUTPUT, REPORT, SELECTION, argument, command, option
from coze_harness.cli.command_output import echo
from coze_harness.cli.project_access import note, opened_project
from coze_harness.cli.project_completion import complete_runs
from coze_harness.commands.report_runs import all_runs, render_runs
from coze_harness.messages import message
from coze_harness.model.settings_overrides import SettingsOverrides
from coze_harness.reporting.files.json_results import runs_json
from coze_harness.reporting.html.run_list_page import run_list_rows
from coze_harness.reporting.views.line_wrapping import fit_line

_COUNT: Final = 20
# The cells of each column; after the two names, numbers are on the right.
_WIDTHS: Final = (24, 8, 9, 7, 8, 8)
_NAMES: Final = 2
_HEADS: Final = (
    message("runs.run"),
    message("runs.mode"),
    message("runs.scenarios"),
    message("runs.passed"),
    message("runs.percentile"),
    message("runs.tokens"),
    message("runs.verdict"),
)


@command(
    description=(message("help.report"), message("help.report_merge")),
    example="coze-harness report latest -o /tmp/page",
)
@argument(
    "runs",
    message("option.runs"),
    nargs=-1,
    required=True,
    metavar="RUN…",
    shell_complete=complete_runs,
)
@option("-o", "--output", metavar="DIR", section=REPORT, text=message("option.output"))
@shared_options.page
def report(runs: tuple[str, ...], output: str | None, overrides: SettingsOverrides) -> int:
    """Write the reports of a run again, from its run.json and trials.jsonl."""
    with opened_project(overrides) as project:
        page = render_runs(project, runs, output)
        click.echo(project.folders.display_path(page))
    return 0


@command(
    description=(message("help.history"),),
    example="coze-harness history -n 5",
)
@option(
    "-n",
    "count",
    type=click.IntRange(1),
    default=_COUNT,
    metavar="N",
    section=SELECTION,
    text=message("option.count", default=_COUNT),
)
@option("--json", "as_json", is_flag=True, section=OUTPUT, text=message("option.json_history"))
@shared_options.reports
def history(count: int, as_json: bool, overrides: SettingsOverrides) -> int:
    """List the runs, newest first."""
    with opened_project(overrides) as project:
        runs = all_runs(project, note)[:count]
        words = project.words
    if as_json:
        click.echo(runs_json(runs, words), nl=False)
        return 0
    if not runs:
        echo(message("runs.empty", command="coze-harness run"))
        return 0
    lines = [_line(tuple(words.text(head) for head in _HEADS))]
    for row in run_list_rows(runs):
        mode = words.word(f"mode.{row.mode}")
        cells = (row.run_id, mode, f"{row.scenarios:,}", row.share, row.p95, row.tokens)
        lines.append(_line((*cells, words.text(row.phrase))))
    width = get_terminal_size().columns if sys.stdout.isatty() else 0
    for line in lines:
        click.echo(fit_line(line, width))
    return 0


def _line(cells: tuple[str, ...]) -> str:
    """Return a line of the table; its last cell has any width."""
    columns = []
    for number, (cell, width) in enumerate(zip(cells, _WIDTHS, strict=False)):
        space = " " * (width - cell_len(cell))
        columns.append(f"{cell}{space}" if number < _NAMES else f"{space}{cell}")
    return "  ".join([*columns, cells[-1]])
