"""What came of one trial."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from coze_harness.model.http_call import LoggedCall
from coze_harness.model.location import Location
from coze_harness.model.reply import BotSnapshot, Reply
from coze_harness.model.trial_key import TrialKey


class VerdictStatus(StrEnum):
    """What came of one expectation. `SKIPPED`: what it asks for was not recorded."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


class Severity(StrEnum):
    """Whether a failed expectation fails its trial (`ERROR`) or is only told (`WARNING`)."""

    ERROR = "error"
    WARNING = "warning"


class TrialStatus(StrEnum):
    """What came of one trial.

    `ERROR` means that we could not judge. `KNOWN_FAILURE` and `FIXED` are the failed and the passed
    trial of a scenario that is marked `known_failure`.
    """

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    SKIPPED = "skipped"
    KNOWN_FAILURE = "known_failure"
    FIXED = "fixed"

    @property
    def letter(self) -> str:
        """Return the letter by which a row's past names the status."""
        return _LETTERS[self]


_LETTERS: Final = MappingProxyType(
    {
        TrialStatus.PASSED: "p",
        TrialStatus.FAILED: "f",
        TrialStatus.ERROR: "e",
        TrialStatus.SKIPPED: "s",
        TrialStatus.KNOWN_FAILURE: "k",
        TrialStatus.FIXED: "x",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One expectation, judged.

    `expected`, `actual` and `reason` are words for a person. `score` is 0..1 where the kind
    measures closeness. `evidence` marks the pieces of the answer that decided, as (start, end) in
    characters of the reply's answer.
    """

    kind: str
    status: VerdictStatus
    expected: str
    actual: str
    reason: str
    location: Location
    name: str = ""
    weight: float = 1.0
    severity: Severity = Severity.ERROR
    score: float | None = None
    evidence: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnResult:
    """One prompt, what came back, and how it was judged; `reply` is `None` if nothing came.

    `attached` are the names of the files that went with the prompt.
    """

    prompt: str
    reply: Reply | None
    verdicts: tuple[Verdict, ...]
    attached: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorRecord:
    """An error as it is kept: the parts of a `HarnessError`, as text."""

    kind: str
    what: str
    where: str
    next_step: str
    exit_code: int
    detail: tuple[str, ...] = ()
    log_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialResult:
    """Everything about one executed trial: the archive's line, and all that reports are made of.

    `recorded_at` is when the conversation was held (ISO 8601), where a recording tells. `change` is
    there when the trial was compared with a baseline.
    """

    key: TrialKey
    status: TrialStatus
    seconds: float
    turns: tuple[TurnResult, ...] = ()
    http_log: tuple[LoggedCall, ...] = ()
    request_count: int = 0
    error: ErrorRecord | None = None
    known_failure: str = ""
    warnings: tuple[str, ...] = ()
    bot_id: str = ""
    snapshot: BotSnapshot | None = None
    recorded_at: str = ""
    change: TrialChange | None = None


class AnswerChange(StrEnum):
    """How an answer changed. `REWORDED` is near enough to have been said in other words.

    `UNKNOWN`: one of the two sides has no reply.
    """

    SAME = "same"
    REWORDED = "reworded"
    DIFFERENT = "different"
    UNKNOWN = "unknown"


class ChangeKind(StrEnum):
    """How a trial changed against its baseline; a reader looks at the first ones first.

    `BROKEN` cannot be judged now although its baseline could. `DIFFERENT` and `REWORDED` are about
    answers whose trial comes to the same verdict. `NEW` has no baseline, `MISSING` no candidate.
    """

    REGRESSED = "regressed"
    BROKEN = "broken"
    IMPROVED = "improved"
    DIFFERENT = "different"
    REWORDED = "reworded"
    NEW = "new"
    MISSING = "missing"
    SAME = "same"


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictChange:
    """One expectation that came to another verdict; `None` where a side did not judge it."""

    kind: str
    name: str
    expected: str
    location: Location
    before: VerdictStatus | None
    after: VerdictStatus | None
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnChange:
    """What changed in one turn. `similarity` of the two answers is 0..1."""

    answer: AnswerChange
    similarity: float
    verdict_changes: tuple[VerdictChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialChange:
    """A trial beside its baseline.

    The result that holds this is the candidate; of a `MISSING` one it is the baseline's own, and
    `baseline` is `None`, as it is of a `NEW` one. `turns` are aligned by number.
    """

    kind: ChangeKind
    baseline: TrialResult | None
    turns: tuple[TurnChange, ...] = ()
