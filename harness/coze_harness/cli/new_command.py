"""`new`: writes a scenario file to start from."""

from __future__ import annotations

import click

from coze_harness.cli import shared_options
from coze_harness.cli.project_access import opened_project
from coze_harness.commands.new_scenario import NewScenario, create_scenario
from coze_harness.config import SettingsOverrides
from coze_harness.messages import Catalogue, message


@click.command(epilog='Example: coze-harness new refund --prompt "买错了可以退吗？" --tag smoke')
@click.argument("name")
@click.option("--prompt", default="", metavar="TEXT", help="The prompt of the first turn.")
@click.option("--bot", default="", metavar="B", help="The scenario's bot.")
@click.option("--tag", "tags", multiple=True, metavar="T", help="A tag (repeatable).")
@shared_options.folders
def new(
    name: str, prompt: str, bot: str, tags: tuple[str, ...], overrides: SettingsOverrides
) -> int:
    """Write the file of a new scenario into the scenarios folder.

    NAME is the file's name, with folders if you like: orders/refund. An existing file is never
    changed.
    """
    words = Catalogue()
    with opened_project(overrides) as project:
        scenario = NewScenario(name=name, prompt=prompt, bot=bot, tags=tags)
        path = create_scenario(project, scenario, words.text)
        shown = project.folders.display_path(path)
    click.echo(words.text(message("new.written", file=shown)))
    click.echo(words.text(message("new.next", name=path.stem)), err=True)
    return 0
