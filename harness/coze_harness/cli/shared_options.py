"""Options that several commands share, and what they say together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def selection(command: Command) -> Command:
    """Add what chooses trials: PATH…, -k, --tag, --bot, --last-failed, --repeat."""
    for add in reversed(
        (
            click.argument("paths", nargs=-1, metavar="[PATH]…"),
            click.option("-k", "keyword", metavar="EXPR", default="",
                         help="Only trials whose names match: 'refund and not slow'."),
            click.option("--tag", "tags", multiple=True, metavar="T",
                         help="Only scenarios with this tag (repeatable: any of them)."),
            click.option("--bot", "bots", multiple=True, metavar="B",
                         help="Put the scenarios to this bot (repeatable)."),
            click.option("--last-failed", is_flag=True,
                         help="Only what failed, or could not be judged, in the latest run."),
            click.option("--repeat", type=click.IntRange(1), metavar="N",
                         help="Trials per scenario, bot and case."),
        )
    ):  # fmt: skip
        command = add(command)
    return command


def shard(command: Command) -> Command:
    """Add which part of the chosen trials is executed: --shard."""
    add = click.option(
        "--shard", metavar="I/N", default="",
        help="Only the Ith of N parts, dealt alike by every job; `report` merges them.",
    )  # fmt: skip
    return add(command)


def folders(command: Command) -> Command:
    """Add where things are: --cassettes, --reports."""
    for add in reversed(
        (
            click.option("--cassettes", metavar="DIR",
                         help="Where recordings are: a folder, or its URL (s3://bucket/folder)."),
            click.option("--reports", metavar="DIR",
                         help="Where the runs' folders are: a folder, or its URL."),
        )
    ):  # fmt: skip
        command = add(command)
    return command


def service(command: Command) -> Command:
    """Add where the service is: --base-url."""
    add = click.option(
        "--base-url", metavar="URL", help="Coze's address (COZE_API_BASE); a replay asks nobody."
    )
    return add(command)


def page(command: Command) -> Command:
    """Add how the page of a run is written: --lang, --layout."""
    for add in reversed(
        (
            click.option("--lang", type=click.Choice(["en", "zh"]),
                         help="The reports' language; unless told, the page follows its reader."),
            click.option("--layout", type=click.Choice(["single", "folder"]),
                         help="One file, or style and script in files beside the page."),
        )
    ):  # fmt: skip
        command = add(command)
    return command


def execution(command: Command) -> Command:
    """Add how trials are executed, and how that is told."""
    for add in reversed(
        (
            click.option("-x", "stop_at_first", is_flag=True,
                         help="Stop at the first trial that does not pass."),
            click.option("--strict-known", is_flag=True,
                         help="Fail where a scenario marked known_failure passes."),
            click.option("--workers", type=click.IntRange(1), metavar="N",
                         help="Processes (run), or calls under way at a time (record, live)."),
            click.option("--cluster", metavar="ADDRESS",
                         help="Replay on the Dask scheduler at this address (run)."),
            click.option("--resume", metavar="RUN",
                         help="Go on with an interrupted run: its id, folder, or 'latest'."),
            click.option("-q", "--quiet", is_flag=True,
                         help="A line for each trial that does not pass, and the last line."),
            click.option("-v", "--verbose", is_flag=True,
                         help="Show every verdict of trials that do not pass."),
            click.option("--no-progress", is_flag=True, help="No progress bar."),
            click.option("--open", "open_report", is_flag=True,
                         help="Open the report in a browser."),
        )
    ):  # fmt: skip
        command = add(command)
    return command
