"""`completion`: prints the script by which a shell completes our commands."""

from __future__ import annotations

from typing import Final

import click

from coze_harness.cli.command_help import argument, command
from coze_harness.cli.command_output import current_output
from coze_harness.messages import message

SHELLS: Final = ("bash", "zsh", "fish")


@command(
    description=(
        message("help.completion"),
        message("help.completion_bash"),
        message("help.completion_zsh"),
        message("help.completion_fish"),
    ),
    example="coze-harness completion zsh",
)
@argument("shell", message("option.shell"), metavar="SHELL", type=click.Choice(SHELLS))
def completion(shell: str) -> int:
    """Print the script that completes commands, options and a project's names in a shell."""
    from coze_harness.cli.shell_completion import script, shell_completion  # few need it

    click.echo(script(shell_completion(shell, current_output(), {})), nl=False)
    return 0
