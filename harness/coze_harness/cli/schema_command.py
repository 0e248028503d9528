"""`schema`: prints the JSON Schema of a kind of file, for editors."""

from __future__ import annotations

import json
from typing import Final

import click

from coze_harness.cli.command_help import argument, command
from coze_harness.messages import message

FILES: Final = ("scenario", "harness", "server")


@command(
    description=(message("help.schema"),),
    example="coze-harness schema harness > harness.schema.json",
)
@argument(
    "file",
    message("option.schema_file"),
    default="scenario",
    metavar="[FILE]",
    type=click.Choice(FILES),
)
def schema(file: str) -> int:
    """Print the JSON Schema of a kind of file, for completion and checks in editors."""
    click.echo(schema_text(file), nl=False)
    return 0


def schema_text(file: str) -> str:
    """Return the JSON Schema of one of `FILES`, as text."""
    if file == "harness":
        from coze_harness.config.config_file import config_schema

        declared = config_schema()
    elif file == "server":
        from coze_harness.server.script_schema import script_schema

        declared = script_schema()
    else:
        from coze_harness.scenarios import scenario_schema

        declared = scenario_schema()
    return json.dumps(declared, ensure_ascii=False, indent=2) + "\n"
