"""`check`: reports every error in scenarios, settings and recordings."""

from __future__ import annotations

import sys

import click

from coze_harness.cli import shared_options
from coze_harness.cli.command_help import DONE, OUTPUT, RUN, command, option
from coze_harness.cli.command_output import current_output
from coze_harness.cli.project_access import lock_for_writing, opened_project, project_to_read
from coze_harness.commands.check_project import CheckOutcome, check_project
from coze_harness.messages import message
from coze_harness.model.errors import HarnessError, UsageError
from coze_harness.model.settings_overrides import SettingsOverrides
from coze_harness.project.trial_selection import TrialSelection
from coze_harness.reporting.files.json_results import check_json, error_json
from coze_harness.reporting.views.safe_text import show_control_characters


@command(
    description=(message("help.check"), message("help.check_recordings")),
    example="coze-harness check scenarios/identity.yaml",
    exit_codes={**DONE, 3: message("exit.recording"), 5: message("exit.nothing")},
    environment=("GITHUB_ACTIONS", "COZE_HARNESS_LANG"),
)
@shared_options.selection
@option("--rewrite", is_flag=True, section=RUN, text=message("option.rewrite"))
@option("--no-recordings", is_flag=True, section=RUN, text=message("option.no_recordings"))
@option("--json", "as_json", is_flag=True, section=OUTPUT, text=message("option.json_check"))
@shared_options.folders
def check(
    selection: TrialSelection,
    rewrite: bool,
    no_recordings: bool,
    as_json: bool,
    overrides: SettingsOverrides,
) -> int:
    """Check scenarios, settings and recordings without running anything."""
    output = current_output()
    try:
        checked = _check(selection, overrides, rewrite=rewrite, no_recordings=no_recordings)
    except HarnessError as error:
        if not as_json:
            raise
        output.annotate([error])
        click.echo(error_json(error, output.words), nl=False)
        return error.exit_code
    words = output.words
    errors = [one.error for one in checked.messages if not one.is_notice]
    for path in checked.reformatted:
        click.echo(words.text(message("check.reformatted", path=path)), err=as_json)
    output.annotate(errors, [one.error for one in checked.messages if one.is_notice])
    if as_json:
        click.echo(check_json(checked.messages, words), nl=False)
        return max((error.exit_code for error in errors), default=0)
    for one in checked.messages:
        for number, line in enumerate(one.error.lines(words)):
            if one.is_notice and not number:
                line = words.text(message("check.notice", text=line))
            print(show_control_characters(line), file=sys.stderr)  # noqa: T201 (the command's output)
    counts = (
        message("check.scenarios", n=checked.scenarios),
        message("check.trials", n=checked.trials),
    )
    if errors:
        click.echo(words.text(message("check.errors", counts=counts, n=len(errors))), err=True)
        return max(error.exit_code for error in errors)
    if no_recordings:
        in_order = message(
            "check.scenarios_in_order", scenarios=checked.scenarios, n=checked.trials
        )
    else:
        in_order = message("check.passed", counts=counts)
    click.echo(words.text(in_order))
    return 0


def _check(
    selection: TrialSelection, overrides: SettingsOverrides, *, rewrite: bool, no_recordings: bool
) -> CheckOutcome:
    if rewrite and no_recordings:
        raise UsageError(
            message("check.rewrites_recordings"),
            next_step=message("check.rewrites_recordings.next"),
        )
    if rewrite:
        with opened_project(overrides) as project:
            lock_for_writing(project, "check --rewrite")
            return check_project(project, selection, reformat=True)
    with project_to_read(overrides) as project:
        return check_project(project, selection, checks_recordings=not no_recordings)
