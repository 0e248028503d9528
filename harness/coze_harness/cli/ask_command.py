"""`ask`: sends one prompt to a bot and prints the answer."""

from __future__ import annotations

from functools import partial

import click

from coze_harness.cli import shared_options
from coze_harness.cli.progress_display import ProgressDisplay
from coze_harness.cli.project_access import lock_for_writing, opened_project
from coze_harness.cli.shared_options import DisplayOptions
from coze_harness.commands.ask_bot import ask_bot, record_prompt
from coze_harness.commands.new_scenario import NewScenario, save_as_scenario
from coze_harness.config import SettingsOverrides
from coze_harness.messages import Catalogue, message
from coze_harness.model import HttpCall, Reply
from coze_harness.model.errors import UsageError
from coze_harness.reporting.safe_text import format_count, format_duration, show_control_characters

_STEPS = {
    "/v3/chat": "Asking …",
    "/v3/chat/retrieve": "Waiting for the answer …",
    "/v3/chat/message/list": "Fetching the messages …",
}


@click.command(epilog="Example: coze-harness ask 你是谁? --bot chatchat")
@click.argument("prompt")
@click.option(
    "--bot", default="", metavar="B", help="Bot to ask: a name from harness.yaml, or an id."
)
@click.option(
    "--conversation",
    "conversation_id",
    default="",
    metavar="ID",
    help="Continue this conversation.",
)
@click.option("--stream", is_flag=True, help="Print the answer as it arrives.")
@click.option(
    "--save",
    "name",
    default="",
    metavar="NAME",
    help="Keep it as a scenario of this name, with its recording.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print only the answer.")
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
    if name and conversation_id:
        raise UsageError(
            message("ask.save_continues"), next_step=message("ask.save_continues.next")
        )
    if name:
        scenario = NewScenario(name=name, prompt=prompt, bot=bot, stream=stream)
        return _ask_and_save(scenario, quiet, overrides)
    printed: list[str] = []

    def on_call(call: HttpCall) -> None:
        if not quiet and call.path in _STEPS:
            attempt = f" (attempt {call.attempt})" if call.attempt > 1 else ""
            click.echo(f"{_STEPS[call.path]}{attempt}", err=True)

    def show(text: str) -> None:
        printed.append(text)
        click.echo(show_control_characters(text), nl=False)

    with opened_project(overrides) as project:
        for warning in project.settings.warnings:
            click.echo(f"warning: {warning}", err=True)
        reply = ask_bot(
            project,
            prompt,
            bot=bot,
            conversation_id=conversation_id,
            on_call=on_call,
            show=show if stream else None,
        )
    # After a broken stream, or one without pieces, the whole answer is still to be printed.
    if "".join(printed) == reply.answer:
        click.echo("")
    else:
        click.echo(f"{chr(10) * bool(printed)}{show_control_characters(reply.answer)}")
    if not quiet:
        _print_facts(reply)
    return 0


def _ask_and_save(scenario: NewScenario, quiet: bool, overrides: SettingsOverrides) -> int:
    words = Catalogue()
    display = DisplayOptions(quiet=quiet, no_progress=True)
    with opened_project(overrides, uses_baseline=True) as project:
        lock_for_writing(project, "ask --save")
        progress = ProgressDisplay(project.process.environment, display, ticking=False)
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
    click.echo(words.text(message("ask.saved", file=file, name=saved.path.stem)), err=True)
    return 0


def _print_facts(reply: Reply) -> None:
    for question in reply.follow_ups:
        click.echo(f"  … {show_control_characters(question)}", err=True)
    facts = [format_duration(reply.seconds or 0.0), format_count(reply.poll_count, "poll")]
    if reply.first_token is not None:
        facts.insert(0, f"first piece after {format_duration(reply.first_token)}")
    if reply.usage:
        facts.append(format_count(reply.usage.total, "token"))
    if reply.log_id:
        facts.append(f"log id {reply.log_id}")
    click.echo(", ".join(facts), err=True)
    click.echo(f"continue with: --conversation {reply.conversation_id}", err=True)
