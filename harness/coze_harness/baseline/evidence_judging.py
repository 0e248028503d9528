"""Judges stored answers again after their expectations were edited: evidence need not restart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from coze_harness.baseline.candidates import CandidateFolder
from coze_harness.baseline.cassette_access import CassetteAccess
from coze_harness.baseline.evidence import (
    Evidence,
    EvidenceCollector,
    EvidenceKey,
    expectation_digests,
    save_evidence,
)
from coze_harness.compare.bot_differences import version_digest
from coze_harness.compare.sequential_test import Attempts
from coze_harness.execution.replay_runner import ReplayRunner
from coze_harness.messages import UserText, message
from coze_harness.model.errors import CassetteUnreadableError
from coze_harness.model.trial import Trial

JUDGED_AGAIN: Final = "recordings"
"""Stands for the run in lines of the evidence that come from stored answers."""


class KnownEvidence(Struct, frozen=True):
    """The evidence of earlier runs, and what counted the stored answers that were judged again."""

    evidence: Evidence
    judged: EvidenceCollector

    @property
    def expectations(self) -> Mapping[str, str]:
        """The digest of the expectations, by a trial's id without its repeat."""
        return self.judged.expectations

    @classmethod
    def read(
        cls, folder: CandidateFolder, trials: Sequence[Trial], runner: ReplayRunner
    ) -> KnownEvidence:
        """Read the evidence of a project, and judge its stored answers.

        Raises:
            CassetteUnreadableError: the evidence is damaged.
        """
        evidence = Evidence.read(folder.folders.relative_path(folder.cassettes))
        return cls(evidence, judge_stored_answers(folder, trials, runner, evidence))

    def find(self, trial: str, version: str, *, without: str = "") -> Attempts:
        """Return the attempts of a version at a trial, those of one run left out."""
        key = EvidenceKey(trial, version, self.expectations.get(trial, ""))
        return self.evidence.attempts(key, without=without)

    def save_with(
        self,
        access: CassetteAccess,
        run: str,
        collector: EvidenceCollector,
        warn: Callable[[UserText], None],
    ) -> None:
        """Save what was judged again, and what a run has counted; this process has the lock."""
        save_evidence(access, self.judged, JUDGED_AGAIN, warn, has_lock=True)
        save_evidence(access, collector, run, warn, has_lock=True)


def read_evidence(folder: CandidateFolder, note: Callable[[UserText], None]) -> Evidence | None:
    """Return the evidence of a project; `None`, with a warning, if it is damaged."""
    try:
        return Evidence.read(folder.folders.relative_path(folder.cassettes))
    except CassetteUnreadableError as error:
        where = str(error.where)
        note(message("main.warning", text=message("error.located", where=where, what=error.what)))
        return None


def judge_stored_answers(
    folder: CandidateFolder, trials: Sequence[Trial], runner: ReplayRunner, evidence: Evidence
) -> EvidenceCollector:
    """Replay and judge stored answers that have no evidence for today's expectations.

    The recordings of `trials` are judged too. `evidence` gets the new attempts.

    Returns:
        what counted the new attempts.
    """
    expectations = expectation_digests(trials)
    collector = EvidenceCollector(expectations)
    stored_trials = {
        trial.key.cassette: trial for trial in (*trials, *folder.find_evidence(trials))
    }
    for trial in stored_trials.values():
        digest = expectations.get(trial.key.case_id)
        info = runner.origin(trial)
        version = version_digest(trial.bot.id, info.bot) if info else ""
        key = EvidenceKey(trial.key.case_id, version, digest or "")
        if digest and version and key not in evidence.runs:
            collector.add(runner.replay(trial))
    collector.add_to(evidence, JUDGED_AGAIN)
    return collector
