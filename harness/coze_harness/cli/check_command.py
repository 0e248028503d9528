"""`check`: everything that can be wrong, without running."""

from __future__ import annotations

import sys
from typing import Any

import click

from coze_harness.baseline.cassette_check import CheckMessage, check_cassettes, reformat_cassettes
from coze_harness.cli import shared_options as options
from coze_harness.commands.current_process import current_process
from coze_harness.commands.project import TrialSelection, open_project
from coze_harness.model.errors import HarnessError
from coze_harness.reporting.safe_text import format_count, show_control_characters
from coze_harness.results.remote_runs import check_cassettes_reachable


@click.command(epilog="Example: coze-harness check scenarios/identity.yaml")
@options.selection
@click.option(
    "--rewrite",
    "mend",
    is_flag=True,
    help="Write recordings that were edited by hand in our own shape again.",
)
@options.folders
def check(
    mend: bool,
    cassettes: str | None,
    reports: str | None,
    **given: Any,  # noqa: ANN401 (click's options, all of them fields of Choice)
) -> int:
    """Check scenarios and settings, and the recordings: missing, stale, stray, unreadable, leaking.

    Exit code 0: all is well. 2: a file of yours is wrong. 3: a recording is.
    """
    project = open_project(current_process(), cassettes=cassettes, reports=reports)
    choice = TrialSelection(**given)
    trials = project.select_trials(choice)
    check_cassettes_reachable(project.settings.cassettes)
    if mend:
        for path in reformat_cassettes(trials, project.replayer):
            click.echo(f"{path}: rewritten.")
    whole = choice == TrialSelection()
    folder = project.relative_path(project.settings.cassettes) if whole else None
    found = list(check_cassettes(trials, project.replayer, folder=folder))
    for finding in found:
        _tell(finding)
    faults = [finding.error for finding in found if not finding.is_remark]
    scenarios = len({trial.key.scenario for trial in trials})
    looked_at = f"{format_count(scenarios, 'scenario')}, {format_count(len(trials), 'trial')}"
    if faults:
        click.echo(
            f"{looked_at}: {format_count(len(faults), 'fault')} in their recordings.", err=True
        )
        return max(fault.exit_code for fault in faults)
    click.echo(f"{looked_at}: every recording is in order.")
    return 0


def _tell(finding: CheckMessage) -> None:
    fault: HarnessError = finding.error
    for line in fault.lines():
        shown = show_control_characters(f"note: {line}" if finding.is_remark else line)
        print(shown, file=sys.stderr)  # noqa: T201 (the command line's own output)
