"""`try`: judges one text by an expectation."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from coze_harness.cli.command_help import OUTPUT, SCENARIO, argument, command, option
from coze_harness.cli.command_output import current_output
from coze_harness.cli.project_access import opened_project
from coze_harness.messages import message
from coze_harness.model import TurnResult
from coze_harness.model.errors import UsageError
from coze_harness.reporting.files.json_results import verdicts_json
from coze_harness.scenarios.single_expectation import (
    MAX_ANSWER,
    decode_answer,
    judge_text,
    read_answer_file,
    read_expectations,
)


@command(
    "try",
    description=(message("help.try"), message("help.try_project")),
    example="coze-harness try 'length: {max: 12, unit: words}' \"I am an assistant.\"",
    exit_codes={
        0: message("exit.try_passed"),
        1: message("exit.try_failed"),
        2: message("exit.try_invalid"),
        3: message("exit.try_judge"),
    },
)
@argument("expectation", message("option.try_expectation"))
@argument("answer", message("option.try_answer"), required=False, metavar="[ANSWER]")
@option(
    "--file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    section=SCENARIO,
    text=message("option.try_file"),
)
@option("--prompt", default="", metavar="TEXT", section=SCENARIO, text=message("option.try_prompt"))
@option("--json", "as_json", is_flag=True, section=OUTPUT, text=message("option.json_try"))
def try_expectation(
    expectation: str, answer: str | None, file: Path | None, prompt: str, as_json: bool
) -> int:
    """Judge ANSWER by EXPECTATION and print the verdict."""
    with opened_project() as project:
        text = _read_answer(answer, file)
        turn = judge_text(read_expectations(expectation, project.paths.code), text, prompt)
    if as_json:
        click.echo(verdicts_json(turn.verdicts, current_output().words), nl=False)
    else:
        _print_verdicts(turn)
    return int(bool(turn.failures))


def _read_answer(answer: str | None, file: Path | None) -> str:
    if (answer is None) == (file is None):
        raise UsageError(message("try.one_answer"), next_step=message("try.one_answer.next"))
    if file is not None:
        return read_answer_file(file)
    if answer == "-":
        # Without a stdin, Python has None there.
        content = b"" if sys.stdin is None else sys.stdin.buffer.read(MAX_ANSWER + 1)
        return decode_answer(content, "stdin")
    return answer or ""


def _print_verdicts(turn: TurnResult) -> None:
    from coze_harness.reporting.views.transcript import verdict_lines
    from coze_harness.reporting.views.trial_view import turn_view
    from coze_harness.reporting.views.wording import Wording

    words = current_output().words
    view = turn_view(1, turn, Wording(words.language))
    for verdict in view.verdicts:
        for line in verdict_lines(verdict, words):
            click.echo(line)
