"""One line of trials.jsonl: everything about one trial.

The `Stored…` structs declare the keys of a line, in their order, for writing and for reading. What
has the same shape in the model is stored as it is. Unknown keys are ignored, so that later versions
may add some.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
import orjson
from msgspec import UNSET, Struct, UnsetType

from coze_harness.messages import LITERAL, Catalogue, LocalizedText, literal
from coze_harness.model import (
    AnswerChange,
    BotSnapshot,
    ChangeKind,
    ErrorRecord,
    LoggedCall,
    Message,
    Reply,
    Severity,
    ToolCall,
    TrialChange,
    TrialKey,
    TrialResult,
    TrialStatus,
    TurnChange,
    TurnResult,
    Usage,
    Verdict,
    VerdictChange,
    VerdictStatus,
    replace,
)
from coze_harness.model.errors import ResultsError
from coze_harness.model.location import Location

TOO_DEEP: Final = "(nested too deep to be kept)"
_KEYS: Final = ("id", "scenario", "file", "line", "bot", "case", "trial", "tags")


class VerdictMessages(Struct, frozen=True, omit_defaults=True):
    """The messages of a verdict as data; an absent one is only the text of its key."""

    expected: LocalizedText | None = None
    actual: LocalizedText | None = None
    reason: LocalizedText | None = None


_NO_MESSAGES: Final = VerdictMessages()


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
    messages: VerdictMessages | UnsetType = UNSET


class StoredTurn(Struct, frozen=True):
    """A turn and its reply; `status` is null in a turn without a reply, since a reply has one."""

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


_NO_REPLY: Final = StoredTurn(
    "", None, (), None, None, None, None, None, None, None, 0, (), 0, "", ()
)


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
    messages: VerdictMessages | UnsetType = UNSET


class StoredError(Struct, frozen=True):
    """Why a trial could not be judged, in the run's language and as data."""

    kind: str
    what: str
    where: str
    next_step: str
    exit_code: int
    detail: tuple[str, ...] = ()
    log_id: str = ""
    messages: ErrorMessages | UnsetType = UNSET


class StoredTurnChange(Struct, frozen=True):
    """How a turn changed."""

    answer: AnswerChange
    similarity: float
    flips: tuple[StoredVerdictChange, ...]


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
    """A line of trials.jsonl; `edited` is missing if it is false."""

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
    edited: bool = False


def encode_trial(result: TrialResult, words: Catalogue | None = None) -> bytes:
    """Return a trial as one line of JSON, with its line feed.

    `words` has the language of its texts; English by default.

    Tool arguments and bot settings nested over about 1,000 levels are replaced by a note.
    """
    words = words or Catalogue()
    try:
        return dump_json(_stored_line(result, words)) + b"\n"
    except RecursionError:
        return _dump_ascii(_stored_line(_without_deep_values(result), words)) + b"\n"


def dump_json(value: object) -> bytes:
    """Return plain values as JSON: in UTF-8, or in ASCII after a space.

    orjson rejects half a surrogate pair, integers over 64 bits and nesting over 254 levels. Such a
    value is written by the encoder of `json`; the space makes the reader use its decoder.

    Raises:
        RecursionError: the value is nested too deeply for Python too.
    """
    try:
        return orjson.dumps(value)
    except TypeError:
        return _dump_ascii(value)


def _dump_ascii(value: object) -> bytes:
    return b" " + json.dumps(value, separators=(",", ":")).encode("ascii")


def to_plain(record: object) -> dict[str, object]:
    """Return a struct as a dictionary of JSON values, with the keys of its file."""
    plain: dict[str, object] = msgspec.to_builtins(record, enc_hook=_plain_container)
    return plain


def decode_trial(line: bytes) -> TrialResult:
    """Return the trial of a line of trials.jsonl.

    Raises:
        ResultsError: the line is not a trial; without a location, which a line does not know.
    """
    try:
        return decode_line(line)
    except ValueError as error:
        raise ResultsError(
            f"A line of trials.jsonl cannot be read: {error}.",
            next_step="run the trials again; files of a run must not be edited",
        ) from error


def decode_line(line: bytes) -> TrialResult:
    """Return the trial of a line of trials.jsonl.

    Raises:
        ValueError: the line is not a trial.
    """
    try:
        if line[:1] == b" ":
            return _load_trial(msgspec.convert(json.loads(line), StoredTrial))
        return _load_trial(msgspec.json.decode(line, type=StoredTrial))
    except (msgspec.DecodeError, RecursionError) as error:
        raise ValueError(str(error)) from error


def load_key(stored: StoredKey) -> TrialKey:
    """Return the key of a stored trial or row."""
    return TrialKey(
        id=stored.id,
        scenario=stored.scenario,
        file=stored.file,
        line=stored.line,
        bot=stored.bot,
        case=stored.case,
        trial=stored.trial,
        tags=stored.tags,
        cassette=stored.cassette,
    )


