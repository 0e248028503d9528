"""Accept candidates as the new baseline."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from coze_harness.baseline.evidence import Evidence
from coze_harness.baseline.evidence_judging import JUDGED_AGAIN, judge_stored_answers
from coze_harness.baseline.promotion import CandidateReview, Promotion
from coze_harness.commands.cassette_access import Note, lock_for_replacing
from coze_harness.commands.collected_evidence import expectation_digests, save_evidence
from coze_harness.commands.compare_bots import candidate_folder
from coze_harness.commands.project import Project, TrialSelection
from coze_harness.model.errors import CassetteUnreadableError


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
    _judge_again(project, promotions, note)
    with lock_for_replacing(project, wait=wait, note=note):
        return review.promote(promotions, project.process.clock.now())


def _judge_again(project: Project, promotions: Sequence[Promotion], note: Note) -> None:
    """Count answers whose expectations were edited since, before further repeats are deleted."""
    folder, trials = candidate_folder(project), [one.trial for one in promotions]
    expectations = expectation_digests(trials)
    try:
        evidence = Evidence.read(project.folders.relative_path(folder.cassettes))
    except CassetteUnreadableError as error:
        note(f"warning: {error.where}: {error.what}")
        return
    judged = judge_stored_answers(folder, trials, project.replayer, evidence, expectations)
    save_evidence(project, judged, JUDGED_AGAIN, note, has_lock=True)
