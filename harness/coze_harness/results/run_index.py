"""The folder of all runs: which runs there are, and which one a name means."""

from __future__ import annotations

import errno
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from coze_harness.messages import UserText, message
from coze_harness.model import Run, replace
from coze_harness.model.errors import ResultsError
from coze_harness.model.location import Location
from coze_harness.results.run_folder import (
    LATEST,
    RUN,
    TRIALS,
    check_run_id,
    read_head,
    read_run,
    wrap_os_errors,
)
from coze_harness.results.run_totals import scenario_counts

_MAX_NAME: Final = 200

MAX_LISTED_RUNS: Final = 500
"""The list of runs has at most the newest ones of this number."""


def find_run(reports: Path, name: str) -> Path:
    """Return the folder of a run.

    `name` is the run's id, `latest`, or the path of its folder or its run.json.

    Raises:
        ResultsError: there is no such run.
    """
    path = Path(name)
    if path.name == RUN:
        path = path.parent
    for folder in (path if path.is_absolute() or len(path.parts) > 1 else None, reports / name):
        if folder is not None and _is_run(folder):
            # A resumed run must not be written through the link, which it replaces.
            return folder.resolve() if folder.is_symlink() else folder
    if "/" not in name and "\\" not in name and name != LATEST:
        check_run_id(name)
    raise no_such_run(str(reports), name, sorted(folder.name for folder in list_folders(reports)))


def find_contained_run(reports: Path, name: str) -> Path | None:
    """Return the folder of a run that is itself in the folder of runs; `None` if there is none.

    `name` is the run's id or ``latest``. The latter may be a link, to a folder next to it.
    """
    folder = reports / name
    try:
        if name != LATEST:
            check_run_id(name)
            if folder.is_symlink():
                return None
        elif folder.resolve().parent != reports.resolve():
            return None
        return folder if _is_run(folder) else None
    except (ResultsError, OSError, ValueError):
        return None


def no_such_run(reports: str, name: str, known_runs: Sequence[str]) -> ResultsError:
    """Return the error for a run that does not exist; it names the last of the known ones."""
    newest = tuple(known_runs[-3:])
    return ResultsError(
        message("results.no_run", run=name[:_MAX_NAME]),
        where=Location(reports),
        next_step=message("results.no_run.next", runs=newest)
        if newest
        else message("results.no_run.none"),
    )


def list_runs(reports: Path, on_warning: Callable[[UserText], None] = lambda _: None) -> list[Run]:
    """Return all runs, newest first, without rows and with at most one item of long lists.

    The first pass rate is a missed one if there is any, and the first scenario of a comparison one
    that regressed, so that these tell whether the run failed. Mutation scores are added up.

    `on_warning` gets a message for each run that cannot be read.
    """
    runs: list[Run] = []
    for folder in list_folders(reports):
        try:
            run = read_head(folder, rows=False)
            if not run.finished_at:
                run = read_run(folder)
            if run.rows:
                summary = replace(run.summary, scenarios=scenario_counts(run))
                run = replace(run, summary=summary, rows=())
        except ResultsError as error:
            on_warning(message("results.left_out", run=folder.name, reason=error.what))
            continue
        # A folder may have been copied or renamed; links lead to its name.
        runs.append(run if run.run_id == folder.name else replace(run, run_id=folder.name))
    return sorted(runs, key=lambda run: (run.started_at, run.run_id), reverse=True)


def list_folders(reports: Path) -> list[Path]:
    """Return the folders of all runs, in no order."""
    with wrap_os_errors("results.failed.list", reports):
        if not reports.is_dir():
            return []
        return [
            path
            for path in reports.iterdir()
            if path.name != LATEST and not path.name.startswith(".") and _is_run(path)
        ]


def _is_run(folder: Path) -> bool:
    try:
        return (folder / RUN).is_file() or (folder / TRIALS).is_file()
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            return False
        raise
