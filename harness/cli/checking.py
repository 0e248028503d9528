"""`check`: everything that can be wrong, without running."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from harness.cli import options
from harness.errors import HarnessError
from harness.report.visible import visible
from harness.wiring.checking import Finding, recordings, rewrite
from harness.wiring.outside import this_world
from harness.wiring.project import Choice, open_project


@click.command(epilog="Example: coze-harness check scenarios/identity.yaml")
@click.argument("paths", nargs=-1, metavar="[PATH]…")
@click.option(
    "--rewrite",
    "mend",
    is_flag=True,
    help="Write recordings that were edited by hand in our own shape again.",
)
@options.folders
def check(
    paths: Sequence[str], mend: bool, cassettes: Path | None, reports: Path | None
) -> int:  # fmt: skip
    """Check scenarios and settings, and the recordings: missing, stale, stray, unreadable, leaking.

    Exit code 0: all is well. 2: a file of yours is wrong. 3: a recording is.
    """
    project = open_project(this_world(), cassettes=cassettes, reports=reports)
    trials = project.choose(Choice(paths=tuple(paths)))
    if mend:
        redactor = project.replayer.redactor
        for trial in trials:
            path = project.root / trial.key.cassette
            if path.is_file() and rewrite(path, redactor):
                click.echo(f"{path}: rewritten.")
    found = list(
        recordings(
            trials,
            project.replayer,
            folder=None if paths else project.named(project.settings.cassettes),
        )
    )
    for finding in found:
        _tell(finding)
    faults = [finding.fault for finding in found if not finding.is_remark]
    scenarios = len({trial.key.scenario for trial in trials})
    if faults:
        click.echo(f"{len(faults)} of the recordings' faults to mend.", err=True)
        return max(fault.exit_code for fault in faults)
    click.echo(f"{scenarios} scenarios, {len(trials)} trials, every recording in order.")
    return 0


def _tell(finding: Finding) -> None:
    fault: HarnessError = finding.fault
    for line in fault.lines():
        print(visible(f"note: {line}" if finding.is_remark else line), file=sys.stderr)  # noqa: T201
