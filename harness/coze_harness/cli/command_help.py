"""Commands whose help is in the catalogue: grouped options, environment, exit codes, an example.

Names of commands, options and variables are the same in every language.
"""
# ruff: noqa: ANN401 (what click takes is passed on)

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from shutil import get_terminal_size
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import click

from coze_harness.cli.command_output import output_of
from coze_harness.cli.usage_errors import LocalizedUsageError, describe_bad_value
from coze_harness.messages import Catalogue, LocalizedText, message

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

Decorator: TypeAlias = Callable[[Callable[..., int]], Callable[..., int]]

SELECTION: Final = message("help.selection")
TARGET: Final = message("help.target")
SCENARIO: Final = message("help.scenario")
RUN: Final = message("help.run_options")
REPORT: Final = message("help.report_options")
OUTPUT: Final = message("help.output")
_SECTIONS: Final = (SELECTION, TARGET, SCENARIO, RUN, REPORT, OUTPUT)

_MAX_WIDTH: Final = 80

DONE: Final = MappingProxyType({0: message("exit.done"), 2: message("exit.input")})
"""Exit codes of a command that judges nothing."""

REPLAYED: Final = MappingProxyType(
    {
        0: message("exit.passed"),
        1: message("exit.failed"),
        2: message("exit.input"),
        3: message("exit.recording"),
        5: message("exit.nothing"),
        130: message("exit.interrupted"),
    }
)
"""Exit codes of a run without the network."""

TALKED: Final = MappingProxyType(dict(sorted([*REPLAYED.items(), (4, message("exit.service"))])))
"""Exit codes of a run that talks to Coze."""

_VARIABLES: Final[Mapping[str, LocalizedText]] = MappingProxyType(
    {
        "COZE_API_TOKEN": message("environment.token"),
        "COZE_API_BASE": message("environment.base_url"),
        "CI": message("environment.ci"),
        "GITHUB_ACTIONS": message("environment.github"),
        "COZE_HARNESS_LANG": message("environment.lang"),
        "NO_COLOR": message("environment.no_color"),
    }
)
OFFLINE: Final = ("COZE_HARNESS_LANG",)
"""Variables of a command that prints lines."""

RUNNING: Final = ("GITHUB_ACTIONS", "COZE_HARNESS_LANG", "NO_COLOR")
"""Variables of a command that runs trials."""

TALKING: Final = ("COZE_API_TOKEN", "COZE_API_BASE", *RUNNING)
"""Variables of a command that talks to Coze."""

RECORDING: Final = ("COZE_API_TOKEN", "COZE_API_BASE", "CI", *RUNNING)
"""Variables of a command that writes recordings."""


class _LocalizedParameter(click.Parameter):
    """A parameter whose wrong values are errors in the catalogue's words."""

    def type_cast_value(self, ctx: click.Context, value: Any) -> Any:
        try:
            return super().type_cast_value(ctx, value)
        except click.BadParameter as error:
            what = describe_bad_value(self, value)
            if what is None:
                raise
            raise LocalizedUsageError(what, ctx) from error


class LocalizedOption(_LocalizedParameter, click.Option):
    """An option whose help is a message.

    Args:
        text: the help.
        section: the heading that the option is listed under.
    """

    def __init__(
        self, *args: Any, text: LocalizedText, section: LocalizedText, **attributes: Any
    ) -> None:
        super().__init__(*args, **attributes)
        self.text = text
        self.section = section


