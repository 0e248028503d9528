"""`check`: reports every error in scenarios, settings and recordings."""

from __future__ import annotations

import sys

import click

from coze_harness.cli import shared_options
from coze_harness.cli.project_access import lock_for_writing, opened_project, project_to_read
from coze_harness.commands.check_project import check_project
from coze_harness.commands.project import TrialSelection
from coze_harness.config import SettingsOverrides
from coze_harness.messages import message
from coze_harness.model.errors import UsageError
from coze_harness.reporting.safe_text import format_count, show_control_characters


@click.command(epilog="Example: coze-harness check scenarios/identity.yaml")
@shared_options.selection
@click.option("--rewrite", is_flag=True, help="Reformat hand-edited cassettes.")
@click.option(
    "--no-recordings", is_flag=True, help="Check only scenarios and settings: new ones have none."
)
@shared_options.folders
def check(
    selection: TrialSelection, rewrite: bool, no_recordings: bool, overrides: SettingsOverrides
) -> int:
    """Check scenarios, settings and recordings without running anything.

    Reports recordings that are missing, stale, unreadable, contain a secret, or belong to no trial.
    Exit code 2: a scenario file or a setting is wrong. 3: a recording is.
    """
    if rewrite and no_recordings:
        raise UsageError(
            message("check.rewrites_recordings"),
            next_step=message("check.rewrites_recordings.next"),
        )
    if rewrite:
        with opened_project(overrides) as project:
            lock_for_writing(project, "check --rewrite")
            checked = check_project(project, selection, reformat=True)
    else:
        with project_to_read(overrides) as project:
            checked = check_project(project, selection, checks_recordings=not no_recordings)
    for path in checked.reformatted:
        click.echo(f"{path}: reformatted.")
    for finding in checked.messages:
        for line in finding.error.lines():
            shown = show_control_characters(f"note: {line}" if finding.is_notice else line)
            print(shown, file=sys.stderr)  # noqa: T201 (the command's output)
    errors = [finding.error for finding in checked.messages if not finding.is_notice]
    counts = (
        f"{format_count(checked.scenarios, 'scenario')}, {format_count(checked.trials, 'trial')}"
    )
    if errors:
        click.echo(f"{counts}: {format_count(len(errors), 'error')} in recordings.", err=True)
        return max(error.exit_code for error in errors)
    if no_recordings:
        in_order = message(
            "check.scenarios_in_order", scenarios=checked.scenarios, n=checked.trials
        )
        click.echo(str(in_order))
    else:
        click.echo(f"{counts}: every recording is in order.")
    return 0
