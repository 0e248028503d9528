"""`completion`: prints the script by which a shell completes our commands."""

from __future__ import annotations

from typing import Final

import click

from coze_harness.cli.command_help import argument, command
from coze_harness.messages import message

SHELLS: Final = ("bash", "zsh", "fish")
_PROGRAM: Final = "coze-harness"
_VARIABLE: Final = "_COZE_HARNESS_COMPLETE"


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
    from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

    from coze_harness.cli.command_table import coze_harness

    kinds: dict[str, type[ShellComplete]] = {
        "bash": BashComplete,
        "zsh": ZshComplete,
        "fish": FishComplete,
    }
    kind = kinds[shell](coze_harness, {}, _PROGRAM, _VARIABLE)
    # Not `source()`: that of bash starts a bash, to ask for its version.
    click.echo(kind.source_template % kind.source_vars(), nl=False)
    return 0
