"""Accept candidates as the new baseline."""

from __future__ import annotations

from coze_harness.baseline.promotion import CandidateReview
from coze_harness.commands.compare_bots import candidate_folder
from coze_harness.commands.project import Project, TrialSelection


def review_candidates(project: Project) -> CandidateReview:
    """Return what finds, checks and promotes the project's candidates.

    Raises:
        ScenarioErrors: scenario files must be edited.
        UsageError: the recordings are remote.
    """
    trials = project.select_trials(TrialSelection())
    return CandidateReview(candidate_folder(project), project.replayer, trials, project.root)
