"""`prune`: deletes old runs."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial
from typing import Final

import click

from coze_harness.cli import shared_options
from coze_harness.cli.project_access import opened_project
from coze_harness.commands.report_runs import prune_runs
from coze_harness.config import SettingsOverrides
from coze_harness.messages import Catalogue, message
from coze_harness.model.errors import UsageError

_AGE: Final = re.compile(r"(\d{1,6})([hdw])")
_UNITS: Final = {"h": "hours", "d": "days", "w": "weeks"}


@click.command(epilog="Example: coze-harness prune --keep 20 --older-than 30d")
@click.option("--keep", type=click.IntRange(1), metavar="N", help="Keep the newest N runs.")
@click.option(
    "--older-than", default="", metavar="AGE", help="Only runs older than this: 12h, 30d or 8w."
)
@click.option("--dry-run", is_flag=True, help="Show what would be deleted, and delete nothing.")
@shared_options.folders
def prune(keep: int | None, older_than: str, dry_run: bool, overrides: SettingsOverrides) -> int:
    """Delete old runs; the newest one is always kept.

    With both options, a run is deleted only if it is neither one of the newest N nor younger.
    Recordings and candidates are not touched.
    """
    if keep is None and not older_than:
        raise UsageError(message("prune.what"), next_step=message("prune.what.next"))
    age = _parse_age(older_than) if older_than else None
    words = Catalogue()
    with opened_project(overrides) as project:
        on_warning = partial(click.echo, err=True)
        runs, kept = prune_runs(
            project, keep=keep, max_age=age, dry_run=dry_run, on_warning=on_warning
        )
    for run in runs:
        click.echo(run.run_id)
    done = message("prune.deleted", n=len(runs), kept=kept)
    planned = message("prune.would_delete", n=len(runs), kept=kept)
    click.echo(words.text(planned if dry_run else done), err=True)
    return 0


def _parse_age(text: str) -> timedelta:
    match = _AGE.fullmatch(text.strip())
    if match is None:
        raise UsageError(message("prune.age", text=text), next_step=message("prune.age.next"))
    return timedelta(**{_UNITS[match[2]]: int(match[1])})
