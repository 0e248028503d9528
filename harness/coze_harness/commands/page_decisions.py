"""Apply the decisions that are made on the page of a comparison."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from coze_harness.baseline.applied_decisions import FROM_PAGE, AppliedDecisions
from coze_harness.baseline.candidate_review import DecidedCandidates
from coze_harness.baseline.cassette_access import Note
from coze_harness.baseline.decisions import parse_decisions
from coze_harness.baseline.promotion import find_failing
from coze_harness.baseline.review_outcome import ReviewOutcome, apply_decisions
from coze_harness.commands.accept_candidates import find_decided, review_candidates
from coze_harness.messages import message
from coze_harness.model.errors import HarnessError, ScenarioErrors, UsageError
from coze_harness.project.opened_project import Project


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
