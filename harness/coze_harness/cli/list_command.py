"""`list` and `schema`: what there is, for people and for programs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

import click
from rich.cells import cell_len, set_cell_size

from coze_harness.baseline.cassette_check import inspect_recordings
from coze_harness.cli import shared_options as options
from coze_harness.commands.current_process import current_process
from coze_harness.commands.project import TrialSelection, open_project
from coze_harness.execution.shards import select_shard
from coze_harness.model import CassetteState
from coze_harness.model.trial import Trial
from coze_harness.reporting.safe_text import single_line
from coze_harness.results.remote_runs import check_cassettes_reachable

_LONGEST = 44


@click.command("list", epilog="Example: coze-harness list --tag smoke --json")
@options.selection
@options.shard
@click.option("--json", "as_json", is_flag=True, help="A JSON array, one object a trial.")
@options.folders
def list_trials(
    as_json: bool,
    shard: str,
    cassettes: str | None,
    reports: str | None,
    **given: Any,  # noqa: ANN401 (click's options, all of them fields of Choice)
) -> int:
    """List the trials that `run` would execute, each with the state of its cassette."""
    project = open_project(current_process(), cassettes=cassettes, reports=reports)
    trials: Sequence[Trial] = project.select_trials(TrialSelection(**given))
    if shard:
        trials, _ = select_shard(trials, shard, project.replayer)
    check_cassettes_reachable(project.settings.cassettes)
    rows = [(trial, state) for trial, state, _fault in inspect_recordings(trials, project.replayer)]
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
    width = min(max((cell_len(trial.key.id) for trial, _state in rows), default=0), _LONGEST)
    for trial, state in rows:
        where = f"{trial.key.file}:{trial.key.line}"
        name = set_cell_size(single_line(trial.key.id), width)
        click.echo(f"{state.value:<10}  {name}  {where}")
    counts = Counter(state for _trial, state in rows)
    told = ", ".join(f"{counts[state]} {state.value}" for state in CassetteState if counts[state])
    click.echo(f"{len(rows)} trials: {told}" if told else f"Shard {shard} is empty.")
    return 0


@click.command(epilog="Example: coze-harness schema > scenario.schema.json")
def schema() -> int:
    """Print the JSON Schema that editors complete scenario files from."""
    from coze_harness.commands.project import schema_text

    click.echo(schema_text(), nl=False)
    return 0
