"""The run whose report `view` shows."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from coze_harness.model.errors import ResultsError
from coze_harness.project.opened_project import Project
from coze_harness.reporting.html.served_page import is_current_file
from coze_harness.reporting.run_reports import render_reports
from coze_harness.results import read_run
from coze_harness.results.run_folder import LATEST, check_run_id, read_head
from coze_harness.results.run_index import find_contained_run


class ViewedRun(Struct, frozen=True):
    """The run that is shown: the folder of runs, and the run's id or ``latest``.

    `is_current` says whether the script of its page is of this version.
    """

    root: Path
    name: str
    is_current: bool

    def find(self, name: str) -> Path | None:
        """Return the folder of a run next to it (an id or ``latest``); `None` if there is none."""
        return find_contained_run(self.root, name)


def planned_trials(folder: Path) -> int:
    """Return how many trials the run in a folder has; 0 if it is not known."""
    try:
        return read_head(folder, rows=False).planned_trials
    except ResultsError:
        return 0


def find_viewed_run(project: Project, name: str) -> ViewedRun:
    """Return where a run's reports are. Those of a run at a URL are made in a temporary folder.

    Args:
        project: the project.
        name: the run's id, path or URL, or ``latest``, which follows newer runs.

    Raises:
        ResultsError: there is no such run, or it cannot be read.
    """
    located = project.locate_run(name)
    folder = located.folder
    if located.origin is not None:
        render_reports(folder, read_run(folder), options=project.page_options)
    is_latest = name == LATEST and located.origin is None
    return ViewedRun(
        folder.parent,
        LATEST if is_latest else check_run_id(folder.name),
        is_current_file(folder / "index.html"),
    )
