"""Render finished runs again, merge them, and list them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from coze_harness.messages import UserText, message
from coze_harness.model import Run
from coze_harness.model.errors import UsageError
from coze_harness.project.opened_project import Project
from coze_harness.reporting.run_reports import render_runs_into, update_run_list
from coze_harness.results import list_runs
from coze_harness.results.remote_runs import fetch_heads
from coze_harness.results.run_pruning import delete_run, runs_to_prune
from coze_harness.results.run_upload import upload_reports, upload_run
from coze_harness.storage.remote_folder import RemoteFolder, is_url, open_folder
from coze_harness.storage.storage_errors import FolderUrlError


def render_runs(project: Project, names: Sequence[str], output: str | None) -> Path | RemoteFolder:
    """Render a run again, or several merged into one; return the page.

    `output` is a path or URL; `None`: the run's own folder, wherever it is.

    Raises:
        UsageError: there is no place for the result.
        ResultsError: a run cannot be read, the runs cannot be merged, or reports not be written.
    """
    runs = [project.locate_run(name) for name in names]
    store = _store(output)
    folder = Path(output) if output else None
    if store:
        folder = project.temporary_folder() / store.name
    page = render_runs_into([run.folder for run in runs], folder, project.page_options)
    if store and folder:
        upload_run(folder, store)
        return store / page.name
    origin = runs[0].origin
    if origin and folder is None:
        upload_reports(runs[0].folder, origin)
        return origin / page.name
    return page


def all_runs(project: Project, on_warning: Callable[[UserText], None]) -> list[Run]:
    """Return all runs, newest first; `on_warning` gets a text about each unreadable folder.

    Raises:
        ResultsError: the runs are remote and cannot be fetched.
    """
    reports = project.settings.reports
    if isinstance(reports, RemoteFolder):
        copies = project.temporary_folder()
        fetch_heads(reports, copies)
        reports = copies
    return list_runs(reports, on_warning)


def prune_runs(
    project: Project,
    *,
    keep: int | None,
    max_age: timedelta | None,
    dry_run: bool,
    on_warning: Callable[[UserText], None],
) -> tuple[Sequence[Run], int]:
    """Delete old runs; return them, and how many are kept. The newest one is never deleted.

    The newest `keep` runs remain, and those younger than `max_age`; `None`: no run remains for
    that. `on_warning` gets a text about each unreadable folder, which remains, too.

    Raises:
        ResultsError: the runs cannot be listed, or one not be deleted.
    """
    runs = all_runs(project, on_warning)
    before: datetime | None = None
    if max_age is not None:
        before = datetime.fromtimestamp(project.process.clock.now(), UTC) - max_age
    pruned = runs_to_prune(runs, keep=keep, before=before)
    reports = project.settings.reports
    if pruned and not dry_run:
        for run in pruned:
            delete_run(reports, run.run_id)
        if isinstance(reports, Path):
            update_run_list(reports / runs[0].run_id, project.page_options)
    return pruned, len(runs) - len(pruned)


def _store(output: str | None) -> RemoteFolder | None:
    if not output or not is_url(output):
        return None
    try:
        return open_folder(output)
    except FolderUrlError as error:
        raise UsageError(error.what, next_step=message("report.url.next")) from error
