"""The result of one trial, and how it changed against its baseline."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from msgspec import Struct

from coze_harness.messages import LocalizedText
from coze_harness.model.http_call import LoggedCall
from coze_harness.model.location import Location
from coze_harness.model.reply import BotSnapshot, Reply
from coze_harness.model.trial_key import TrialKey

CONVERSATION_END: Final = "until"
"""The kind of the verdict on how a conversation with a simulated user ended.

It is the first of those on the whole conversation, which follow those on its last reply.
"""
MIN_SCORE: Final = "min_score"
"""The kind of the verdict on a turn's score. It follows the verdicts that the score counts."""


class VerdictStatus(StrEnum):
    """The result of one expectation. `SKIPPED`: what it judges was not recorded."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


class Severity(StrEnum):
    """Whether a failed expectation fails its trial (`ERROR`) or is only reported (`WARNING`)."""

    ERROR = "error"
    WARNING = "warning"


class TrialStatus(StrEnum):
    """The result of one trial.

    `ERROR`: it could not be judged. `KNOWN_FAILURE` and `FIXED` are a failed and a passed trial of
    a scenario that is marked `known_failure`.
    """

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    SKIPPED = "skipped"
    KNOWN_FAILURE = "known_failure"
    FIXED = "fixed"

    @property
    def letter(self) -> str:
        """The letter for this status in `TrialRow.history`: its first, but `x` for `FIXED`."""
        return "x" if self is TrialStatus.FIXED else self.value[0]


PASSING: Final = frozenset({TrialStatus.PASSED, TrialStatus.FIXED})
"""What counts as passed."""
JUDGED: Final = PASSING | {TrialStatus.FAILED, TrialStatus.KNOWN_FAILURE}
"""What counts as passed or as failed."""


class Verdict(Struct, frozen=True, kw_only=True):
    """The result of one expectation.

    `expected`, `actual` and `reason` are messages for readers. `score` is how well the expectation
    is met, 0..1, of kinds that measure it; of `MIN_SCORE`, it is the turn's. `evidence` has the
    parts of the answer that decided, as (start, end) in characters of `Reply.answer`.
    """

    kind: str
    status: VerdictStatus
    expected: LocalizedText
    actual: LocalizedText
    reason: LocalizedText
    location: Location
    name: str = ""
    weight: float = 1.0
    severity: Severity = Severity.ERROR
    score: float | None = None
    evidence: tuple[tuple[int, int], ...] = ()

    @property
    def is_failure(self) -> bool:
        """Whether the expectation failed, and its severity is not warning."""
        return self.status is VerdictStatus.FAILED and self.severity is Severity.ERROR


class TurnResult(Struct, frozen=True, kw_only=True):
    """A prompt, its reply (`None` if there is none) and the verdicts on it.

    `verdicts` are in the order of the expectations; in a turn with a `min_score`, the verdict on
    its score follows those that it counts. `attached` has the names of the files that went with
    the prompt.
    """

    prompt: str
    reply: Reply | None
    verdicts: tuple[Verdict, ...]
    attached: tuple[str, ...] = ()

    @property
    def failures(self) -> tuple[Verdict, ...]:
        """The verdicts because of which the turn fails; empty if it passes.

        A turn fails if an expectation of severity error failed. With a `min_score`, those that the
        score counts fail it only if the score is too low; the verdict on the score then comes
        first. Any other failed expectation is a warning.
        """
        failed = [verdict for verdict in self.verdicts if verdict.is_failure]
        if not failed:
            return ()
        for index, score in enumerate(self.verdicts):
            if score.kind == MIN_SCORE:
                if score.is_failure:
                    return (score, *(one for one in failed if one is not score))
                return tuple(one for one in self.verdicts[index:] if one.is_failure)
        return tuple(failed)


class ErrorRecord(Struct, frozen=True, kw_only=True):
    """The parts of a `HarnessError`; `where` is a location as text."""

    kind: str
    what: LocalizedText
    where: str
    next_step: LocalizedText
    exit_code: int
    detail: tuple[LocalizedText, ...] = ()
    log_id: str = ""


class TrialResult(Struct, frozen=True, kw_only=True):
    """Everything about one executed trial: a line of trials.jsonl, and the source of all reports.

    `seconds` is the duration of the conversation. `request_count` is the number of requests that
    were sent to Coze. `recorded_at` is the time of the recording (ISO 8601), empty if unknown.
    `edited`: that file was changed since. `change` is set if it was compared with a baseline.
    """

    key: TrialKey
    status: TrialStatus
    seconds: float
    turns: tuple[TurnResult, ...] = ()
    http_log: tuple[LoggedCall, ...] = ()
    request_count: int = 0
    error: ErrorRecord | None = None
    known_failure: str = ""
    warnings: tuple[LocalizedText, ...] = ()
    bot_id: str = ""
    snapshot: BotSnapshot | None = None
    recorded_at: str = ""
    edited: bool = False
    change: TrialChange | None = None

    @property
    def answers(self) -> tuple[str | None, ...]:
        """The answer of each turn; `None` for a turn without a reply."""
        return tuple([turn.reply.answer if turn.reply else None for turn in self.turns])


class AnswerChange(StrEnum):
    """How an answer changed. `TEXT_CHANGED`: the text changed, but the two answers are similar.

    `UNKNOWN`: one of the two sides has no reply, or a simulated user wrote another prompt.
    """

    SAME = "same"
    TEXT_CHANGED = "reworded"
    DIFFERENT = "different"
    UNKNOWN = "unknown"


class ChangeKind(StrEnum):
    """How a trial changed against its baseline, the most important first.

    `BROKEN`: it cannot be judged although its baseline could. `FACTS_CHANGED`: it still passes, but
    facts of an answer differ. `DIFFERENT` and `TEXT_CHANGED`: an answer changed, but no verdict.
    `NEW` has no baseline, `MISSING` no candidate.
    """

    REGRESSED = "regressed"
    BROKEN = "broken"
    FACTS_CHANGED = "facts_changed"
    IMPROVED = "improved"
    DIFFERENT = "different"
    TEXT_CHANGED = "reworded"
    NEW = "new"
    MISSING = "missing"
    SAME = "same"


class VerdictChange(Struct, frozen=True, kw_only=True):
    """An expectation whose verdict changed; `None` if one side did not judge it."""

    kind: str
    name: str
    expected: LocalizedText
    location: Location
    before: VerdictStatus | None
    after: VerdictStatus | None
    severity: Severity = Severity.ERROR


class FactDifference(Struct, frozen=True, kw_only=True):
    """A fact that differs between two answers, as it is written in each.

    `kind` is ``number``, ``unit``, ``date``, ``negation`` or ``name``. `before` is `None` for a
    fact that was added, `after` for one that was removed.
    """

    kind: str
    before: str | None
    after: str | None


class TurnChange(Struct, frozen=True, kw_only=True):
    """What changed in one turn; `similarity` of the two answers is 0..1.

    `facts` are the facts that differ from the baseline's answer, unless another accepted answer has
    the same facts.
    """

    answer: AnswerChange
    similarity: float
    verdict_changes: tuple[VerdictChange, ...] = ()
    facts: tuple[FactDifference, ...] = ()


class TrialChange(Struct, frozen=True, kw_only=True):
    """A trial compared with its baseline.

    The result that has this change is the candidate. If it is `MISSING`, the result is the
    baseline's own; then, and for a `NEW` one, `baseline` is `None`. `turns` are aligned by number.
    """

    kind: ChangeKind
    baseline: TrialResult | None
    turns: tuple[TurnChange, ...] = ()
