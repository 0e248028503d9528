"""`init`: writes a sample project that runs offline."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Final

import click

from coze_harness.cli.schema_command import schema_text
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


@click.command(epilog="Example: coze-harness init my-bot-tests")
@click.argument("folder", default=".", metavar="[DIR]", type=click.Path(path_type=Path))
def init(folder: Path) -> int:
    """Set up a project in DIR: settings, a scenario with its recording, CI, editor schema.

    Existing files are kept unchanged.
    """
    starter = files("coze_harness") / "starter"
    texts = {name: (starter / source).read_text("utf-8") for name, source in _FILES.items()}
    texts[_SCHEMA] = schema_text("scenario")
    try:
        for name, text in texts.items():
            path = folder / name
            if path.exists():
                click.echo(f"kept     {path}")
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            click.echo(f"written  {path}")
    except OSError as error:
        raise UsageError(
            f"The project could not be set up: {error.strerror}.",
            where=Location(str(error.filename or folder)),
            next_step="choose a folder that you may write to.",
        ) from error
    click.echo("")
    click.echo("Next:")
    if folder != Path():
        click.echo(f"  cd {folder}")
    click.echo("  coze-harness run              # replays the sample recording, offline")
    click.echo(
        "To test your own bot, put its id into harness.yaml and your prompts into scenarios/:"
    )
    click.echo("  COZE_API_TOKEN=… coze-harness record")
    click.echo("Without an account, record from a scripted bot on this machine:")
    click.echo("  coze-harness serve --demo")
    return 0
