"""`suggest`: expectations that kill the mutants which survive now."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

import click

from coze_harness.cli import shared_options
from coze_harness.cli.project_access import project_to_read
from coze_harness.commands.project import TrialSelection
from coze_harness.commands.suggest_expectations import TurnSuggestions, suggest
from coze_harness.config import SettingsOverrides
from coze_harness.messages import message
from coze_harness.model import MutationClass
from coze_harness.mutation.expectation_suggestions import Suggestion
from coze_harness.reporting.mutation_view import missing_protection
from coze_harness.reporting.safe_text import single_line

_MAX_WIDTH: Final = 160


@click.command(name="suggest", epilog="Example: coze-harness suggest scenarios/ --write")
@shared_options.selection
@shared_options.folders
@click.option(
    "--seed", type=int, default=1, show_default=True, metavar="N", help="Selects the mutants."
)
@click.option("--write", is_flag=True, help="Add the suggestions to the scenario files.")
@click.option("--json", "as_json", is_flag=True, help="Print the suggestions as a JSON object.")
def suggest_expectations(
    selection: TrialSelection, overrides: SettingsOverrides, seed: int, write: bool, as_json: bool
) -> int:
    """Suggest expectations that kill surviving mutants and pass all good answers. Offline.

    Each suggestion has been executed. They are grouped by what the expectations miss now.
    """
    with project_to_read(overrides) as project:
        turns, _runner = suggest(project, selection, seed=seed, write=write)
    if as_json:
        click.echo(json.dumps(_as_record(seed, turns), ensure_ascii=False, indent=2))
        return 0
    for line in _lines(turns):
        click.echo(line)
    total = sum(len(turn.suggestions) for turn in turns)
    if not total:
        click.echo(str(message("suggest.none")))
    elif write:
        done = [turn for turn in turns if turn.written]
        files = len({turn.location.path for turn in done})
        count = sum(len(turn.suggestions) for turn in done)
        click.echo(str(message("suggest.written", n=count, files=files)))
        for turn in turns:
            if turn.problem:
                click.echo(f"{turn.location}: {turn.problem}", err=True)
    else:
        click.echo(str(message("suggest.write", n=total, command="coze-harness suggest --write")))
    return 0


def _lines(turns: Sequence[TurnSuggestions]) -> Iterator[str]:
    """Yield the suggestions by missing protection, the most serious first."""
    groups = defaultdict[MutationClass, list[tuple[TurnSuggestions, Suggestion]]](list)
    for turn in turns:
        for one in turn.suggestions:
            groups[one.mutation_class].append((turn, one))
    for group in (one for one in MutationClass if one in groups):
        scenarios = {
            target.trial.partition("[")[0].partition("#")[0]
            for _turn, one in groups[group]
            for target, _survivor in one.kills
        }
        yield str(missing_protection(group, len(scenarios)))
        for turn, one in groups[group]:
            yield f"  {turn.location}"
            yield f"    - {single_line(one.item, _MAX_WIDTH)}"
            kills = str(message("suggest.kills", n=len(one.kills), good=one.good))
            example = single_line(one.kills[0][1].text, 60)
            yield f"      {kills} {example}".rstrip()
        yield ""


def _as_record(seed: int, turns: Sequence[TurnSuggestions]) -> dict[str, object]:
    return {
        "seed": seed,
        "turns": [
            {
                "file": turn.location.path,
                "line": turn.location.line,
                "written": turn.written,
                "problem": str(turn.problem),
                "suggestions": [
                    {
                        "item": one.item,
                        "class": one.mutation_class.value,
                        "kills": [
                            {
                                "trial": target.trial,
                                "turn": target.turn,
                                "spoiling": survivor.operator.name,
                                "answer": single_line(survivor.text, 400),
                            }
                            for target, survivor in one.kills
                        ],
                        "good": one.good,
                    }
                    for one in turn.suggestions
                ],
            }
            for turn in turns
        ],
    }
