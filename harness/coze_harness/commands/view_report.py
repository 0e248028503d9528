"""Show a run's report on this machine, and apply the decisions that are made on its page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from coze_harness.baseline.decisions import ReviewDecision, ScenarioDecision, parse_decisions
from coze_harness.baseline.promotion import DecidedCandidates, find_failing
from coze_harness.commands.accept_candidates import (
    ReviewOutcome,
    apply_decisions,
    find_decided,
    review_candidates,
)
from coze_harness.commands.cassette_access import (
    Note,
    finish_interrupted_accept,
    lock_for_writing,
)
from coze_harness.commands.project import Project
from coze_harness.messages import Catalogue, message
from coze_harness.model import JSON
from coze_harness.model.errors import HarnessError, ScenarioErrors, UsageError
from coze_harness.reporting.html.served_page import is_current_page
from coze_harness.reporting.run_reports import render_reports
from coze_harness.results import read_run
from coze_harness.results.run_folder import LATEST, check_run_id

# Stands for the file in the locations of errors.
_FROM_PAGE: Final = "decisions"
_BEGINNING: Final = 4096


@dataclass(frozen=True, slots=True)
class ViewedRun:
    """The run that is shown: the folder of runs, and the run's id or ``latest``.

    `is_current` says whether the script of its page is of this version.
    """

    root: Path
    name: str
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedDecisions:
    """The decisions of a page, applied; or the errors because of which none was applied.

    `paths` are the replaced recordings as a user names them.
    """

    entries: Sequence[DecidedCandidates] = ()
    outcome: ReviewOutcome = field(default_factory=ReviewOutcome)
    paths: Sequence[Path] = ()
    errors: Sequence[HarnessError] = ()

    def decided(self, decision: ReviewDecision) -> list[ScenarioDecision]:
        """Return the decisions of one kind."""
        return [one.entry for one in self.entries if one.entry.decision is decision]


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
        _is_current(folder / "index.html"),
    )


def apply_page_decisions(
    project: Project, body: bytes, *, failing: bool, note: Note
) -> AppliedDecisions:
    """Apply decisions, all or none, as `accept --from` does.

    Args:
        project: the project, opened for this.
        body: the content of a file of decisions.
        failing: whether candidates that fail may be accepted.
        note: receives a line for the user.
    """
    try:
        return _apply(project, body, failing=failing, note=note)
    except ScenarioErrors as error:
        return AppliedDecisions(errors=error.errors)
    except HarnessError as error:
        return AppliedDecisions(errors=[error])


def decisions_json(
    applied: AppliedDecisions, words: Catalogue, redact: Callable[[str], str]
) -> JSON:
    """Return the answer to a page that posted decisions.

    Args:
        applied: what came of them.
        words: the texts of the page's language.
        redact: removes secrets from a text.
    """
    errors: list[JSON] = [
        {
            "message": redact(_with_detail(error, words)),
            "next_step": redact(words.text(error.next_step)),
        }
        for error in applied.errors
    ]
    return {
        "accepted": _scenarios(applied.decided(ReviewDecision.ACCEPT)),
        "rejected": _scenarios(applied.decided(ReviewDecision.REJECT)),
        "to_edit": _scenarios(applied.decided(ReviewDecision.EDIT)),
        "errors": errors,
    }


def _scenarios(decisions: Sequence[ScenarioDecision]) -> JSON:
    return [{"scenario": one.scenario, "bot": one.bot} for one in decisions]


def _with_detail(error: HarnessError, words: Catalogue) -> str:
    what = words.text(error.what)
    # The page has no file that its decisions come from.
    has_place = error.where is not None and error.where.path != _FROM_PAGE
    lines = [f"{error.where}: {what}" if has_place else what]
    return "\n".join([*lines, *(words.text(line) for line in error.detail)])


def _apply(project: Project, body: bytes, *, failing: bool, note: Note) -> AppliedDecisions:
    decisions = parse_decisions(body, _FROM_PAGE)
    finish_interrupted_accept(project, note)
    lock_for_writing(project, "coze-harness view", note=note)
    review = review_candidates(project)
    found = find_decided(project, review, decisions)
    if errors := [one for one in found if isinstance(one, HarnessError)]:
        return AppliedDecisions(errors=errors)
    entries = [one for one in found if isinstance(one, DecidedCandidates)]
    outcome = ReviewOutcome.of_decisions(entries)
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
        paths = apply_decisions(
            project, review, outcome.accepted, outcome.rejected_files, note=note
        )
    return AppliedDecisions(entries=entries, outcome=outcome, paths=paths)


def _is_current(page: Path) -> bool:
    """Return whether a page, once it is there, is of this version."""
    try:
        with page.open("rb") as file:
            return is_current_page(file.read(_BEGINNING).decode(errors="replace"))
    except OSError:
        return True
