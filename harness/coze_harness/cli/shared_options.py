"""Options that several commands share. A command gets each group as one typed object."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import wraps
from typing import Any, TypeAlias

import click

from coze_harness.commands.project import TrialSelection
from coze_harness.commands.run_trials import RunOptions
from coze_harness.config import SettingsOverrides

Command: TypeAlias = Callable[..., int]
Decorator: TypeAlias = Callable[[Command], Command]


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplayOptions:
    """What a run shows."""

    quiet: bool = False
    verbose: bool = False
    no_progress: bool = False
    open_report: bool = False


_Options: TypeAlias = (
    type[TrialSelection] | type[SettingsOverrides] | type[RunOptions] | type[DisplayOptions]
)

_SELECTION = (
    click.argument("paths", nargs=-1, metavar="[PATH]…"),
    click.option("-k", "keyword", metavar="EXPR", default="",
                 help="Only trials whose names match: 'refund and not slow'."),
    click.option("--tag", "tags", multiple=True, metavar="T",
                 help="Only scenarios with this tag (repeatable: any of them)."),
    click.option("--bot", "bots", multiple=True, metavar="B",
                 help="Use this bot instead of those in the scenarios (repeatable)."),
    click.option("--last-failed", is_flag=True,
                 help="Only trials that failed, or could not be judged, in the latest run."),
    click.option("--repeat", type=click.IntRange(1), metavar="N",
                 help="Run N trials for each scenario, bot and case."),
)  # fmt: skip
_FOLDERS = (
    click.option("--cassettes", metavar="DIR",
                 help="Folder of the recordings: a path or a URL (s3://bucket/folder)."),
    click.option("--reports", metavar="DIR", help="Folder of the runs: a path or a URL."),
)  # fmt: skip
_BASE_URL = (
    click.option("--base-url", metavar="URL",
                 help="Address of Coze's API; overrides COZE_API_BASE. Ignored by `run`."),
)  # fmt: skip
_PAGE = (
    click.option("--lang", type=click.Choice(["en", "zh"]),
                 help="Language of the reports. Default: the browser's language."),
    click.option("--layout", type=click.Choice(["single", "folder"]),
                 help="single: one file. folder: style and script in separate files."),
)  # fmt: skip
_SHARD = (
    click.option("--shard", metavar="I/N", default="",
                 help="Only part I of N. All jobs split the trials in the same way; `report`"
                 " merges their runs."),
)  # fmt: skip
_CLUSTER = (
    click.option("--cluster", metavar="ADDRESS",
                 help="Replay on the Dask scheduler at this address."),
)  # fmt: skip
_EXECUTION = (
    click.option("-x", "stop_at_first", is_flag=True,
                 help="Stop at the first trial that does not pass."),
    click.option("--strict-known", is_flag=True,
                 help="Fail if a scenario with known_failure passes."),
    click.option("--workers", type=click.IntRange(1), metavar="N",
                 help="Number of replay processes, or of concurrent calls to Coze."),
    click.option("--resume", metavar="RUN",
                 help="Resume an interrupted run: its id, folder, or 'latest'."),
)  # fmt: skip
_PUBLIC_ADDRESS = (
    click.option("--public-address", metavar="URL", default="",
                 help="Write this address into the cassettes instead of the base URL."),
)  # fmt: skip
_DISPLAY = (
    click.option("-q", "--quiet", is_flag=True,
                 help="Print one line for each trial that does not pass, and the last line."),
    click.option("-v", "--verbose", is_flag=True,
                 help="Show every verdict of trials that do not pass."),
    click.option("--no-progress", is_flag=True, help="Show no progress bar."),
    click.option("--open", "open_report", is_flag=True, help="Open the report in a browser."),
)  # fmt: skip


def _group(name: str, make: _Options, *options: Decorator) -> Decorator:
    """Add options whose values reach the command as one keyword argument.

    Args:
        name: the argument's name.
        make: builds the object, from those of the options' values that it has fields for.
        options: the options.
    """

    def decorate(command: Command) -> Command:
        names = tuple(field.name for field in fields(make))

        @wraps(command)
        def collect(**values: Any) -> int:  # noqa: ANN401 (click's values, typed from here on)
            given = {field: values.pop(field) for field in names if field in values}
            return command(**{name: make(**given)}, **values)

        decorated: Command = collect
        for option in reversed(options):
            decorated = option(decorated)
        return decorated

    return decorate


selection = _group("selection", TrialSelection, *_SELECTION)
"""`selection`: the trials to use."""

folders = _group("overrides", SettingsOverrides, *_FOLDERS)
"""`overrides`: the folders of recordings and runs."""

service = _group("overrides", SettingsOverrides, *_BASE_URL)
"""`overrides`: the address of Coze's API."""

page = _group("overrides", SettingsOverrides, *_FOLDERS, *_PAGE)
"""`overrides`: folders, and the page's language and layout."""

project = _group("overrides", SettingsOverrides, *_FOLDERS, *_BASE_URL, *_PAGE)
"""`overrides`: all settings that a run has options for."""

replay = _group("options", RunOptions, *_SHARD, *_CLUSTER, *_EXECUTION)
"""`options`: how trials are replayed."""

execution = _group("options", RunOptions, *_SHARD, *_EXECUTION)
"""`options`: how trials are executed."""

recording = _group("options", RunOptions, *_SHARD, *_EXECUTION, *_PUBLIC_ADDRESS)
"""`options`: how trials are recorded."""

comparison = _group("options", RunOptions, *_EXECUTION)
"""`options`: how a comparison is executed."""

display = _group("display", DisplayOptions, *_DISPLAY)
"""`display`: what a run shows."""
