"""`ask`: one chat from the command line, with its progress shown."""

from __future__ import annotations

import click

from coze_harness.cli import shared_options as options
from coze_harness.commands.current_process import current_process
from coze_harness.commands.project import open_project
from coze_harness.execution.single_chat import send_single_prompt as ask_bot
from coze_harness.model import HttpCall
from coze_harness.reporting.safe_text import format_count, format_duration, show_control_characters

_WORDS = {
    "/v3/chat": "Asking …",
    "/v3/chat/retrieve": "Waiting for the answer …",
    "/v3/chat/message/list": "Fetching the messages …",
}


@click.command(epilog="Example: coze-harness ask 你是谁? --bot chatchat")
@click.argument("prompt")
@click.option("--bot", default="", metavar="B", help="A name from harness.yaml, or a bot's id.")
@click.option(
    "--conversation",
    "conversation_id",
    default="",
    metavar="ID",
    help="Go on with this conversation.",
)
@click.option("--stream", is_flag=True, help="Print the answer as it comes.")
@click.option("-q", "--quiet", is_flag=True, help="The answer and nothing else.")
@options.service
def ask(
    prompt: str,
    bot: str,
    conversation_id: str,
    stream: bool,
    quiet: bool,
    base_url: str | None,
) -> int:
    """Ask a bot one PROMPT and print its answer (stdout); the rest is told on stderr."""
    project = open_project(current_process(), base_url=base_url)

    for hint in project.settings.warnings:
        click.echo(f"warning: {hint}", err=True)

    def tell(call: HttpCall) -> None:
        if not quiet and call.path in _WORDS:
            again = f" (again, attempt {call.attempt})" if call.attempt > 1 else ""
            click.echo(f"{_WORDS[call.path]}{again}", err=True)

    come: list[str] = []

    def show(text: str) -> None:
        come.append(text)
        click.echo(show_control_characters(text), nl=False)

    reply = ask_bot(
        prompt,
        bot=bot,
        conversation_id=conversation_id,
        settings=project.settings,
        world=project.world,
        tell=tell,
        show=show if stream else None,
    )
    # A stream that broke, or held no pieces, leaves the whole answer to be told.
    click.echo(
        ""
        if "".join(come) == reply.answer
        else f"{chr(10) * bool(come)}{show_control_characters(reply.answer)}"
    )
    if quiet:
        return 0
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
    click.echo(f"go on with: --conversation {reply.conversation_id}", err=True)
    return 0
