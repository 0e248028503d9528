"""`serve`: a scripted bot that speaks Coze's API."""

from __future__ import annotations

from pathlib import Path

import click

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
    help="0 lets the system choose.",
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="The address to listen on; others than loopback let the network in.",
)
def serve(demo: bool, script: Path | None, port: int, host: str) -> int:  # fmt: skip
    """Serve a Coze-compatible API, to record without an account and to test apps against.

    Any well-formed token will do; none is stored. Ctrl-C ends it.
    """
    if demo == (script is not None):
        raise UsageError("What is to be served?", next_step="give either --demo or --script FILE.")
    try:
        from coze_harness.server.script_reader import demo_script, load_script
        from coze_harness.server.server_process import serve_forever
    except ImportError as fault:
        raise UsageError(
            f"The server needs a package that is not installed: {fault.name}.",
            next_step="pip install 'coze-harness[serve]'",
        ) from fault
    bots = load_script(script) if script else demo_script()
    first = True

    def announce(line: str) -> None:
        nonlocal first
        if not first:
            click.echo(line)
            return
        first = False
        click.echo(f"Coze's API, scripted, at {line}")
        for bot in bots.bots:
            click.echo(f"  bot {bot.id}  {bot.name}")
        click.echo("Try it in another terminal:")
        click.echo(f"  export COZE_API_BASE={line} COZE_API_TOKEN=pat_any_token_will_do")
        click.echo(f"  coze-harness ask 你是谁? --bot {bots.bots[0].id}")
        click.echo("  coze-harness record")

    serve_forever(bots, host, port, announce)
    return 0
