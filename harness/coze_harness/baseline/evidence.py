"""Evidence: how often a trial passed, by version of the bot and set of expectations.

`cassettes/evidence.jsonl` has one line for a trial, version, set of expectations and run. It is
committed with the recordings. Lines are sorted and independent of each other, so git can merge two
versions of the file by keeping all lines of both (`merge=union`); what is there twice counts once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Final, NamedTuple

from msgspec import Struct, field
from msgspec.structs import asdict

from coze_harness.baseline.cassette_access import CassetteAccess
from coze_harness.compare.bot_differences import version_digest
from coze_harness.compare.case_counts import attempt_of
from coze_harness.compare.sequential_test import Attempts
from coze_harness.expectations.expectation_digest import expectation_digest
from coze_harness.messages import UserText, as_message, message
from coze_harness.messages.os_error_reason import os_error_reason
from coze_harness.model import TrialResult
from coze_harness.model.errors import CassetteUnreadableError
from coze_harness.model.location import Location
from coze_harness.model.record import Count
from coze_harness.model.struct_decoding import convert_to_struct
from coze_harness.model.trial import Trial
from coze_harness.storage.atomic_write import write_atomically
from coze_harness.text.json_text import dump_json, parse_json

EVIDENCE_FILE: Final = "evidence.jsonl"


class EvidenceKey(NamedTuple):
    """A trial (without its repeat), a version of its bot, and a set of expectations."""

    trial: str
    version: str
    expectations: str


class _EvidenceLine(Struct, frozen=True):
    """A line of the file."""

    trial: str
    version: str
    expectations: str
    run: str
    attempts: Count
    passed: Count


class Evidence(Struct):
    """Attempts and passes, by key and run."""

    runs: dict[EvidenceKey, dict[str, Attempts]] = field(default_factory=dict)

    @classmethod
    def read(cls, cassettes: Path) -> Evidence:
        """Read the evidence of a folder of cassettes; without the file there is none.

        Raises:
            CassetteUnreadableError: the file cannot be read, or a line of it is damaged.
        """
        path = cassettes / EVIDENCE_FILE
        evidence = cls()
        try:
            lines = path.read_bytes().splitlines()
        except FileNotFoundError:
            return evidence
        except OSError as error:
            raise _unreadable(path, 0, os_error_reason(error)) from error
        for number, line in enumerate(lines, 1):
            try:
                one = convert_to_struct(parse_json(line), _EvidenceLine)
                if one.passed > one.attempts:
                    raise ValueError("more passes than attempts")
            except ValueError as error:
                raise _unreadable(path, number, "the line is damaged") from error
            key = EvidenceKey(one.trial, one.version, one.expectations)
            evidence.add(key, one.run, Attempts(one.passed, one.attempts - one.passed))
        return evidence

    def add(self, key: EvidenceKey, run: str, attempts: Attempts) -> None:
        """Set what a run has tried; of two counts of one run, the larger one is complete."""
        runs = self.runs.setdefault(key, {})
        runs[run] = max(runs.get(run, Attempts()), attempts, key=lambda one: one.total)

    def attempts(self, key: EvidenceKey, *, without: str = "") -> Attempts:
        """Return the attempts of all runs but one."""
        total = Attempts()
        for run, attempts in self.runs.get(key, {}).items():
            if run != without:
                total = total.plus(attempts)
        return total

    def save(self, cassettes: Path) -> None:
        """Write the file. The caller holds the lock of those that write recordings.

        Raises:
            OSError: it cannot be written; the old one is unchanged.
        """
        write_atomically(cassettes / EVIDENCE_FILE, self._lines())

    def _lines(self) -> Iterator[bytes]:
        for key, runs in sorted(self.runs.items()):
            for run, attempts in sorted(runs.items()):
                line = _EvidenceLine(*key, run, attempts.total, attempts.passed)
                yield dump_json(asdict(line)) + b"\n"


class EvidenceCollector(Struct, frozen=True):
    """Counts the results of one run.

    Args:
        expectations: the digest of the expectations, by a trial's id without its repeat.
    """

    expectations: Mapping[str, str]
    counts: dict[EvidenceKey, Attempts] = field(default_factory=dict)

    def add(self, result: TrialResult) -> None:
        """Count a result if it was judged and its bot's version is known."""
        attempt = attempt_of(result)
        version = version_digest(result.bot_id, result.snapshot)
        expectations = self.expectations.get(result.key.case_id)
        if attempt.total and version and expectations is not None:
            key = EvidenceKey(result.key.case_id, version, expectations)
            self.counts[key] = self.counts.get(key, Attempts()).plus(attempt)

    def add_to(self, evidence: Evidence, run: str) -> None:
        """Add the counts to the evidence of earlier runs."""
        for key, attempts in self.counts.items():
            earlier = evidence.runs.get(key, {}).get(run, Attempts())
            evidence.add(key, run, earlier.plus(attempts))


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

    Recordings at a URL have no evidence. `has_lock`: this process has the lock of those that write
    recordings.
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
    path = access.folders.relative_path(cassettes / EVIDENCE_FILE)
    warn(message("evidence.not_added", file=str(path), reason=reason))


def _unreadable(path: Path, line: int, reason: UserText) -> CassetteUnreadableError:
    return CassetteUnreadableError(
        message("evidence.unreadable", reason=reason),
        where=Location(str(path), line),
        next_step=message("evidence.unreadable.next"),
    )
