"""`new`: writes a scenario file to start from."""

from __future__ import annotations

from coze_harness.cli import shared_options
from coze_harness.cli.command_help import SCENARIO, argument, command, option
from coze_harness.cli.command_output import echo
from coze_harness.cli.project_access import opened_project
from coze_harness.cli.project_completion import complete_bots, complete_tags
from coze_harness.commands.new_scenario import create_scenario
from coze_harness.messages import message
from coze_harness.messages.shell_word import shell_word
from coze_harness.project.scenario_folder import NewScenario


@command(
    description=(message("help.new"), message("help.new_keeps")),
    example='coze-harness new refund --prompt "买错了可以退吗？" --tag smoke',
)
@shared_options.group("scenario", NewScenario)
@argument("name", message("option.new_name"))
@option("--prompt", default="", metavar="TEXT", section=SCENARIO, text=message("option.new_prompt"))
@option(
    "--bot",
    default="",
    metavar="B",
    section=SCENARIO,
    text=message("option.new_bot"),
    shell_complete=complete_bots,
)
@option(
    "--tag",
    "tags",
    multiple=True,
    metavar="T",
    section=SCENARIO,
    text=message("option.new_tag"),
    shell_complete=complete_tags,
)
def new(scenario: NewScenario) -> int:
    """Write the file of a new scenario into the scenarios folder."""
    with opened_project() as project:
        path = create_scenario(project, scenario, project.words.text)
        file = project.folders.display_path(path)
    echo(message("new.written", file=file))
    echo(message("new.next", name=shell_word(path.stem)), err=True)
    return 0
