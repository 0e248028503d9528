"""Options that several commands share. A command gets each group as one typed object."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, TypeAlias

import click
from msgspec import Struct

from coze_harness.cli.command_help import (
    OUTPUT,
    REPORT,
    RUN,
    SELECTION,
    TARGET,
    Decorator,
    argument,
    option,
)
from coze_harness.cli.project_completion import (
    complete_bots,
    complete_paths,
    complete_runs,
    complete_tags,
)
from coze_harness.commands.run_options import RunOptions
from coze_harness.messages import message
from coze_harness.model.settings_overrides import SettingsOverrides
from coze_harness.project.trial_selection import TrialSelection

_SEED: Final = 1

Command: TypeAlias = Callable[..., int]


class DisplayOptions(Struct, frozen=True, kw_only=True):
    """What a run shows. With `as_json`, stdout has only its run.json."""

    as_json: bool = False
    quiet: bool = False
    verbose: bool = False
    no_progress: bool = False
    open_report: bool = False


_PATHS = (
    argument("paths", message("option.path"), nargs=-1, metavar="[PATH]…",
             shell_complete=complete_paths),
    option("-k", "keyword", metavar="EXPR", default="", section=SELECTION,
           text=message("option.keyword")),
    option("--tag", "tags", multiple=True, metavar="T", section=SELECTION,
           text=message("option.tag"), shell_complete=complete_tags),
    option("--bot", "bots", multiple=True, metavar="B", section=SELECTION,
           text=message("option.bot"), shell_complete=complete_bots),
    option("--last-failed", is_flag=True, section=SELECTION, text=message("option.last_failed")),
)  # fmt: skip
_REPEAT = option(
    "--repeat",
    type=click.IntRange(1),
    metavar="N",
    section=SELECTION,
    text=message("option.repeat"),
)
_CASSETTES = option("--cassettes", metavar="DIR", section=TARGET, text=message("option.cassettes"))
_REPORTS = option("--reports", metavar="DIR", section=REPORT, text=message("option.reports"))
_BASE_URL = option("--base-url", metavar="URL", section=TARGET, text=message("option.base_url"))
_WEAK_JUDGE = option(
    "--allow-weak-judge", is_flag=True, section=RUN, text=message("option.allow_weak_judge")
)
_LAYOUT = option(
    "--layout",
    type=click.Choice(["single", "folder"]),
    section=REPORT,
    text=message("option.layout"),
)
_LIVE = (_CASSETTES, _REPORTS, _BASE_URL, _LAYOUT, _WEAK_JUDGE)
_SHARD = option(
    "--shard", metavar="I/N", default="", section=SELECTION, text=message("option.shard")
)
_CLUSTER = option("--cluster", metavar="ADDRESS", section=RUN, text=message("option.cluster"))
_STRICT = option("--strict", is_flag=True, section=RUN, text=message("option.strict"))
_EXECUTION = (
    option("-x", "stop_at_first", is_flag=True, section=RUN, text=message("option.stop_at_first")),
    option("--strict-known", is_flag=True, section=RUN, text=message("option.strict_known")),
    option("--resume", metavar="RUN", section=RUN, text=message("option.resume"),
           shell_complete=complete_runs),
)  # fmt: skip
_PROCESSES = option(
    "--workers", type=click.IntRange(1), metavar="N", section=RUN, text=message("option.processes")
)
_CALLS = option(
    "--workers", type=click.IntRange(1), metavar="N", section=RUN, text=message("option.calls")
)
_PUBLIC_ADDRESS = option(
    "--public-address",
    metavar="URL",
    default="",
    section=TARGET,
    text=message("option.public_address"),
)
_JSON = option("--json", "as_json", is_flag=True, section=OUTPUT, text=message("option.json_run"))
_QUIET = option("-q", "--quiet", is_flag=True, section=OUTPUT, text=message("option.quiet"))
_VERBOSE = option("-v", "--verbose", is_flag=True, section=OUTPUT, text=message("option.verbose"))
_SCREEN = (
    option("--no-progress", is_flag=True, section=OUTPUT, text=message("option.no_progress")),
    option("--open", "open_report", is_flag=True, section=REPORT, text=message("option.open")),
)  # fmt: skip


def group(name: str, make: type[Struct], *options: Decorator) -> Decorator:
    """Add options; their values, and those of options below, are one keyword argument.

    Args:
        name: the argument's name.
        make: builds the object, from those of the options' values that it has fields for.
        options: the options.
    """

    def decorate(command: Command) -> Command:
        names = make.__struct_fields__

        @wraps(command)
        def collect(**values: Any) -> int:  # noqa: ANN401 (click's values, typed from here on)
            fields = {field: values.pop(field) for field in names if field in values}
            return command(**{name: make(**fields)}, **values)

        decorated: Command = collect
        for add in reversed(options):
            decorated = add(decorated)
        return decorated

    return decorate


wait: Decorator = option("--wait", is_flag=True, section=RUN, text=message("option.wait"))
"""`wait`: whether to wait for the lock of those that write recordings."""

seed: Decorator = option(
    "--seed", type=int, default=_SEED, metavar="N", section=RUN,
    text=message("option.seed", default=_SEED),
)  # fmt: skip
"""`seed`: the same one gives the same mutants."""

force: Decorator = option("--force", is_flag=True, section=RUN, text=message("option.force"))
"""`force`: whether to record although CI is set."""

selection = group("selection", TrialSelection, *_PATHS, _REPEAT)
"""`selection`: the trials to use."""

selection_of_one_repeat = group("selection", TrialSelection, *_PATHS)
"""`selection`: the trials to use, without their repeats."""

cassettes = group("overrides", SettingsOverrides, _CASSETTES)
"""`overrides`: the folder of recordings."""

reports = group("overrides", SettingsOverrides, _REPORTS)
"""`overrides`: the folder of runs."""

folders = group("overrides", SettingsOverrides, _CASSETTES, _REPORTS)
"""`overrides`: the folders of recordings and runs."""

service = group("overrides", SettingsOverrides, _BASE_URL)
"""`overrides`: the address of Coze's API."""

page = group("overrides", SettingsOverrides, _REPORTS, _LAYOUT)
"""`overrides`: the folder of runs, and the page's layout."""

offline = group("overrides", SettingsOverrides, _CASSETTES, _REPORTS, _LAYOUT, _WEAK_JUDGE)
"""`overrides`: the settings of a run without the network."""

project = group("overrides", SettingsOverrides, *_LIVE)
"""`overrides`: the settings of a run that talks to Coze."""

recording = group("overrides", SettingsOverrides, *_LIVE, _PUBLIC_ADDRESS)
"""`overrides`: the settings of a run that records."""

asking = group("overrides", SettingsOverrides, _CASSETTES, _BASE_URL)
"""`overrides`: the settings of a command that asks Coze and writes no run."""

replay = group("options", RunOptions, _SHARD, _CLUSTER, _STRICT, *_EXECUTION, _PROCESSES)
"""`options`: how trials are replayed."""

execution = group("options", RunOptions, _SHARD, *_EXECUTION, _CALLS)
"""`options`: how trials are executed."""

comparison = group("options", RunOptions, *_EXECUTION, _CALLS)
"""`options`: how a comparison is executed."""

display = group("display", DisplayOptions, _JSON, _QUIET, _VERBOSE, *_SCREEN)
"""`display`: what a run shows."""

brief_display = group("display", DisplayOptions, _JSON, _QUIET, *_SCREEN)
"""`display`: what a command without verdicts shows."""
