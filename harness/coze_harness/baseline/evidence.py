"""Evidence: how often a trial passed, by version of the bot and set of expectations.

`cassettes/evidence.jsonl` has one line for a trial, version, set of expectations and run. It is
committed with the recordings. Lines are sorted and independent of each other, so git can merge two
versions of the file by keeping all lines of both (`merge=union`); what is there twice counts once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

from msgspec import Struct, field

from coze_harness.compare.bot_differences import version_digest
from coze_harness.compare.sequential_test import Attempts
from coze_harness.compare.trial_comparison import FAILING, PASSING
from coze_harness.messages import UserText, message
from coze_harness.model import JSON, TrialResult
from coze_harness.model.errors import CassetteUnreadableError
from coze_harness.model.location import Location
from coze_harness.model.os_error_reason import os_error_reason
from coze_harness.storage.atomic_write import write_atomically
from coze_harness.text.json_text import dump_json, parse_json

EVIDENCE_FILE: Final = "evidence.jsonl"

Value = TypeVar("Value")


class EvidenceKey(NamedTuple):
    """A trial (without its repeat), a version of its bot, and a set of expectations."""

    trial: str
    version: str
    expectations: str


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
                evidence.add(*_decode(line))
            except (ValueError, TypeError, KeyError) as error:
                raise _unreadable(path, number, "the line is damaged") from error
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
                yield dump_json(
                    {
                        **key._asdict(),
                        "run": run,
                        "attempts": attempts.total,
                        "passed": attempts.passed,
                    }
                )
                yield b"\n"


class EvidenceCollector(Struct, frozen=True):
    """Counts the results of one run.

    Args:
        expectations: the digest of the expectations, by a trial's id without its repeat.
    """

    expectations: Mapping[str, str]
    counts: dict[EvidenceKey, Attempts] = field(default_factory=dict)

    def add(self, result: TrialResult) -> None:
        """Count a result if it was judged and its bot's version is known."""
        attempt = _attempt(result)
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


def _attempt(result: TrialResult) -> Attempts:
    """Return a result as an attempt: none if it was not judged."""
    return Attempts(int(result.status in PASSING), int(result.status in FAILING))


def _decode(line: bytes) -> tuple[EvidenceKey, str, Attempts]:
    data = parse_json(line)
    if not isinstance(data, dict):
        raise TypeError("not an object")
    key = EvidenceKey(
        _of_type(str, data["trial"]),
        _of_type(str, data["version"]),
        _of_type(str, data["expectations"]),
    )
    attempts, passed = _of_type(int, data["attempts"]), _of_type(int, data["passed"])
    if not 0 <= passed <= attempts:
        raise ValueError("more passes than attempts")
    return key, _of_type(str, data["run"]), Attempts(passed, attempts - passed)


def _of_type(kind: type[Value], value: JSON) -> Value:
    if not isinstance(value, kind) or isinstance(value, bool):
        raise TypeError(f"not of type {kind.__name__}")
    return value


def _unreadable(path: Path, line: int, reason: UserText) -> CassetteUnreadableError:
    return CassetteUnreadableError(
        message("evidence.unreadable", reason=reason),
        where=Location(str(path), line),
        next_step=message("evidence.unreadable.next"),
    )
