"""Reads trials from lines of trials.jsonl."""

from __future__ import annotations

import json
from typing import TypeVar

from msgspec import UNSET

from coze_harness.messages import LocalizedText, literal, message
from coze_harness.model import (
    ErrorRecord,
    Reply,
    TrialChange,
    TrialKey,
    TrialResult,
    TurnChange,
    TurnResult,
    Verdict,
    VerdictChange,
)
from coze_harness.model.errors import ResultsError
from coze_harness.model.location import Location
from coze_harness.model.struct_decoding import convert_to_struct, decode_struct
from coze_harness.results.stored_trial import (
    SHARED_KEYS,
    StoredChange,
    StoredError,
    StoredKey,
    StoredTrial,
    StoredTurn,
    StoredVerdict,
    StoredVerdictChange,
)

Stored = TypeVar("Stored")


def decode_trial(line: bytes) -> TrialResult:
    """Return the trial of a line of trials.jsonl.

    Raises:
        ResultsError: the line is not a trial; without a location, which a line does not know.
    """
    try:
        return decode_line(line)
    except ValueError as error:
        raise ResultsError(
            message("results.line", reason=str(error)),
            next_step=message("results.line.next"),
        ) from error


def decode_line(line: bytes) -> TrialResult:
    """Return the trial of a line of trials.jsonl.

    Raises:
        ValueError: the line is not a trial.
    """
    return _load_trial(decode_dumped(line, StoredTrial))


def decode_dumped(line: bytes, kind: type[Stored]) -> Stored:
    """Return what `trial_encoding.dump_json` has written, as a struct.

    Raises:
        ValueError: it is not JSON, or a value has another type.
    """
    try:
        if line[:1] == b" ":
            return convert_to_struct(json.loads(line), kind)
        return decode_struct(line, kind)
    except RecursionError as error:
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
        warnings=_load_warnings(stored),
        bot_id=stored.bot_id,
        snapshot=stored.snapshot,
        recorded_at=stored.recorded_at,
        edited=stored.edited is True,
        change=None if stored.change is None else _load_change(stored.change, stored),
    )


def _load_warnings(stored: StoredTrial) -> tuple[LocalizedText, ...]:
    if stored.warning_messages is not UNSET:
        return stored.warning_messages
    return tuple(map(literal, stored.warnings))


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
            pace=() if stored.pace is UNSET else stored.pace,
        )
    return TurnResult(
        prompt=stored.prompt,
        reply=reply,
        verdicts=tuple([_load_verdict(verdict) for verdict in stored.verdicts]),
        attached=stored.attached,
    )


def _load_verdict(stored: StoredVerdict) -> Verdict:
    messages = stored.messages
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
    messages = stored.messages
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
        shared_values = {name: getattr(trial, name) for name in SHARED_KEYS}
        record = convert_to_struct(
            {**shared_values, **stored.baseline, "change": None}, StoredTrial
        )
        baseline = _load_trial(record)
    turns = [
        TurnChange(
            answer=turn.answer,
            similarity=turn.similarity,
            verdict_changes=tuple([_load_verdict_change(flip) for flip in turn.flips]),
            facts=() if turn.facts is UNSET else turn.facts,
        )
        for turn in stored.turns
    ]
    return TrialChange(kind=stored.kind, baseline=baseline, turns=tuple(turns))


def _load_verdict_change(stored: StoredVerdictChange) -> VerdictChange:
    return VerdictChange(
        kind=stored.kind,
        name=stored.name,
        expected=stored.messages.expected or literal(stored.expected),
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
