"""Opens the project of a command, with the access to its recordings that the command needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from coze_harness.cli.command_output import current_output
from coze_harness.messages import UserText, as_message, message
from coze_harness.model import replace
from coze_harness.model.errors import CassetteError
from coze_harness.model.settings_overrides import SettingsOverrides
from coze_harness.project.current_process import current_process
from coze_harness.project.opened_project import Project, open_project
from coze_harness.reporting.views.safe_text import single_line


@contextmanager
def opened_project(
    overrides: SettingsOverrides | None = None, *, uses_baseline: bool = False
) -> Iterator[Project]:
    """Open the project, and finish an accept that was killed.

    Args:
        overrides: settings from options.
        uses_baseline: whether it must be finished; else it is only reported where that is not
            possible.

    Raises:
        CassetteError: it must be finished, and cannot be.
    """
    with _open(overrides) as project:
        try:
            project.cassette_access.finish_interrupted_accept(note)
        except CassetteError as error:
            if uses_baseline:
                raise
            note(message("main.warning", text=error.what))
        yield project


@contextmanager
def project_to_read(overrides: SettingsOverrides) -> Iterator[Project]:
    """Open the project to read its recordings, all of them from before or after an accept.

    Raises:
        CassetteError: an accept was killed, and cannot be finished here.
    """
    with (
        _open(overrides) as project,
        project.cassette_access.lock_for_reading(note),
    ):
        yield project


def lock_for_writing(project: Project, command: str, *, wait: bool | None = None) -> None:
    """Take the lock of those that write recordings or candidates, until the project is closed.

    `wait` is as in `CassetteAccess.lock_for_writing`.

    Raises:
        UsageError: another process has it.
        CassetteError: the folder cannot be written, or an accept not be finished.
    """
    access = project.cassette_access
    lock = access.lock_for_writing(f"coze-harness {command}", wait=wait, note=note)
    project.resources.enter_context(lock)


def note(text: UserText) -> None:
    """Print a line on stderr, where it does not mix with results."""
    line = current_output().words.text(as_message(text))
    click.echo(single_line(line, 2_000), err=True)


def _open(overrides: SettingsOverrides | None) -> Project:
    """Open the project in the language of `--lang`, and print in its language from now on."""
    output = current_output()
    options = replace(overrides or SettingsOverrides(), lang=output.lang or None)
    project = open_project(current_process(), options)
    output.use_project(project)
    return project
