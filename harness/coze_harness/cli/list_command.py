"""`list`: prints the trials with the states of their cassettes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import click
from rich.cells import cell_len, set_cell_size

from coze_harness.cli import shared_options
from coze_harness.cli.command_help import DONE, OUTPUT, SELECTION, command, option
from coze_harness.cli.command_output import echo
from coze_harness.cli.project_access import project_to_read
from coze_harness.commands.check_project import list_trials as listed_trials
from coze_harness.messages import LocalizedText, message
from coze_harness.model import CassetteState
from coze_harness.model.settings_overrides import SettingsOverrides
from coze_harness.project.trial_selection import TrialSelection
from coze_harness.reporting.files.json_results import trials_json
from coze_harness.reporting.views.safe_text import single_line

_MAX_NAME_CELLS: Final = 44
_STATES: Final[Mapping[CassetteState, LocalizedText]] = MappingProxyType(
    {
        CassetteState.RECORDED: message("recording.recorded"),
        CassetteState.STALE: message("recording.stale"),
        CassetteState.MISSING: message("recording.missing"),
        CassetteState.UNREADABLE: message("recording.unreadable"),
    }
)


@command(
    "list",
    description=(message("help.list"),),
    example="coze-harness list --tag smoke --json",
    exit_codes={**DONE, 3: message("exit.recording"), 5: message("exit.nothing")},
)
@shared_options.selection
@option("--shard", metavar="I/N", default="", section=SELECTION, text=message("option.shard"))
@option("--json", "as_json", is_flag=True, section=OUTPUT, text=message("option.json_list"))
@shared_options.folders
def list_trials(
    selection: TrialSelection, shard: str, as_json: bool, overrides: SettingsOverrides
) -> int:
    """List the trials that `run` would replay, each with the state of its cassette."""
    with project_to_read(overrides) as project:
        rows = listed_trials(project, selection, shard)
    if as_json:
        click.echo(trials_json(rows), nl=False)
        return 0
    words = project.words
    states = {state: words.text(_STATES[state]) for state in CassetteState}
    column = max(10, *map(cell_len, states.values()))
    names = [single_line(row.trial.key.id) for row in rows]
    width = min(max(map(cell_len, names), default=0), _MAX_NAME_CELLS)
    for (trial, state, judge), name in zip(rows, names, strict=True):
        where = f"{trial.key.file}:{trial.key.line}"
        if judge not in (None, CassetteState.RECORDED):
            about = words.text(message("list.judge", state=_STATES[judge]))
            where = f"{where}  {about}"
        if tags := single_line(", ".join(trial.key.tags)):
            where = f"{where}  {tags}"
        name = set_cell_size(name, width)
        click.echo(f"{set_cell_size(states[state], column)}  {name}  {where}")
    counts = Counter(row.state for row in rows)
    parts = tuple(
        message("list.count", n=counts[state], state=_STATES[state])
        for state in CassetteState
        if counts[state]
    )
    echo(
        message("list.total", n=len(rows), parts=parts)
        if parts
        else message("list.empty_shard", shard=shard)
    )
    return 0
