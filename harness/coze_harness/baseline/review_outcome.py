"""What a review of candidates came to, and how it is applied."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from msgspec import Struct, field

from coze_harness.baseline.candidate_review import CandidateReview, DecidedCandidates
from coze_harness.baseline.cassette_access import CassetteAccess, Note
from coze_harness.baseline.decisions import ReviewDecision
from coze_harness.baseline.evidence import save_evidence
from coze_harness.baseline.evidence_judging import (
    JUDGED_AGAIN,
    judge_stored_answers,
    read_evidence,
)
from coze_harness.baseline.promotion import Promotion, promote


class ReviewOutcome(Struct, frozen=True):
    """What a review came to: what is accepted, rejected, and to be edited.

    `rejected` are the files of each scenario's candidates, `edits` the scenarios' locations with
    the notes of the decisions.
    """

    accepted: list[Promotion] = field(default_factory=list)
    rejected: dict[str, list[Path]] = field(default_factory=dict)
    edits: dict[str, str] = field(default_factory=dict)

    def add(
        self,
        decision: ReviewDecision | None,
        promotions: Sequence[Promotion],
        files: Iterable[Path],
        *,
        name: str,
        text: str = "",
    ) -> None:
        """Add a decision about a scenario; `None` is no decision."""
        if decision is ReviewDecision.ACCEPT:
            self.accepted.extend(promotions)
        elif decision is ReviewDecision.REJECT:
            self.rejected.setdefault(name, []).extend(files)
        elif decision is ReviewDecision.EDIT:
            location = str(promotions[0].trial.location) if promotions else name
            self.edits[location] = text

    @classmethod
    def of_decisions(cls, decided: Iterable[DecidedCandidates]) -> ReviewOutcome:
        """Return what decisions of a file come to."""
        outcome = cls()
        for one in decided:
            entry = one.entry
            outcome.add(
                entry.decision, one.promotions, one.files, name=entry.scenario, text=entry.note
            )
        return outcome

    @property
    def rejected_files(self) -> list[Path]:
        """The files of all rejected candidates."""
        return [path for paths in self.rejected.values() for path in paths]

    def __bool__(self) -> bool:
        return bool(self.accepted or self.rejected or self.edits)


def apply_decisions(
    review: CandidateReview,
    access: CassetteAccess,
    accepted: Sequence[Promotion],
    rejected: Iterable[Path] = (),
    *,
    wait: bool | None = None,
    note: Note,
) -> list[Path]:
    """Replace baselines by candidates, all or none; return their paths as a user names them.

    Nobody reads recordings meanwhile. This process has the lock for writing.

    `rejected` are the paths of candidates that are kept as evidence only. `wait`: wait until nobody
    reads recordings; `None`: there is no `--wait`.

    Raises:
        CassetteError: one holds a secret or cannot be written; nothing was promoted.
        UsageError: another process is replaying the recordings.
    """
    _judge_again(review, access, accepted, note)
    cassettes = review.candidates.cassettes
    with access.lock_for_replacing(cassettes, wait=wait, note=note):
        return promote(review.candidates, review.runner, accepted, rejected, access.clock.now())


def _judge_again(
    review: CandidateReview, access: CassetteAccess, promotions: Sequence[Promotion], note: Note
) -> None:
    """Count answers whose expectations were edited since, before further repeats are deleted."""
    evidence = read_evidence(review.candidates, note)
    if evidence is None:
        return
    trials = [one.trial for one in promotions]
    judged = judge_stored_answers(review.candidates, trials, review.runner, evidence)
    save_evidence(access, judged, JUDGED_AGAIN, note, has_lock=True)
