"""The language of what a command prints, known in full once its project is opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import click

from coze_harness.messages import Catalogue, Language, LocalizedText
from coze_harness.messages.catalogue import choose_language
from coze_harness.project.current_process import process_to_redact, redact_for_display

if TYPE_CHECKING:  # help needs none of these
    from coze_harness.model.errors import HarnessError
    from coze_harness.project.opened_project import Project

_NO_ENVIRONMENT: Final[Mapping[str, str]] = MappingProxyType({})


class CommandOutput:
    """What `--lang` and `--debug` ask for, wherever they are in a command line.

    click reports a wrong option before it has read those after it; so these are read first.

    Args:
        arguments: the command line.
        environment: chooses the language if neither `--lang` nor a project does.
    """

    def __init__(
        self, arguments: Sequence[str] = (), environment: Mapping[str, str] = _NO_ENVIRONMENT
    ) -> None:
        self.lang, self.debug = _read_options(arguments)
        self.arguments = tuple(arguments)
        self.environment = environment
        self.language: Language = choose_language(self.lang, environment)
        self.root: Path | None = None
        """The folder of the project that the command opened."""

    @property
    def words(self) -> Catalogue:
        """The texts in the command's language."""
        return Catalogue(self.language)

    def use_project(self, project: Project) -> None:
        """From now on, print in the project's language."""
        self.language = project.language
        self.root = project.settings.root

    def annotate(
        self, errors: Sequence[HarnessError], notices: Sequence[HarnessError] = ()
    ) -> None:
        """In a job on GitHub, annotate the files that errors are about; elsewhere do nothing."""
        from coze_harness.reporting.github_job import error_annotations

        lines = error_annotations(errors, notices, self.words, self.root, self.environment)
        if lines:
            process = process_to_redact()
            click.echo("\n".join(redact_for_display(line, process) for line in lines), err=True)


def current_output() -> CommandOutput:
    """Return the output of the command that runs; English outside of one."""
    return output_of(click.get_current_context(silent=True))


def output_of(ctx: click.Context | None) -> CommandOutput:
    """Return the output of the command of a context; English without one."""
    return (ctx and ctx.find_object(CommandOutput)) or CommandOutput()


def echo(text: LocalizedText, *, err: bool = False, indent: int = 0) -> None:
    """Print a message in the command's language."""
    click.echo(f"{' ' * indent}{current_output().words.text(text)}", err=err)


def print_errors(errors: Sequence[HarnessError]) -> int:
    """Print errors on stderr; return the exit code."""
    from coze_harness.reporting.views.safe_text import show_control_characters

    for error in errors:
        for line in error.lines(current_output().words):
            click.echo(show_control_characters(line), err=True)
    return max((error.exit_code for error in errors), default=0)


def _read_options(arguments: Sequence[str]) -> tuple[str, bool]:
    """Return the last `--lang`, and whether there is a `--debug`; ``--`` ends the options."""
    lang, debug = "", False
    words = iter(arguments)
    for word in words:
        if word == "--":
            break
        if word == "--debug":
            debug = True
        elif word == "--lang":
            lang = next(words, "")
        elif word.startswith("--lang="):
            lang = word.removeprefix("--lang=")
    return lang, debug
