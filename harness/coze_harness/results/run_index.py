"""Many runs: which there are, and which one is meant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from coze_harness.model import Run
from coze_harness.model.errors import ResultsError
from coze_harness.model.location import Location
from coze_harness.results.files import LATEST, checked_run_id, wrap_os_errors
from coze_harness.results.run_folder import RUN, TRIALS, read_head, read_run


def find_run(reports: Path, name: str) -> Path:
    """Return the folder of a run by its id, `latest`, or the path of its folder or run.json.

    Raises:
        ArchiveError: there is none.
    """
    given = Path(name)
    if given.name == RUN:
        given = given.parent
    for folder in (given if given.is_absolute() or len(given.parts) > 1 else None, reports / name):
        if folder is not None and _is_run(folder):
            # A run that goes on must not be written through the link that it moves itself.
            return folder.resolve() if folder.is_symlink() else folder
    if "/" not in name and "\\" not in name and name != LATEST:
        checked_run_id(name)
    known = ", ".join(sorted(path.name for path in _folders(reports))[-3:])
    raise ResultsError(
        f"There is no run {name!a}.",
        where=Location(str(reports)),
        next_step=f"name one of these: {known}" if known else "run: coze-harness run",
    )


def list_runs(reports: Path, remark: Callable[[str], None] = lambda _: None) -> list[Run]:
    """Return all runs, newest first, without their rows and with one pass rate at most.

    That rate is a missed one if there is any: it tells whether the run failed. So does the one
    scenario of a comparison, and scores of spoiling are added up to one.

    Args:
        reports: the folder of all runs.
        remark: is told of each folder that looks like a run's and cannot be read.
    """
    runs: list[Run] = []
    for folder in _folders(reports):
        try:
            run = read_head(folder, rows=False)
            if not run.finished_at:
                run = replace(read_run(folder), rows=())
        except ResultsError as fault:
            remark(f"{folder.name} is left out: {fault.what}")
            continue
        # The folder's name is what links lead to, whatever was copied or renamed.
        runs.append(run if run.run_id == folder.name else replace(run, run_id=folder.name))
    return sorted(runs, key=lambda run: (run.started_at, run.run_id), reverse=True)


def _folders(reports: Path) -> list[Path]:
    with wrap_os_errors("Listing the runs", reports):
        if not reports.is_dir():
            return []
        return [
            path
            for path in reports.iterdir()
            if path.name != LATEST and not path.name.startswith(".") and _is_run(path)
        ]


def _is_run(folder: Path) -> bool:
    return (folder / RUN).is_file() or (folder / TRIALS).is_file()
