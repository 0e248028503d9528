"""`suggest`: expectations that kill the mutants which survive now."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Final

import click

from coze_harness.cli import shared_options
from coze_harness.cli.command_help import DONE, OUTPUT, RUN, command, option
from coze_harness.cli.command_output import current_output, echo
from coze_harness.cli.project_access import project_to_read
from coze_harness.commands.suggest_expectations import TurnSuggestions, suggest
from coze_harness.messages import Catalogue, message
from coze_harness.messages.shell_word import shell_word
from coze_harness.model import MutationClass
from coze_harness.model.settings_overrides import SettingsOverrides
from coze_harness.model.trial_result import TrialResult
from coze_harness.project.trial_selection import TrialSelection
from coze_harness.reporting.terminal.terminal_failures import ErrorBlocks
from coze_harness.reporting.views.mutation_view import missing_protection
from coze_harness.reporting.views.safe_text import show_control_characters, single_line

_MAX_WIDTH: Final = 160


@command(
    "suggest",
    description=(message("help.suggest"), message("help.suggest_groups")),
    example="coze-harness suggest scenarios/ --write",
    exit_codes={**DONE, 3: message("exit.recording"), 5: message("exit.nothing")},
)
@shared_options.selection
@shared_options.folders
@shared_options.seed
@option("--write", is_flag=True, section=RUN, text=message("option.write"))
@option("--json", "as_json", is_flag=True, section=OUTPUT, text=message("option.json_suggest"))
def suggest_expectations(
    selection: TrialSelection, overrides: SettingsOverrides, seed: int, write: bool, as_json: bool
) -> int:
    """Suggest expectations that kill surviving mutants and pass all good answers. Offline."""
    with project_to_read(overrides) as project:
        outcome = suggest(project, selection, seed=seed, write=write)
        words = project.words
    _print_unjudged(outcome.unjudged, words)
    code = max((one.error.exit_code for one in outcome.unjudged if one.error), default=0)
    turns = outcome.turns
    if as_json:
        click.echo(json.dumps(_as_record(seed, turns, words), ensure_ascii=False, indent=2))
        return code
    for line in _lines(turns, words):
        click.echo(line)
    total = sum(len(turn.suggestions) for turn in turns)
    if not total and not code:
        echo(message("suggest.none"))
    elif not total:
        return code
    elif write:
        done = [turn for turn in turns if turn.is_written]
        files = len({turn.location.path for turn in done})
        count = sum(len(turn.suggestions) for turn in done)
        echo(message("suggest.written", n=count, files=files))
        for turn in turns:
            if turn.problem:
                click.echo(f"{turn.location}: {words.text(turn.problem)}", err=True)
    else:
        # The same selection and seed, which decide about the suggestions.
        command = ("coze-harness", *current_output().arguments, "--write")
        echo(message("suggest.write", n=total, command=" ".join(map(shell_word, command))))
    return code


def _print_unjudged(results: Sequence[TrialResult], words: Catalogue) -> None:
    """Print the trials that could not be replayed on stderr, by cause."""
    errors = ErrorBlocks()
    for result in results:
        errors.add(result)
    for line in errors.lines(words=words):
        click.echo(show_control_characters(line), err=True)


def _lines(turns: Sequence[TurnSuggestions], words: Catalogue) -> Iterator[str]:
    """Yield the suggestions by missing protection, the most serious first."""
    for group in MutationClass:
        suggestions = [
            (turn, one) for turn in turns for one in turn.suggestions if one.mutation_class is group
        ]
        if not suggestions:
            continue
        scenarios = {
            target.trial.partition("[")[0].partition("#")[0]
            for _turn, one in suggestions
            for target, _survivor in one.kills
        }
        yield words.text(missing_protection(group, len(scenarios)))
        for turn, one in suggestions:
            yield f"  {turn.location}" if turn.key == "expect" else f"  {turn.location} {turn.key}"
            yield f"    - {single_line(one.item, _MAX_WIDTH)}"
            kills = words.text(message("suggest.kills", n=len(one.kills), good=one.good))
            example = single_line(one.kills[0][1].text, 60)
            yield f"      {kills} {example}".rstrip()
        yield ""


def _as_record(seed: int, turns: Sequence[TurnSuggestions], words: Catalogue) -> dict[str, object]:
    return {
        "seed": seed,
        "turns": [
            {
                "file": turn.location.path,
                "line": turn.location.line,
                "key": turn.key,
                "written": turn.is_written,
                "problem": words.text(turn.problem),
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
