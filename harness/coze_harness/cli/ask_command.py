"""`ask`: sends one prompt to a bot and prints the answer."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Final

import click

from coze_harness.cli import shared_options
from coze_harness.cli.command_help import DONE, OFFLINE, OUTPUT, TARGET, argument, command, option
from coze_harness.cli.command_output import current_output, echo
from coze_harness.cli.progress_display import ProgressDisplay
from coze_harness.cli.project_access import lock_for_writing, note, opened_project
from coze_harness.cli.project_completion import complete_bots
from coze_harness.cli.shared_options import DisplayOptions
from coze_harness.commands.ask_bot import ask_bot, record_prompt
from coze_harness.commands.new_scenario import save_as_scenario
from coze_harness.messages import Catalogue, LocalizedText, message
from coze_harness.messages.shell_word import shell_word
from coze_harness.model import HttpCall, Reply
from coze_harness.model.errors import UsageError
from coze_harness.model.settings_overrides import SettingsOverrides
from coze_harness.project.scenario_folder import NewScenario
from coze_harness.reporting.views.safe_text import format_duration, show_control_characters

_CHAT: Final = "/v3/chat"
_STEPS: Final[Mapping[str, LocalizedText]] = MappingProxyType(
    {
        _CHAT: message("ask.send"),
        "/v3/chat/retrieve": message("ask.wait"),
        "/v3/chat/message/list": message("ask.fetch"),
    }
)


@command(
    description=(message("help.ask"),),
    example="coze-harness ask 你是谁? --bot chatchat",
    exit_codes={**DONE, 4: message("exit.service")},
    environment=("COZE_API_TOKEN", "COZE_API_BASE", *OFFLINE),
)
@argument("prompt", message("option.prompt"))
@option(
    "--bot",
    default="",
    metavar="B",
    section=TARGET,
    text=message("option.bot_to_ask"),
    shell_complete=complete_bots,
)
@option(
    "--conversation",
    "conversation_id",
    default="",
    metavar="ID",
    section=TARGET,
    text=message("option.conversation"),
)
@option("--stream", is_flag=True, section=OUTPUT, text=message("option.stream"))
@option("--save", "name", default="", metavar="NAME", section=OUTPUT, text=message("option.save"))
@option("-q", "--quiet", is_flag=True, section=OUTPUT, text=message("option.only_answer"))
@shared_options.service
def ask(
    prompt: str,
    bot: str,
    conversation_id: str,
    stream: bool,
    name: str,
    quiet: bool,
    overrides: SettingsOverrides,
) -> int:
    """Send PROMPT to a bot; print its answer on stdout and the progress on stderr."""
    if not prompt.strip():
        raise UsageError(message("ask.blank"), next_step=message("ask.blank.next"))
    if name and conversation_id:
        raise UsageError(
            message("ask.save_continues"), next_step=message("ask.save_continues.next")
        )
    if name:
        scenario = NewScenario(name=name, prompt=prompt, bot=bot, stream=stream)
        return _ask_and_save(scenario, quiet, overrides)
    pieces: list[str] = []

    def show(text: str) -> None:
        pieces.append(text)
        click.echo(show_control_characters(text), nl=False)

    with opened_project(overrides) as project:
        for warning in project.settings.warnings:
            note(message("main.warning", text=warning))
        reply = ask_bot(
            project,
            prompt,
            bot=bot,
            conversation_id=conversation_id,
            on_call=_ignore if quiet else _StepPrinter(current_output().words),
            show=show if stream else None,
        )
    # After a broken stream, or one without pieces, the whole answer is still to be printed.
    if "".join(pieces) == reply.answer:
        click.echo("")
    else:
        click.echo(f"{chr(10) * bool(pieces)}{show_control_characters(reply.answer)}")
    if not quiet:
        _print_facts(reply)
    return 0


class _StepPrinter:
    """Prints each call of a chat, from another thread, which has no command of click."""

    def __init__(self, words: Catalogue) -> None:
        self._words = words
        self._prompts = 0

    def __call__(self, call: HttpCall) -> None:
        self._prompts += call.path == _CHAT
        step = _STEPS.get(call.path)
        if step is None:
            return
        # A call without a response, such as one without a connection, is repeated as it was.
        attempt = self._prompts if call.path == _CHAT else call.attempt
        if attempt > 1:
            step = message("ask.again", step=step, attempt=attempt)
        click.echo(self._words.text(step), err=True)


def _ignore(_call: HttpCall) -> None:
    """Print nothing about a call."""


def _ask_and_save(scenario: NewScenario, quiet: bool, overrides: SettingsOverrides) -> int:
    display = DisplayOptions(quiet=quiet, no_progress=True)
    with opened_project(overrides, uses_baseline=True) as project:
        lock_for_writing(project, "ask --save")
        progress = ProgressDisplay(project, display, ticking=False)
        record = partial(record_prompt, project, listener=progress)
        saved = save_as_scenario(project, scenario, record)
        if saved.path is None:
            progress.on_result(saved.result)
            progress.print_errors()
            return saved.result.error.exit_code if saved.result.error else 4
        file = project.folders.display_path(saved.path)
    reply = saved.result.turns[0].reply
    if reply is not None:
        click.echo(show_control_characters(reply.answer))
        if not quiet:
            _print_facts(reply)
    echo(message("ask.saved", file=file, name=shell_word(saved.path.stem)), err=True)
    return 0


def _print_facts(reply: Reply) -> None:
    for question in reply.follow_ups:
        click.echo(f"  … {show_control_characters(question)}", err=True)
    facts: list[LocalizedText] = []
    if reply.first_token is not None:
        facts.append(message("ask.first_token", duration=format_duration(reply.first_token)))
    facts.append(message("ask.duration", duration=format_duration(reply.seconds or 0.0)))
    facts.append(message("ask.polls", n=reply.poll_count))
    if reply.usage:
        facts.append(message("ask.tokens", n=reply.usage.total))
    if reply.log_id:
        facts.append(message("error.log_id", id=reply.log_id))
    echo(message("ask.facts", facts=tuple(facts)), err=True)
    echo(message("ask.continue", id=reply.conversation_id), err=True)
