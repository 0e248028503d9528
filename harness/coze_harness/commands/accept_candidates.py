"""Accept candidates as the new baseline."""

from __future__ import annotations

from collections.abc import Sequence

from coze_harness.baseline.candidate_review import CandidateReview, DecidedCandidates
from coze_harness.baseline.cassette_access import Note
from coze_harness.baseline.decisions import Decisions, other_candidate
from coze_harness.baseline.promotion import Promotion
from coze_harness.baseline.scenario_review import ReviewItem, compare_candidates
from coze_harness.messages import message
from coze_harness.model import Comparison, Mode
from coze_harness.model.errors import HarnessError, ResultsError, UsageError
from coze_harness.project.opened_project import Project
from coze_harness.project.selected_trials import select_trials
from coze_harness.project.trial_selection import TrialSelection
from coze_harness.results import read_results, read_run


def review_candidates(project: Project) -> CandidateReview:
    """Return what finds, checks and promotes the project's candidates.

    Raises:
        ScenarioErrors: scenario files must be edited.
        UsageError: the recordings are remote.
    """
    trials = select_trials(project, TrialSelection())
    return CandidateReview(project.candidates, project.replayer, trials)


def find_decided(
    project: Project, review: CandidateReview, decisions: Decisions
) -> list[DecidedCandidates | HarnessError]:
    """Return the candidates of each decision, or why it cannot be applied.

    A decision is about the answers that its run has shown: other candidates are not decided.

    Raises:
        UsageError: there is no such comparison.
    """
    answers = _answers_of_run(project, decisions)
    checked: list[DecidedCandidates | HarnessError] = []
    for one in review.find_decided(decisions):
        if isinstance(one, DecidedCandidates) and any(
            answers.get(promotion.recorded.key.id) != promotion.result.answers
            for promotion in one.promotions
        ):
            checked.append(other_candidate(one.entry, decisions.run_id))
        else:
            checked.append(one)
    return checked


def _answers_of_run(project: Project, decisions: Decisions) -> dict[str, tuple[str | None, ...]]:
    """Return the answers that a comparison has shown, by trial."""
    run = decisions.run_id
    try:
        folder = project.run_folder(run)
        is_comparison = read_run(folder).mode is Mode.COMPARE
        answers = {result.key.id: result.answers for result in read_results(folder)}
    except ResultsError as error:
        raise UsageError(
            message("decisions.no_run", run=run, reason=error.what),
            where=decisions.location,
            next_step=message("decisions.no_run.next"),
        ) from error
    if not is_comparison:
        raise UsageError(
            message("decisions.no_comparison", run=run),
            where=decisions.location,
            next_step=message("decisions.no_run.next"),
        )
    return answers


def compare_reviewed(
    project: Project, review: CandidateReview, promotions: Sequence[Promotion], note: Note
) -> tuple[Comparison, list[ReviewItem]]:
    """Compare candidates with the baseline; return them by scenario and bot, worst first."""
    return compare_candidates(
        review,
        promotions,
        lambda repeats: select_trials(project, TrialSelection(repeat=repeats)),
        note,
    )
