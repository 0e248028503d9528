"""Judges stored answers again after their expectations were edited: evidence need not restart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from coze_harness.baseline.candidates import CandidateFolder
from coze_harness.baseline.evidence import Evidence, EvidenceCollector, EvidenceKey
from coze_harness.cassettes import cassette_files as store
from coze_harness.compare.bot_differences import version_digest
from coze_harness.execution.replay_runner import ReplayRunner
from coze_harness.model.errors import CassetteError
from coze_harness.model.trial import Trial

JUDGED_AGAIN: Final = "recordings"
"""Stands for the run in lines of the evidence that come from stored answers."""


def judge_stored_answers(
    folder: CandidateFolder,
    trials: Sequence[Trial],
    runner: ReplayRunner,
    evidence: Evidence,
    expectations: Mapping[str, str],
) -> EvidenceCollector:
    """Replay and judge stored answers that have no evidence for today's expectations.

    Args:
        folder: candidates, and the recordings that are kept as evidence.
        trials: the project's trials, whose recordings are judged, too.
        runner: replays recordings.
        evidence: what is known; gets the new attempts.
        expectations: the digest of the expectations, by a trial's id without its repeat.

    Returns:
        what counted the new attempts.
    """
    judged = EvidenceCollector(expectations)
    redactor = runner.redactor
    stored = {trial.key.cassette: trial for trial in (*trials, *folder.find_evidence(trials))}
    for trial in stored.values():
        digest = expectations.get(trial.key.case_id)
        try:
            info = store.read_cassette(runner.path(trial)).origin
        except CassetteError:
            continue
        version = version_digest(trial.bot.id, info.bot) if info else ""
        key = EvidenceKey(trial.key.case_id, version, digest or "")
        if digest and version and key not in evidence.runs:
            judged.add(runner.replay(trial, redactor))
    judged.add_to(evidence, JUDGED_AGAIN)
    return judged
