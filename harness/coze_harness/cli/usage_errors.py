"""Errors of click, and those of this program itself, in the words of the catalogue."""

from __future__ import annotations

from pathlib import Path

import click

from coze_harness.messages import LocalizedText, literal, message
from coze_harness.model.errors import HarnessError, UsageError
from coze_harness.model.location import Location


class LocalizedUsageError(click.UsageError):
    """A command line that cannot be parsed, for a reason that click has no class for."""

    def __init__(self, what: LocalizedText, ctx: click.Context | None = None) -> None:
        super().__init__(str(what), ctx)
        self.what = what


def as_harness_error(error: Exception) -> HarnessError:
    """Return an error that ended a command, as one that says the next step."""
    from coze_harness.messages.os_error_reason import is_disk_full  # only errors need it

    match error:
        case HarnessError():
            return error
        case click.ClickException():
            ctx = error.ctx if isinstance(error, click.UsageError) else None
            command = (ctx and ctx.command_path) or "coze-harness"
            return UsageError(describe_usage_error(error), next_step=f"{command} --help")
        case OSError() if is_disk_full(error):
            return HarnessError(
                message("main.disk_full"),
                where=Location(str(error.filename)) if error.filename else None,
                next_step=message("main.disk_full.next"),
            )
    return HarnessError(
        message("main.internal", type=type(error).__name__, text=str(error)),
        next_step=message("main.internal.next"),
    )


def describe_usage_error(error: click.ClickException) -> LocalizedText:
    """Return what is wrong with a command line."""
    match error:
        case LocalizedUsageError():
            return error.what
        case click.NoSuchOption():
            import difflib

            # click names them in the order of the alphabet.
            if near := difflib.get_close_matches(error.option_name, error.possibilities or (), 1):
                return message("usage.no_option_near", option=error.option_name, near=near[0])
            return message("usage.no_option", option=error.option_name)
        case click.BadOptionUsage():
            option = _find_option(error)
            if option is not None and option.is_flag:
                return message("usage.no_value", option=error.option_name)
            return message("usage.needs_value", option=error.option_name)
        case click.MissingParameter():
            name = _name(error.param) if error.param else str(error.param_hint)
            return message("usage.missing", name=name)
    return literal(" ".join(error.format_message().split()))


def describe_bad_value(parameter: click.Parameter, value: object) -> LocalizedText | None:
    """Return why a value does not fit a parameter; `None` for a type that has no own message."""
    name, text = _name(parameter), _value_text(value)
    match parameter.type:
        case click.Choice(choices=choices):
            known = tuple(map(str, choices))
            return message("usage.not_a_choice", name=name, value=text, choices=known)
        case click.IntRange(min=least, max=None) if least is not None:
            return message("usage.not_at_least", name=name, value=text, least=int(least))
        case click.IntRange(min=least, max=most) | click.FloatRange(min=least, max=most):
            limits = {"least": f"{least:g}", "most": f"{most:g}"}
            return message("usage.not_between", name=name, value=text, **limits)
        case click.Path(file_okay=False) if Path(text).is_file():
            return message("usage.is_a_file", name=name, value=text)
    if parameter.type is click.INT:
        return message("usage.not_whole", name=name, value=text)
    return None


def _find_option(error: click.BadOptionUsage) -> click.Option | None:
    parameters = error.ctx.command.params if error.ctx else []
    return next(
        (
            one
            for one in parameters
            if isinstance(one, click.Option) and error.option_name in one.opts
        ),
        None,
    )


def _name(parameter: click.Parameter) -> str:
    """Return an option's longest name, or the word that stands for an argument."""
    if isinstance(parameter, click.Option):
        return max(parameter.opts, key=len)
    return (parameter.metavar or (parameter.name or "").upper()).strip("[]…")


def _value_text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
