"""Accept candidates as the new baseline."""

from __future__ import annotations

from collections.abc import Sequence

from coze_harness.baseline.candidate_review import CandidateReview
from coze_harness.baseline.cassette_access import Note
from coze_harness.baseline.promotion import Promotion
from coze_harness.baseline.scenario_review import ReviewItem, compare_candidates
from coze_harness.model import Comparison
from coze_harness.project.opened_project import Project
from coze_harness.project.selected_trials import select_trials
from coze_harness.project.trial_selection import TrialSelection


def review_candidates(project: Project) -> CandidateReview:
    """Return what finds, checks and promotes the project's candidates.

    Raises:
        ScenarioErrors: scenario files must be edited.
        UsageError: the recordings are remote.
    """
    trials = select_trials(project, TrialSelection())
    return CandidateReview(project.candidates, project.replayer, trials)


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
