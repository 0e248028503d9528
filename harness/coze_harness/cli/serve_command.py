"""`serve`: scripted bots with Coze's API on this machine."""

from __future__ import annotations

from pathlib import Path

import click

from coze_harness.cli.interruption import INTERRUPTED
from coze_harness.model.errors import UsageError

_PORT = 8787


@click.command(epilog="Example: coze-harness serve --demo")
@click.option("--demo", is_flag=True, help="Serve the demo bots that come with coze-harness.")
@click.option(
    "--script",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Serve the bots of a script (docs/server.md).",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=_PORT,
    show_default=True,
    metavar="N",
    help="Port to listen on; 0 lets the system choose.",
)
@click.option(
    "--host",
    metavar="ADDRESS",
    help="Address to listen on, and accept any Host header. Default: 127.0.0.1, and only requests"
    " that name a loopback host. Anyone who reaches another address can use the server.",
)
def serve(demo: bool, script: Path | None, port: int, host: str | None) -> int:  # fmt: skip
    """Serve a Coze-compatible API from a script: record without an account, test an app.

    Every well-formed token is accepted; none is stored. Press Ctrl-C to stop the server.
    """
    if demo == (script is not None):
        raise UsageError("Choose what to serve.", next_step="add either --demo or --script FILE.")
    try:
        from coze_harness.server.script_reader import demo_script, load_script
        from coze_harness.server.server_process import serve_forever
    except ImportError as error:
        raise UsageError(
            f"The server needs a package that is not installed: {error.name}.",
            next_step="pip install 'coze-harness[serve]'",
        ) from error
    loaded = load_script(script) if script else demo_script()

    def print_start(base_url: str) -> None:
        click.echo(f"Serving Coze's API at {base_url}")
        for bot in loaded.bots:
            click.echo(f"  bot {bot.id}  {bot.name}")
        for workflow in loaded.workflows:
            click.echo(f"  workflow {workflow.id}  {workflow.name}")
        for project in loaded.projects:
            route = "stream_run" if project.answers else "run"
            click.echo(f"  project {base_url}{project.path}/{route}  {project.name}")
        click.echo(f"  coze-studio's dialect at {base_url}/studio")
        click.echo("Try it in another terminal:")
        click.echo(f"  export COZE_API_BASE={base_url} COZE_API_TOKEN=pat_any_token_will_do")
        click.echo(f"  coze-harness ask 你是谁? --bot {loaded.bots[0].id}")
        click.echo("  coze-harness record")

    for line in serve_forever(loaded, host, port, print_start):
        click.echo(line)
    return INTERRUPTED