def _load_trial(stored: StoredTrial) -> TrialResult:
    return TrialResult(
        key=load_key(stored),
        status=stored.status,
        seconds=stored.seconds,
        turns=tuple([_load_turn(turn) for turn in stored.turns]),
        http_log=stored.interactions,
        request_count=stored.calls,
        error=None if stored.error is None else _load_error(stored.error),
        known_failure=stored.known_failure,
        warnings=stored.warnings,
        bot_id=stored.bot_id,
        snapshot=stored.snapshot,
        recorded_at=stored.recorded_at,
        edited=stored.edited,
        change=None if stored.change is None else _load_change(stored.change, stored),
    )


def _load_turn(stored: StoredTurn) -> TurnResult:
    reply: Reply | None = None
    if stored.status is not None:
        reply = Reply(
            chat_id=stored.chat_id or "",
            conversation_id=stored.conversation_id or "",
            log_id=stored.log_id or "",
            status=stored.status,
            messages=stored.messages,
            usage=stored.usage,
            seconds=stored.seconds,
            first_token=stored.first_token,
            poll_count=stored.polls,
            tool_calls=stored.tool_calls,
            error_code=stored.error_code,
            error_message=stored.error_message,
        )
    return TurnResult(
        prompt=stored.prompt,
        reply=reply,
        verdicts=tuple([_load_verdict(verdict) for verdict in stored.verdicts]),
        attached=stored.attached,
    )


def _load_verdict(stored: StoredVerdict) -> Verdict:
    messages = _NO_MESSAGES if stored.messages is UNSET else stored.messages
    return Verdict(
        kind=stored.kind,
        status=stored.status,
        expected=messages.expected or literal(stored.expected),
        actual=messages.actual or literal(stored.actual),
        reason=messages.reason or literal(stored.reason),
        location=_load_location(stored),
        name=stored.name,
        weight=stored.weight,
        severity=stored.severity,
        score=stored.score,
        evidence=stored.evidence,
    )


def _load_error(stored: StoredError) -> ErrorRecord:
    messages = ErrorMessages() if stored.messages is UNSET else stored.messages
    return ErrorRecord(
        kind=stored.kind,
        what=messages.what or literal(stored.what),
        where=stored.where,
        next_step=messages.next_step or literal(stored.next_step),
        exit_code=stored.exit_code,
        detail=messages.detail or tuple(map(literal, stored.detail)),
        log_id=stored.log_id,
    )


def _load_change(stored: StoredChange, trial: StoredTrial) -> TrialChange:
    baseline: TrialResult | None = None
    if stored.baseline is not None:
        shared = {name: getattr(trial, name) for name in _KEYS}
        record = msgspec.convert({**shared, **stored.baseline, "change": None}, StoredTrial)
        baseline = _load_trial(record)
    turns = [
        TurnChange(
            answer=turn.answer,
            similarity=turn.similarity,
            verdict_changes=tuple([_load_verdict_change(flip) for flip in turn.flips]),
        )
        for turn in stored.turns
    ]
    return TrialChange(kind=stored.kind, baseline=baseline, turns=tuple(turns))


def _load_verdict_change(stored: StoredVerdictChange) -> VerdictChange:
    messages = _NO_MESSAGES if stored.messages is UNSET else stored.messages
    return VerdictChange(
        kind=stored.kind,
        name=stored.name,
        expected=messages.expected or literal(stored.expected),
        location=_load_location(stored),
        severity=stored.severity,
        before=stored.before,
        after=stored.after,
    )


def _load_location(stored: StoredVerdict | StoredVerdictChange) -> Location:
    line, column = stored.line, stored.column
    if not line:
        return Location(stored.location, 0, column)
    end = f":{line}:{column}" if column else f":{line}"
    if not stored.location.endswith(end):
        raise ValueError(f"'location' does not end with {end}")
    return Location(stored.location[: -len(end)], line, column)


def _stored_line(result: TrialResult, words: Catalogue) -> dict[str, object]:
    line = _plain_trial(result, words)
    baseline = result.change.baseline if result.change else None
    if baseline is not None:
        content = _plain_trial(baseline, words)
        del content["change"]
        for name in _KEYS:
            if content[name] == line[name]:
                del content[name]
        line["change"]["baseline"] = content  # type: ignore[index]  # it has a change
    return line


def _plain_trial(result: TrialResult, words: Catalogue) -> dict[str, object]:
    line = to_plain(_stored_trial(result, words))
    if not result.edited:  # few are: the key is only in their lines
        del line["edited"]
    return line


