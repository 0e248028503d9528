"""`schema`: prints the JSON Schema of a kind of file, for editors."""

from __future__ import annotations

import json
from typing import Final

import click

from coze_harness.cli.command_help import argument, command
from coze_harness.cli.command_output import current_output
from coze_harness.messages import message
from coze_harness.model.project_code import NO_PROJECT, ProjectCode

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
    click.echo(schema_text(file, _project_code() if file == "scenario" else NO_PROJECT), nl=False)
    return 0


def _project_code() -> ProjectCode:
    """Return the code of the project here, and warn about kinds of expectations that are missing.

    Raises:
        SettingsError: harness.yaml is invalid.
    """
    from coze_harness.project.current_process import current_process
    from coze_harness.project.opened_project import open_project
    from coze_harness.project.selected_trials import broken_kinds  # only this schema needs them

    output = current_output()
    with open_project(current_process()) as project:
        output.use_project(project)
        for error in broken_kinds(project):
            first, *rest = error.lines(output.words)
            warning = output.words.word("main.warning", {"text": first})
            click.echo("\n".join([warning, *rest]), err=True)
        return project.paths.code


def schema_text(file: str, code: ProjectCode = NO_PROJECT) -> str:
    """Return the JSON Schema of one of `FILES`, as text.

    Args:
        file: one of them.
        code: that of a project whose kinds of expectations are in the schema of its scenarios.
    """
    if file == "harness":
        from coze_harness.config.config_file import config_schema

        declared = config_schema()
    elif file == "server":
        from coze_harness.server.script_schema import script_schema

        declared = script_schema()
    else:
        from coze_harness.scenarios import scenario_schema

        declared = scenario_schema(code)
    return json.dumps(declared, ensure_ascii=False, indent=2) + "\n"
