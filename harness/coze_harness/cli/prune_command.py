"""`prune`: deletes old runs."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

import click

from coze_harness.cli import shared_options
from coze_harness.cli.command_help import RUN, SELECTION, command, option
from coze_harness.cli.command_output import echo
from coze_harness.cli.project_access import note, opened_project
from coze_harness.commands.report_runs import prune_runs
from coze_harness.messages import message
from coze_harness.model.errors import UsageError
from coze_harness.model.settings_overrides import SettingsOverrides

_AGE: Final = re.compile(r"(\d{1,6})([hdw])")
_UNITS: Final = {"h": "hours", "d": "days", "w": "weeks"}


@command(
    description=(message("help.prune"), message("help.prune_both")),
    example="coze-harness prune --keep 20 --older-than 30d",
)
@option(
    "--keep",
    type=click.IntRange(1),
    metavar="N",
    section=SELECTION,
    text=message("option.keep"),
)
@option(
    "--older-than", default="", metavar="AGE", section=SELECTION, text=message("option.older_than")
)
@option("--dry-run", is_flag=True, section=RUN, text=message("option.dry_run"))
@shared_options.reports
def prune(keep: int | None, older_than: str, dry_run: bool, overrides: SettingsOverrides) -> int:
    """Delete old runs; the newest one is always kept."""
    if keep is None and not older_than:
        raise UsageError(message("prune.what"), next_step=message("prune.what.next"))
    age = _parse_age(older_than) if older_than else None
    with opened_project(overrides) as project:
        runs, kept_count = prune_runs(
            project, keep=keep, max_age=age, dry_run=dry_run, on_warning=note
        )
    for run in runs:
        click.echo(run.run_id)
    outcome = "prune.would_delete" if dry_run else "prune.deleted"
    echo(message(outcome, n=len(runs), kept=kept_count), err=True)
    return 0


def _parse_age(text: str) -> timedelta:
    match = _AGE.fullmatch(text.strip())
    if match is None:
        raise UsageError(message("prune.age", text=text), next_step=message("prune.age.next"))
    return timedelta(**{_UNITS[match[2]]: int(match[1])})