def _stored_trial(result: TrialResult, words: Catalogue) -> StoredTrial:
    key = result.key
    return StoredTrial(
        id=key.id,
        scenario=key.scenario,
        file=key.file,
        line=key.line,
        bot=key.bot,
        case=key.case,
        trial=key.trial,
        tags=key.tags,
        status=result.status,
        cassette=key.cassette,
        seconds=result.seconds,
        turns=tuple([_stored_turn(turn, words) for turn in result.turns]),
        interactions=result.http_log,
        error=None if result.error is None else _stored_error(result.error, words),
        calls=result.request_count,
        known_failure=result.known_failure,
        warnings=result.warnings,
        bot_id=result.bot_id,
        snapshot=result.snapshot,
        recorded_at=result.recorded_at,
        change=None if result.change is None else _stored_change(result.change, words),
        edited=result.edited,
    )


def _stored_turn(turn: TurnResult, words: Catalogue) -> StoredTurn:
    reply = turn.reply
    verdicts = tuple([_stored_verdict(verdict, words) for verdict in turn.verdicts])
    if reply is None:
        return replace(_NO_REPLY, prompt=turn.prompt, verdicts=verdicts, attached=turn.attached)
    return StoredTurn(
        prompt=turn.prompt,
        answer=reply.answer,
        messages=reply.messages,
        chat_id=reply.chat_id,
        conversation_id=reply.conversation_id,
        log_id=reply.log_id,
        status=reply.status,
        usage=reply.usage,
        seconds=reply.seconds,
        first_token=reply.first_token,
        polls=reply.poll_count,
        tool_calls=reply.tool_calls,
        error_code=reply.error_code,
        error_message=reply.error_message,
        verdicts=verdicts,
        attached=turn.attached,
    )


def _stored_verdict(verdict: Verdict, words: Catalogue) -> StoredVerdict:
    return StoredVerdict(
        kind=verdict.kind,
        status=verdict.status,
        expected=words.text(verdict.expected),
        actual=words.text(verdict.actual),
        reason=words.text(verdict.reason),
        location=str(verdict.location),
        line=verdict.location.line,
        column=verdict.location.column,
        name=verdict.name,
        weight=verdict.weight,
        severity=verdict.severity,
        score=verdict.score,
        evidence=verdict.evidence,
        messages=VerdictMessages(
            expected=_as_data(verdict.expected),
            actual=_as_data(verdict.actual),
            reason=_as_data(verdict.reason),
        ),
    )


def _stored_error(error: ErrorRecord, words: Catalogue) -> StoredError:
    has_messages = any(map(_as_data, error.detail))
    return StoredError(
        kind=error.kind,
        what=words.text(error.what),
        where=error.where,
        next_step=words.text(error.next_step),
        exit_code=error.exit_code,
        detail=tuple(map(words.text, error.detail)),
        log_id=error.log_id,
        messages=ErrorMessages(
            what=_as_data(error.what),
            next_step=_as_data(error.next_step),
            detail=error.detail if has_messages else None,
        ),
    )


def _as_data(text: LocalizedText) -> LocalizedText | None:
    """Return a message unless it is only data, which the rendered text has as well."""
    return text if text.id and text.id != LITERAL else None


def _stored_change(change: TrialChange, words: Catalogue) -> StoredChange:
    turns = [
        StoredTurnChange(
            answer=turn.answer,
            similarity=turn.similarity,
            flips=tuple([_stored_verdict_change(flip, words) for flip in turn.verdict_changes]),
        )
        for turn in change.turns
    ]
    return StoredChange(kind=change.kind, turns=tuple(turns), baseline=None)


def _stored_verdict_change(change: VerdictChange, words: Catalogue) -> StoredVerdictChange:
    return StoredVerdictChange(
        kind=change.kind,
        name=change.name,
        expected=words.text(change.expected),
        location=str(change.location),
        line=change.location.line,
        column=change.location.column,
        severity=change.severity,
        before=change.before,
        after=change.after,
        messages=VerdictMessages(expected=_as_data(change.expected)),
    )


def _without_deep_values(result: TrialResult) -> TrialResult:
    """Return a result without what may be nested: tool arguments and settings of the bot."""
    turns = [
        replace(turn, reply=turn.reply and _without_arguments(turn.reply)) for turn in result.turns
    ]
    change = result.change
    if change and change.baseline:
        change = replace(change, baseline=_without_deep_values(change.baseline))
    snapshot = result.snapshot and replace(result.snapshot, details={"note": TOO_DEEP})
    return replace(result, turns=tuple(turns), snapshot=snapshot, change=change)


def _without_arguments(reply: Reply) -> Reply:
    return replace(
        reply, tool_calls=tuple([replace(call, arguments=TOO_DEEP) for call in reply.tool_calls])
    )


def _plain_container(value: object) -> object:
    """Convert a mapping or sequence that msgspec does not know."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence):
        return list(value)
    raise NotImplementedError(f"{type(value).__name__} is not JSON.")
