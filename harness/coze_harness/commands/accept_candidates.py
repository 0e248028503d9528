"""Accept candidates as the new baseline."""

from __future__ import annotations

from collections.abc import Sequence

from coze_harness.baseline.candidate_review import CandidateReview, DecidedCandidates
from coze_harness.baseline.cassette_access import Note
from coze_harness.baseline.decisions import Decisions
from coze_harness.baseline.promotion import Promotion
from coze_harness.baseline.scenario_review import ReviewItem, compare_candidates
from coze_harness.model import Comparison
from coze_harness.model.errors import HarnessError, ResultsError
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

    Raises:
        UsageError: there is no such comparison.
    """
    try:
        folder = project.run_folder(decisions.run_id)
        answers = {result.key.id: result.answers for result in read_results(folder)}
        decisions.check_mode(read_run(folder).mode)
    except ResultsError as error:
        raise decisions.unknown_run_error(error) from error
    return review.find_decided(decisions, answers)


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
