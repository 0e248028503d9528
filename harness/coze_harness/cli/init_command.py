"""`init`: writes a sample project that runs offline."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Final

import click

from coze_harness.cli.command_help import argument, command
from coze_harness.cli.command_output import echo
from coze_harness.cli.schema_command import schema_text
from coze_harness.messages import message
from coze_harness.messages.os_error_reason import os_error_reason
from coze_harness.model.errors import UsageError
from coze_harness.model.location import Location

_FILES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "harness.yaml": "harness.yaml",
        "scenarios/identity.yaml": "scenarios/identity.yaml",
        "cassettes/identity.yaml": "cassettes/identity.yaml",
        ".gitattributes": "gitattributes",
        ".gitignore": "gitignore",
        ".github/workflows/coze-harness.yml": "workflow.yml",
        ".gitlab-ci.yml": "gitlab.yml",
    }
)
_SCHEMA: Final = "scenario.schema.json"


@command(
    description=(message("help.init"), message("help.init_keeps")),
    example="coze-harness init my-bot-tests",
)
@argument(
    "folder",
    message("option.folder"),
    default=".",
    metavar="[DIR]",
    type=click.Path(path_type=Path, file_okay=False),
)
def init(folder: Path) -> int:
    """Set up a project in DIR: settings, a scenario with its recording, CI, editor schema."""
    starter = files("coze_harness") / "starter"
    texts = {name: (starter / source).read_text("utf-8") for name, source in _FILES.items()}
    texts[_SCHEMA] = schema_text("scenario")
    try:
        for name, text in texts.items():
            path = folder / name
            if path.exists():
                echo(message("init.kept", path=str(path)))
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            echo(message("init.written", path=str(path)))
    except OSError as error:
        raise UsageError(
            message("init.failed", reason=os_error_reason(error)),
            where=Location(str(error.filename or folder)),
            next_step=message("init.failed.next"),
        ) from error
    click.echo("")
    echo(message("init.next"))
    if folder != Path():
        click.echo(f"  cd {folder}")
    echo(message("init.run", command="coze-harness run"), indent=2)
    echo(message("init.own_bot"))
    click.echo("  COZE_API_TOKEN=… coze-harness record")
    echo(message("init.no_account"))
    click.echo("  coze-harness serve --demo")
    return 0
