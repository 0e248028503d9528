"""One line of trials.jsonl: everything about one trial.

These structs declare the keys of a line, in their order, for writing and for reading. What has the
same shape in the model is stored as it is. Unknown keys are ignored, so that later versions may add
some.
"""

from __future__ import annotations

from typing import Final

from msgspec import UNSET, Struct, UnsetType

from coze_harness.messages import LocalizedText
from coze_harness.model import (
    AnswerChange,
    BotSnapshot,
    ChangeKind,
    FactDifference,
    LoggedCall,
    Message,
    Severity,
    ToolCall,
    TrialStatus,
    Usage,
    VerdictStatus,
)

SHARED_KEYS: Final = ("id", "scenario", "file", "line", "bot", "case", "trial", "tags")
"""A baseline inside a line leaves these out where they are those of its candidate."""


class VerdictMessages(Struct, frozen=True, omit_defaults=True):
    """The messages of a verdict as data; an absent one is only the text of its key."""

    expected: LocalizedText | None = None
    actual: LocalizedText | None = None
    reason: LocalizedText | None = None


class ErrorMessages(Struct, frozen=True, omit_defaults=True):
    """The messages of an error as data; an absent one is only the text of its key."""

    what: LocalizedText | None = None
    next_step: LocalizedText | None = None
    detail: tuple[LocalizedText, ...] | None = None


class StoredVerdict(Struct, frozen=True):
    """A verdict. `location` is for readers; `line` and `column` say where in it the path ends.

    `expected`, `actual` and `reason` are written in the run's language; `messages` has them as data
    (older runs have none).
    """

    kind: str
    status: VerdictStatus
    expected: str
    actual: str
    reason: str
    location: str
    line: int
    column: int
    name: str
    weight: float
    severity: Severity
    score: float | None
    evidence: tuple[tuple[int, int], ...]
    messages: VerdictMessages = VerdictMessages()


class StoredTurn(Struct, frozen=True):
    """A turn and its reply; `status` is null in a turn without a reply, since a reply has one.

    Only a streamed reply has a `pace`.
    """

    prompt: str
    answer: str | None
    messages: tuple[Message, ...]
    chat_id: str | None
    conversation_id: str | None
    log_id: str | None
    status: str | None
    usage: Usage | None
    seconds: float | None
    first_token: float | None
    polls: int
    tool_calls: tuple[ToolCall, ...]
    error_code: int
    error_message: str
    verdicts: tuple[StoredVerdict, ...]
    attached: tuple[str, ...] = ()
    pace: tuple[tuple[int, int], ...] | UnsetType = UNSET


class StoredVerdictChange(Struct, frozen=True):
    """A verdict that changed."""

    kind: str
    name: str
    expected: str
    location: str
    line: int
    column: int
    severity: Severity
    before: VerdictStatus | None
    after: VerdictStatus | None
    messages: VerdictMessages = VerdictMessages()


class StoredError(Struct, frozen=True):
    """Why a trial could not be judged, in the run's language and as data."""

    kind: str
    what: str
    where: str
    next_step: str
    exit_code: int
    detail: tuple[str, ...] = ()
    log_id: str = ""
    messages: ErrorMessages = ErrorMessages()


class StoredTurnChange(Struct, frozen=True):
    """How a turn changed."""

    answer: AnswerChange
    similarity: float
    flips: tuple[StoredVerdictChange, ...]
    facts: tuple[FactDifference, ...] | UnsetType = UNSET


class StoredChange(Struct, frozen=True):
    """How a trial changed; `baseline` is a trial without the keys that are equal in both."""

    kind: ChangeKind
    turns: tuple[StoredTurnChange, ...]
    baseline: dict[str, object] | None


class StoredKey(Struct, frozen=True):
    """What a line of trials.jsonl and a row of run.json begin with."""

    id: str
    scenario: str
    file: str
    line: int
    bot: str
    case: str
    trial: int
    tags: tuple[str, ...]
    status: TrialStatus
    cassette: str
    seconds: float


class StoredTrial(StoredKey, frozen=True):
    """A line of trials.jsonl; `edited` is missing if it is false.

    `warnings` are written in the run's language; `warning_messages` has them as data.
    """

    turns: tuple[StoredTurn, ...]
    interactions: tuple[LoggedCall, ...]
    error: StoredError | None
    calls: int
    known_failure: str
    warnings: tuple[str, ...]
    bot_id: str
    snapshot: BotSnapshot | None
    recorded_at: str = ""
    change: StoredChange | None = None
    edited: bool | UnsetType = UNSET
    warning_messages: tuple[LocalizedText, ...] | UnsetType = UNSET
