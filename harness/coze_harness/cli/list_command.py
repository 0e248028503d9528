"""`list`: prints the trials with the states of their cassettes."""

from __future__ import annotations

import json
from collections import Counter
from typing import Final

import click
from rich.cells import cell_len, set_cell_size

from coze_harness.cli import shared_options
from coze_harness.cli.project_access import project_to_read
from coze_harness.commands.check_project import list_trials as listed_trials
from coze_harness.commands.project import TrialSelection
from coze_harness.config import SettingsOverrides
from coze_harness.model import CassetteState
from coze_harness.reporting.safe_text import single_line

_MAX_NAME_CELLS: Final = 44


@click.command("list", epilog="Example: coze-harness list --tag smoke --json")
@shared_options.selection
@click.option("--shard", metavar="I/N", default="", help="Only part I of N, as `run` splits them.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array, one object per trial.")
@shared_options.folders
def list_trials(
    selection: TrialSelection, shard: str, as_json: bool, overrides: SettingsOverrides
) -> int:
    """List the trials that `run` would replay, each with the state of its cassette."""
    with project_to_read(overrides) as project:
        rows = listed_trials(project, selection, shard)
    if as_json:
        listed = [
            {
                "id": trial.key.id,
                "scenario": trial.key.scenario,
                "file": trial.key.file,
                "line": trial.key.line,
                "bot": trial.key.bot,
                "case": trial.key.case,
                "trial": trial.key.trial,
                "tags": list(trial.key.tags),
                "cassette": trial.key.cassette,
                "state": state.value,
            }
            for trial, state in rows
        ]
        click.echo(json.dumps(listed, ensure_ascii=False, indent=2))
        return 0
    width = min(max((cell_len(trial.key.id) for trial, _state in rows), default=0), _MAX_NAME_CELLS)
    for trial, state in rows:
        where = f"{trial.key.file}:{trial.key.line}"
        name = set_cell_size(single_line(trial.key.id), width)
        click.echo(f"{state.value:<10}  {name}  {where}")
    counts = Counter(state for _trial, state in rows)
    summary = ", ".join(
        f"{counts[state]} {state.value}" for state in CassetteState if counts[state]
    )
    click.echo(f"{len(rows)} trials: {summary}" if summary else f"Shard {shard} is empty.")
    return 0
