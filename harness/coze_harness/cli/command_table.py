"""The table of commands. A command is imported only when it runs, which keeps start-up short."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import click

from coze_harness.cli.command_help import (
    OUTPUT,
    TALKED,
    LocalizedOption,
    closing_sections,
    global_options,
    help_page,
    help_width,
    parameter_sections,
)
from coze_harness.cli.command_output import output_of
from coze_harness.cli.interruption import interrupt_on_signals
from coze_harness.cli.usage_errors import LocalizedUsageError
from coze_harness.messages import Catalogue, LocalizedText, message

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_COMMANDS: Final[Mapping[str, tuple[str, str, LocalizedText]]] = MappingProxyType(
    {
        # name: (module, attribute, one line of help)
        "init": ("init_command", "init", message("command.init")),
        "run": ("run_command", "run", message("command.run")),
        "record": ("run_command", "record", message("command.record")),
        "live": ("run_command", "live", message("command.live")),
        "compare": ("compare_command", "compare", message("command.compare")),
        "accept": ("accept_command", "accept", message("command.accept")),
        "view": ("view_command", "view", message("command.view")),
        "check": ("check_command", "check", message("command.check")),
        "mutate": ("mutate_command", "mutate", message("command.mutate")),
        "suggest": ("suggest_command", "suggest_expectations", message("command.suggest")),
        "judge-check": ("judge_check_command", "judge_check", message("command.judge_check")),
        "ask": ("ask_command", "ask", message("command.ask")),
        "new": ("new_command", "new", message("command.new")),
        "import": ("import_command", "import_file", message("command.import")),
        "try": ("try_command", "try_expectation", message("command.try")),
        "list": ("list_command", "list_trials", message("command.list")),
        "schema": ("schema_command", "schema", message("command.schema")),
        "report": ("report_command", "report", message("command.report")),
        "history": ("report_command", "history", message("command.history")),
        "prune": ("prune_command", "prune", message("command.prune")),
        "serve": ("serve_command", "serve", message("command.serve")),
        "completion": ("completion_command", "completion", message("command.completion")),
    }
)
PROGRAM: Final = "coze-harness"
COMPLETION_VARIABLE: Final = "_COZE_HARNESS_COMPLETE"
"""A shell sets it to ask for completions: `bash_complete`, `zsh_source`."""

_EXAMPLE: Final = "coze-harness init demo && cd demo && coze-harness run"
_VARIABLES: Final = (
    *("COZE_API_TOKEN", "COZE_API_BASE", "CI", "GITHUB_ACTIONS", "COZE_HARNESS_LANG", "NO_COLOR"),
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
        output = output_of(ctx)
        interrupt_on_signals(lambda: output.words.text(message("main.interrupted")))
        return command if isinstance(command, click.Command) else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        is_unknown = bool(args) and args[0] not in _COMMANDS and not args[0].startswith("-")
        if is_unknown and not ctx.resilient_parsing:
            import difflib

            if near := difflib.get_close_matches(args[0], _COMMANDS, 1):
                what = message("usage.no_command_near", command=args[0], near=near[0])
            else:
                what = message("usage.no_command", command=args[0])
            raise LocalizedUsageError(what, ctx)
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        words = output_of(ctx).words
        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        from click.shell_completion import CompletionItem  # only a shell asks for it

        return [
            CompletionItem(name, help=words.text(text))
            for name, (_module, _attribute, text) in _COMMANDS.items()
            if name.startswith(incomplete)
        ]

    def get_help(self, ctx: click.Context) -> str:
        words = output_of(ctx).words
        return "\n".join(_overview(self.params, words))


def _overview(parameters: list[click.Parameter], words: Catalogue) -> Iterator[str]:
    commands = [(name, words.text(text)) for name, (_, _, text) in _COMMANDS.items()]
    return help_page(
        f"{PROGRAM} {words.word('help.command_and_arguments')}",
        (message("help.overview"), message("help.errors")),
        (
            (words.word("help.commands"), commands),
            *parameter_sections(parameters, words),
            *closing_sections(_VARIABLES, TALKED, words),
        ),
        _EXAMPLE,
        words,
        help_width(),
    )


def _print_version(ctx: click.Context, _option: click.Parameter, requested: bool) -> None:
    if requested and not ctx.resilient_parsing:
        from coze_harness.model.version import VERSION

        click.echo(f"coze-harness {VERSION}")
        ctx.exit()


@click.group(
    cls=_Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    params=[
        LocalizedOption(
            ["--version"],
            is_flag=True,
            expose_value=False,
            is_eager=True,
            callback=_print_version,
            text=message("option.version"),
            section=OUTPUT,
        ),
        *global_options(),
    ],
)
@click.pass_context
def coze_harness(ctx: click.Context) -> None:
    """Record conversations with Coze bots once, replay them offline, and judge the answers."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        ctx.exit(2)
