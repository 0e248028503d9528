"""Show a run's report on this machine, and apply the decisions that are made on its page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from coze_harness.baseline.applied_decisions import FROM_PAGE, AppliedDecisions
from coze_harness.baseline.candidate_review import DecidedCandidates
from coze_harness.baseline.cassette_access import Note
from coze_harness.baseline.decisions import parse_decisions
from coze_harness.baseline.promotion import find_failing
from coze_harness.baseline.review_outcome import ReviewOutcome, apply_decisions
from coze_harness.commands.accept_candidates import find_decided, review_candidates
from coze_harness.messages import message
from coze_harness.model.errors import HarnessError, ResultsError, ScenarioErrors, UsageError
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


def apply_page_decisions(
    project: Project, body: bytes, *, failing: bool, note: Note
) -> AppliedDecisions:
    """Apply decisions, all or none, as `accept --from` does.

    The project is opened for this. `body` is the content of a file of decisions, `failing` says
    whether candidates that fail may be accepted, and `note` receives a line for the user.
    """
    try:
        return _apply(project, body, failing=failing, note=note)
    except ScenarioErrors as error:
        return AppliedDecisions(errors=error.errors)
    except HarnessError as error:
        return AppliedDecisions(errors=[error])


def _apply(project: Project, body: bytes, *, failing: bool, note: Note) -> AppliedDecisions:
    decisions = parse_decisions(body, FROM_PAGE)
    access = project.cassette_access
    access.finish_interrupted_accept(note)
    project.resources.enter_context(access.lock_for_writing("coze-harness view", note=note))
    review = review_candidates(project)
    entries = find_decided(project, review, decisions)
    if errors := [one for one in entries if isinstance(one, HarnessError)]:
        return AppliedDecisions(errors=errors)
    decided = [one for one in entries if isinstance(one, DecidedCandidates)]
    outcome = ReviewOutcome.of_decisions(decided)
    if not failing and (refused := find_failing(outcome.accepted)):
        return AppliedDecisions(
            errors=[
                UsageError(
                    message("view.fails", trial=one.trial.key.id),
                    where=one.trial.location,
                    next_step=message("view.fails.next"),
                )
                for one in refused
            ]
        )
    paths: Sequence[Path] = ()
    if outcome.accepted or outcome.rejected:
        paths = apply_decisions(review, access, outcome.accepted, outcome.rejected_files, note=note)
    return AppliedDecisions(entries=decided, outcome=outcome, paths=paths)
