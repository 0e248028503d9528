"""`serve`: scripted bots with Coze's API on this machine."""

from __future__ import annotations

from pathlib import Path

import click

from coze_harness.cli.command_help import RUN, command, option
from coze_harness.cli.command_output import echo
from coze_harness.cli.interruption import INTERRUPTED
from coze_harness.messages import message
from coze_harness.model.errors import UsageError

_PORT = 8787


@command(
    description=(message("help.serve"), message("help.serve_tokens")),
    example="coze-harness serve --demo",
    exit_codes={2: message("exit.input"), 130: message("exit.interrupted")},
)
@option("--demo", is_flag=True, section=RUN, text=message("option.demo"))
@option(
    "--script",
    type=click.Path(path_type=Path),
    metavar="FILE",
    section=RUN,
    text=message("option.script"),
)
@option(
    "--port",
    type=click.IntRange(0, 65535),
    default=_PORT,
    metavar="N",
    section=RUN,
    text=message("option.port", port=_PORT),
)
@option("--host", metavar="ADDRESS", section=RUN, text=message("option.host"))
def serve(demo: bool, script: Path | None, port: int, host: str | None) -> int:  # fmt: skip
    """Serve a Coze-compatible API from a script: record without an account, test an app."""
    if demo == (script is not None):
        raise UsageError(message("serve.choose"), next_step=message("serve.choose.next"))
    try:
        from coze_harness.server.script_reader import demo_script, load_script
        from coze_harness.server.server_process import serve_forever
    except ImportError as error:
        raise UsageError(
            message("serve.not_installed", package=error.name or ""),
            next_step="pip install 'coze-harness[serve]'",
        ) from error
    loaded = load_script(script) if script else demo_script()

    def print_start(base_url: str) -> None:
        echo(message("serve.started", url=base_url))
        for bot in loaded.bots:
            echo(message("serve.bot", id=bot.id, name=bot.name), indent=2)
        for workflow in loaded.workflows:
            echo(message("serve.workflow", id=workflow.id, name=workflow.name), indent=2)
        for project in loaded.projects:
            route = "stream_run" if project.answers else "run"
            url = f"{base_url}{project.path}/{route}"
            echo(message("serve.project", url=url, name=project.name), indent=2)
        echo(message("serve.studio", url=f"{base_url}/studio"), indent=2)
        echo(message("serve.try"))
        click.echo(f"  export COZE_API_BASE={base_url} COZE_API_TOKEN=pat_any_token_will_do")
        click.echo(f"  coze-harness ask 你是谁? --bot {loaded.bots[0].id}")
        click.echo("  coze-harness record")

    for line in serve_forever(loaded, host, port, print_start):
        click.echo(line)
    return INTERRUPTED
