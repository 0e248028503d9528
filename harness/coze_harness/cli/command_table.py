"""The table of commands. A command is imported only when it runs, which keeps start-up short."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Final

import click

from coze_harness.cli.interruption import interrupt_on_signals

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
        "live": ("run_command", "live", "Talk to Coze, judge, report; save no cassette."),
        "compare": (
            "compare_command",
            "compare",
            "Ask the bot again; report what changed since the baseline.",
        ),
        "accept": (
            "accept_command",
            "accept",
            "Replace recordings in the baseline with candidates.",
        ),
        "check": (
            "check_command",
            "check",
            "Check scenarios, settings and recordings without running.",
        ),
        "mutate": (
            "mutate_command",
            "mutate",
            "Mutate recorded answers; report which mutants still pass.",
        ),
        "suggest": (
            "suggest_command",
            "suggest_expectations",
            "Suggest expectations that kill the mutants that survive.",
        ),
        "ask": ("ask_command", "ask", "Send a bot one prompt; print its answer."),
        "new": ("new_command", "new", "Write the file of a new scenario."),
        "list": (
            "list_command",
            "list_trials",
            "List the trials and the state of their cassettes.",
        ),
        "schema": (
            "schema_command",
            "schema",
            "Print the JSON Schema of a kind of file, for editors.",
        ),
        "report": (
            "report_command",
            "report",
            "Write the reports of a run again, or merge several runs.",
        ),
        "history": ("report_command", "history", "List the runs, newest first."),
        "prune": ("prune_command", "prune", "Delete old runs."),
        "serve": ("serve_command", "serve", "Serve scripted bots with Coze's API on this machine."),
    }
)


class _Commands(click.Group):
    """Looks commands up in the table above."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, attribute, _help = _COMMANDS[cmd_name]
        command = getattr(import_module(f"coze_harness.cli.{module}"), attribute)
        interrupt_on_signals()
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


def _print_version(ctx: click.Context, _option: click.Parameter, requested: bool) -> None:
    if requested and not ctx.resilient_parsing:
        from coze_harness.model.version import VERSION

        click.echo(f"coze-harness {VERSION}")
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
    """Record conversations with Coze bots once, replay them offline, and judge the answers.

    An error says what happened, where, and what to do next. Add --debug to any command to see its
    traceback.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        ctx.exit(2)
