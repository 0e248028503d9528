"""Adds what a run has tried to the project's evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import nullcontext

from coze_harness.baseline.cassette_access import CassetteAccess
from coze_harness.baseline.evidence import EVIDENCE_FILE, Evidence, EvidenceCollector
from coze_harness.expectations.expectation_digest import expectation_digest
from coze_harness.messages import UserText, as_message, message
from coze_harness.model.errors import CassetteUnreadableError
from coze_harness.model.os_error_reason import os_error_reason
from coze_harness.model.trial import Trial


def collect_for(trials: Iterable[Trial]) -> EvidenceCollector:
    """Return what counts the results of trials."""
    return EvidenceCollector(expectation_digests(trials))


def expectation_digests(trials: Iterable[Trial]) -> dict[str, str]:
    """Return the digest of the expectations, by a trial's id without its repeat."""
    by_case = {trial.key.case_id: trial for trial in trials}
    return {case: expectation_digest(trial) for case, trial in by_case.items()}


def save_evidence(
    access: CassetteAccess,
    collector: EvidenceCollector,
    run: str,
    warn: Callable[[UserText], None],
    *,
    has_lock: bool,
) -> None:
    """Add the counts of a run to the project's evidence; warn where that is not possible.

    Args:
        access: the recordings; those at a URL have no evidence.
        collector: has counted the run.
        run: the run's id.
        warn: receives the warning.
        has_lock: whether this process has the lock of those that write recordings.
    """
    cassettes = access.folder
    if cassettes is None or not collector.counts:
        return
    reason = message("evidence.in_use")
    try:
        lock = nullcontext() if has_lock else access.lock_for_evidence(cassettes)
        if lock is not None:
            with lock:
                evidence = Evidence.read(cassettes)
                collector.add_to(evidence, run)
                evidence.save(cassettes)
            return
    except CassetteUnreadableError as error:
        reason = as_message(error.what)
    except OSError as error:
        reason = os_error_reason(error)
    shown = access.folders.relative_path(cassettes / EVIDENCE_FILE)
    warn(message("evidence.not_added", file=str(shown), reason=reason))