class LocalizedArgument(_LocalizedParameter, click.Argument):
    """An argument whose help is a message."""

    def __init__(self, *args: Any, text: LocalizedText, **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self.text = text


def option(
    *names: str, text: LocalizedText, section: LocalizedText, **attributes: Any
) -> Decorator:
    """Add an option to a command.

    Args:
        names: as for `click.option`.
        text: its help.
        section: the heading that it is listed under.
        attributes: as for `click.option`.
    """
    return click.option(*names, cls=LocalizedOption, text=text, section=section, **attributes)


def argument(name: str, text: LocalizedText, **attributes: Any) -> Decorator:
    """Add an argument to a command.

    Args:
        name: of the function's parameter.
        text: its help.
        attributes: as for `click.argument`.
    """

    def decorate(function: Callable[..., int]) -> Callable[..., int]:
        # Made again for each command: that of click 8.1 forgets `cls` after its first use.
        return click.argument(name, cls=LocalizedArgument, text=text, **attributes)(function)

    return decorate


def global_options() -> list[click.Parameter]:
    """Return the options of every command, before and after its name.

    `CommandOutput` reads their values: it needs them when others cannot be parsed.
    """
    return [
        LocalizedOption(
            ["--lang"],
            type=click.Choice(["en", "zh"]),
            expose_value=False,
            text=message("option.lang"),
            section=OUTPUT,
        ),
        LocalizedOption(
            ["--debug"],
            is_flag=True,
            expose_value=False,
            text=message("option.debug"),
            section=OUTPUT,
        ),
    ]


class LocalizedCommand(click.Command):
    """A command whose help is messages.

    Args:
        description: its paragraphs.
        exit_codes: what each means.
        environment: names of variables that it reads.
    """

    def __init__(
        self,
        *args: Any,
        description: Sequence[LocalizedText],
        exit_codes: Mapping[int, LocalizedText],
        environment: Sequence[str],
        **attributes: Any,
    ) -> None:
        super().__init__(*args, **attributes)
        self.description = description
        self.exit_codes = exit_codes
        self.environment = environment
        self.params += global_options()

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse arguments; too many of them are an error in the catalogue's words."""
        ctx.allow_extra_args = True
        try:
            rest = super().parse_args(ctx, args)
        except click.UsageError as error:
            error.ctx = error.ctx or ctx  # click 8.1 does not say which command it is
            raise
        if rest and not ctx.resilient_parsing:
            raise LocalizedUsageError(message("usage.extra", words=tuple(rest), n=len(rest)), ctx)
        return rest

    def get_help(self, ctx: click.Context) -> str:
        """Return the help in the command's language."""
        return "\n".join(help_lines(self, ctx.command_path, output_of(ctx).words, help_width()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return what an option can be completed to, with its help."""
        items = super().shell_complete(ctx, incomplete)
        words = output_of(ctx).words
        texts = {
            name: words.text(one.text)
            for one in self.params
            if isinstance(one, LocalizedOption)
            for name in one.opts
        }
        for item in items:
            item.help = texts.get(item.value, item.help)
        return items


def command(
    name: str | None = None,
    *,
    description: Sequence[LocalizedText],
    example: str,
    exit_codes: Mapping[int, LocalizedText] = DONE,
    environment: Sequence[str] = OFFLINE,
) -> Callable[[Callable[..., int]], click.Command]:
    """Make a function a command.

    Args:
        name: if it is not the function's.
        description: the paragraphs of its help.
        example: a command line.
        exit_codes: what each means.
        environment: names of variables that it reads.
    """
    return click.command(
        name,
        cls=LocalizedCommand,
        description=description,
        epilog=example,
        exit_codes=exit_codes,
        environment=environment,
    )


Section: TypeAlias = tuple[str, Sequence[tuple[str, str]]]
"""A heading, and names with their texts."""


def parameter_sections(
    parameters: Sequence[click.Parameter], words: Catalogue
) -> Iterator[Section]:
    """Yield the arguments and options of a command under their headings."""
    yield (
        words.word("help.arguments"),
        [
            (_usage_name(one).strip("[]…"), words.text(one.text))
            for one in parameters
            if isinstance(one, LocalizedArgument)
        ],
    )
    for heading in _SECTIONS:
        options = [
            (_option_name(one), words.text(one.text))
            for one in parameters
            if isinstance(one, LocalizedOption) and one.section == heading
        ]
        if heading == OUTPUT:
            options.append(("-h, --help", words.word("option.help")))
        yield words.text(heading), options


def closing_sections(
    variables: Sequence[str], exit_codes: Mapping[int, LocalizedText], words: Catalogue
) -> Iterator[Section]:
    """Yield environment variables and exit codes under their headings."""
    yield (
        words.word("help.environment"),
        [(name, words.text(_VARIABLES[name])) for name in variables],
    )
    codes = [(str(code), words.text(text)) for code, text in exit_codes.items()]
    yield words.word("help.exit_codes"), codes


def help_page(
    usage: str,
    paragraphs: Sequence[LocalizedText],
    sections: Iterable[Section],
    example: str,
    words: Catalogue,
    width: int,
) -> Iterator[str]:
    """Yield the lines of a help; sections without entries are left out.

    Args:
        usage: the form of the command line.
        paragraphs: the description.
        sections: what follows it.
        example: a command line.
        words: the texts of the language.
        width: cells of a line.
    """
    # Only help needs them.
    from coze_harness.cli.text_wrapping import definition_lines
    from coze_harness.reporting.views.line_wrapping import wrap_line

    yield words.word("help.usage", {"usage": usage})
    for paragraph in paragraphs:
        yield ""
        yield from wrap_line(words.text(paragraph), width)
    for heading, entries in sections:
        if entries:
            yield ""
            yield heading
            yield from definition_lines(entries, width=width)
    yield ""
    yield words.word("help.example", {"command": example})


def help_width() -> int:
    """Return the width of help in cells."""
    return max(min(get_terminal_size().columns, _MAX_WIDTH), 40)


def help_lines(subject: LocalizedCommand, name: str, words: Catalogue, width: int) -> Iterator[str]:
    """Yield the help of a command.

    Args:
        subject: the command.
        name: what a user types to run it.
        words: the texts.
        width: cells of a line.
    """
    arguments = [_usage_name(one) for one in subject.params if isinstance(one, LocalizedArgument)]
    sections = (
        *parameter_sections(subject.params, words),
        *closing_sections(subject.environment, subject.exit_codes, words),
    )
    usage = " ".join([name, words.word("help.options"), *arguments])
    yield from help_page(usage, subject.description, sections, subject.epilog or "", words, width)


def _usage_name(one: click.Argument) -> str:
    return one.metavar or (one.name or "").upper()


def _option_name(one: click.Option) -> str:
    names = ", ".join(sorted(one.opts, key=len))
    if one.is_flag:
        return names
    choices = "|".join(map(str, one.type.choices)) if isinstance(one.type, click.Choice) else ""
    return f"{names} {one.metavar or choices}"
