"""The table of commands; each is imported only when it is asked for, which keeps start-up short."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Final

import click

_COMMANDS: Final[Mapping[str, tuple[str, str, str]]] = MappingProxyType(
    {
        # name: (module, attribute, one line of help)
        "init": (
            "init_command",
            "init",
            "Set up a project: settings, a scenario, CI, editor schema.",
        ),
        "run": ("run_command", "run", "Replay, judge, report. Offline; needs no token."),
        "record": ("run_command", "record", "Talk to Coze, write cassettes, judge, report."),
        "live": ("run_command", "live", "Talk to Coze, judge, report; keep no cassette."),
        "compare": (
            "compare_command",
            "compare",
            "Ask again beside the baseline; tell what changed.",
        ),
        "accept": ("accept_command", "accept", "Make candidates the baseline."),
        "check": ("check_command", "check", "Tell everything that is wrong, without running."),
        "mutate": (
            "mutate_command",
            "mutate",
            "Spoil recorded answers; tell which ones still pass.",
        ),
        "ask": ("ask_command", "ask", "Ask a bot one prompt and show its answer."),
        "list": (
            "list_command",
            "list_trials",
            "List the trials and the state of their cassettes.",
        ),
        "schema": (
            "list_command",
            "schema",
            "Print the JSON Schema of scenario files, for editors.",
        ),
        "report": (
            "report_command",
            "report",
            "Render the reports of a run again; merge several runs.",
        ),
        "history": ("report_command", "history", "Show the runs there are, newest first."),
        "serve": ("serve_command", "serve", "Serve a scripted bot that speaks Coze's API."),
    }
)


class _Commands(click.Group):
    """Finds commands by the table above."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, attribute, _help = _COMMANDS[cmd_name]
        command = getattr(import_module(f"coze_harness.cli.{module}"), attribute)
        return command if isinstance(command, click.Command) else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in _COMMANDS and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0], _COMMANDS, 1)
            hint = f' Did you mean "{near[0]}"?' if near else ""
            raise click.UsageError(f'There is no command "{args[0]}".{hint}', ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, _, line) in _COMMANDS.items()])


def _print_version(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"coze-harness {version('coze-harness')}")
        ctx.exit()


@click.group(
    cls=_Commands,
    invoke_without_command=True,
    subcommand_metavar="COMMAND [ARGS]...",
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: coze-harness init demo && cd demo && coze-harness run",
)
@click.option(
    "--version", is_flag=True, expose_value=False, is_eager=True, callback=_print_version,
    help="Show the version and exit.",
)  # fmt: skip
@click.pass_context
def coze_harness(ctx: click.Context) -> None:
    """Record a conversation with a Coze bot once; replay it for ever, offline.

    Errors are one block: what happened, where, and what to do next. Add --debug to any command for
    the traceback behind one.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        ctx.exit(2)
