"""Runs that have been: rendered again, merged, listed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from coze_harness.model import Run
from coze_harness.model.errors import UsageError
from coze_harness.reporting.page_options import PageOptions
from coze_harness.reporting.run_reports import render_reports
from coze_harness.results import list_runs, merge_runs, read_run
from coze_harness.results.remote_runs import LocatedRun, fetch_heads
from coze_harness.results.run_upload import upload_reports, upload_run
from coze_harness.storage.remote_folder import RemoteFolder, is_url, open_folder


def render_run(
    found: Sequence[LocatedRun],
    output: str | None,
    options: PageOptions,
    temporary: Callable[[], Path],
) -> Path | RemoteFolder:
    """Render a run again, or several as one; return the page.

    Args:
        found: the runs' folders.
        output: where the reports go, a path or a URL; `None`: to the run itself, wherever it is.
        options: how the page is to be.
        temporary: makes a folder for what is sent away.

    Raises:
        UsageError: there is no place for it.
        ArchiveError: a run cannot be read, they cannot be one, or the reports not be written.
    """
    away = _away(output)
    into = temporary() / away.name if away else Path(output) if output else None
    folders = [one.folder for one in found]
    if len(folders) == 1:
        page = render_again(folders[0], into, options)
    else:
        page = merge_and_render(folders, into, options)
    if away and into:
        upload_run(into, away)
        return away / page.name
    if origin := found[0].origin if into is None else None:
        upload_reports(folders[0], origin)
        return origin / page.name
    return page


def _away(output: str | None) -> RemoteFolder | None:
    if not output or not is_url(output):
        return None
    try:
        return open_folder(output)
    except ValueError as fault:
        raise UsageError(str(fault), next_step="give -o as in s3://bucket/folder") from fault


def render_again(folder: Path, into: Path | None, options: PageOptions) -> Path:
    """Render a run's reports from what its folder holds; return the page.

    A shard in another folder would pass for the whole: that takes all of them.

    Raises:
        ArchiveError: the folder cannot be read, or the reports not be written.
    """
    run = read_run(folder)
    if into is not None and run.shard is not None:
        return merge_and_render([folder], into, options)
    render_reports(folder, run, into, options)
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
    run = merge_runs(folders, into, into.name)
    render_reports(into, run, options=options)
    return into / "index.html"


def all_runs(
    reports: Path | RemoteFolder, remark: Callable[[str], None], temporary: Callable[[], Path]
) -> list[Run]:
    """Return all runs, newest first; `remark` is told of folders that cannot be read.

    Raises:
        ArchiveError: they are elsewhere, and cannot be fetched.
    """
    if isinstance(reports, RemoteFolder):
        here = temporary()
        fetch_heads(reports, here)
        return list_runs(here, remark)
    return list_runs(reports, remark)
