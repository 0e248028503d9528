"""Runs that have been: rendered again, merged, listed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from harness.archive import list_runs, merge, read_run
from harness.errors import UsageError
from harness.model import Run
from harness.report.options import PageOptions
from harness.wiring.rendering import render


def render_again(folder: Path, into: Path | None, options: PageOptions) -> Path:
    """Render a run's reports from what its folder holds; return the page.

    A shard in another folder would pass for the whole: that takes all of them.

    Raises:
        ArchiveError: the folder cannot be read, or the reports not be written.
    """
    run = read_run(folder)
    if into is not None and run.shard is not None:
        return merge_and_render([folder], into, options)
    render(folder, run, into, options)
    return (into or folder) / "index.html"


def merge_and_render(folders: Sequence[Path], into: Path | None, options: PageOptions) -> Path:
    """Make one run of several in a new folder, render it and return the page.

    Raises:
        UsageError: there is no place for it.
        ArchiveError: they cannot be one run.
    """
    if into is None:
        raise UsageError(
            "Several runs become one in a folder of its own.",
            next_step="say where, with -o DIR",
        )
    run = merge(folders, into, into.name)
    render(into, run, options=options)
    return into / "index.html"


def all_runs(reports: Path, remark: Callable[[str], None]) -> list[Run]:
    """Return all runs, newest first; `remark` is told of folders that cannot be read."""
    return list_runs(reports, remark)
