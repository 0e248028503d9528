"""Accept candidates as the new baseline."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from coze_harness.baseline.promotion import CandidateReview, Promotion
from coze_harness.commands.cassette_access import Note, lock_for_replacing
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


def promote_candidates(
    project: Project,
    review: CandidateReview,
    promotions: Sequence[Promotion],
    *,
    wait: bool,
    note: Note,
) -> list[Path]:
    """Replace baselines by candidates, all or none; return their paths as a user names them.

    Nobody reads recordings meanwhile. The project has the lock for writing.

    Args:
        project: the project.
        review: has checked the candidates.
        promotions: the candidates.
        wait: whether to wait until nobody reads recordings.
        note: receives a line for the user.

    Raises:
        CassetteError: one holds a secret or cannot be written; nothing was promoted.
        UsageError: another process is replaying the recordings.
    """
    with lock_for_replacing(project, wait=wait, note=note):
        return review.promote(promotions, project.process.clock.now())
