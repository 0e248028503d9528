"""One line of trials.jsonl, read: the mirror of `line.py`.

Built by hand because it runs once a trial for every report (pydantic takes no lone surrogates, and
the nouns' recursive JSON type is beyond it). Unknown keys are left alone, so that a later version
may add some; a key that is missing or of another type makes the line unreadable, but for those that
the first version did not write.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final, cast

import orjson

from coze_harness.model import (
    JSON,
    BotSnapshot,
    ErrorRecord,
    LoggedCall,
    Message,
    Reply,
    Severity,
    ToolCall,
    TrialKey,
    TrialResult,
    TrialStatus,
    TurnResult,
    Usage,
    Verdict,
    VerdictStatus,
)
from coze_harness.model.errors import ResultsError
from coze_harness.results.change_reading import read_change
from coze_harness.results.places import location
from coze_harness.results.values import (
    Record,
    lines,
    number,
    number_or_none,
    one,
    records,
    text,
    texts,
    whole,
)

_TRIAL_STATUS = {status.value: status for status in TrialStatus}
_VERDICT_STATUS = {status.value: status for status in VerdictStatus}
_SEVERITY = {severity.value: severity for severity in Severity}


class LineError(ValueError):
    """A line is not a trial; the caller knows which line of which file it was."""


def decode_trial(line: bytes) -> TrialResult:
    """Return the trial that a line of trials.jsonl holds.

    Raises:
        ArchiveError: the line is not a trial; the message has no place, since a line knows none.
    """
    try:
        return decode_line(line)
    except LineError as fault:
        raise ResultsError(
            f"A line of trials.jsonl cannot be read: {fault}.",
            next_step="run the trials again; a run's files are not for editing",
        ) from fault


def decode_line(line: bytes) -> TrialResult:
    """Do the same, and raise the bare reason.

    Raises:
        LineError: the line is not a trial.
    """
    record = parse(line)
    try:
        return _trial(record)
    except KeyError as missing:
        raise LineError(f"{missing} is missing or has an unknown value") from missing
    except (TypeError, ValueError, AttributeError) as fault:
        raise LineError(f"a value is of the wrong type ({fault})") from fault


def parse(source: bytes) -> Record:
    """Return a JSON object, lone surrogates and long integers included.

    Raises:
        LineError: the text is no JSON object.
    """
    try:
        # A space in front: written by `slow_json`, because orjson would refuse it or round it.
        record: object = json.loads(source) if source[:1] == b" " else orjson.loads(source)
    except (ValueError, RecursionError) as fault:
        raise LineError("it is not JSON") from fault
    if not isinstance(record, dict):
        raise LineError("it is not a JSON object")
    return cast("Record", record)


_KEY: Final = texts("id", "scenario", "file", "bot", "case", "cassette")
_TRIAL: Final = texts("known_failure", "bot_id")
_REPLY: Final = texts("chat_id", "conversation_id", "log_id", "status", "error_message")
_MESSAGE: Final = texts("id", "role", "type", "content", "content_type", "reasoning")
_VERDICT: Final = texts("kind", "expected", "actual", "reason", "location", "name")
_INTERACTION: Final = texts("method", "path")
_ERROR: Final = texts("kind", "what", "where", "next_step", "log_id")
_SNAPSHOT: Final = texts("version", "model", "prompt", "warning")


def read_key(record: Record) -> TrialKey:
    """Return what names a trial; KeyError, TypeError or ValueError where it is not there."""
    name, scenario, file, bot, case, cassette = _KEY(record)
    return TrialKey(
        id=name,
        scenario=scenario,
        file=file,
        line=whole(record["line"]),
        bot=bot,
        case=case,
        trial=whole(record["trial"]),
        tags=lines(record["tags"]),
        cassette=cassette,
    )


def read_status(record: Record) -> TrialStatus:
    """Return a trial's status; KeyError where it is not one."""
    return _TRIAL_STATUS[cast("str", record["status"])]


def _trial(record: Record) -> TrialResult:
    known_failure, bot_id = _TRIAL(record)
    error = record["error"]
    snapshot = record["snapshot"]
    change = record.get("change")
    return TrialResult(
        key=read_key(record),
        status=read_status(record),
        seconds=number(record["seconds"]),
        turns=tuple([_turn(turn) for turn in records(record["turns"])]),
        http_log=tuple([_exchange(entry) for entry in records(record["interactions"])]),
        request_count=whole(record["calls"]),
        error=None if error is None else _error(one(error)),
        known_failure=known_failure,
        warnings=lines(record["warnings"]),
        bot_id=bot_id,
        snapshot=None if snapshot is None else read_snapshot(one(snapshot)),
        recorded_at=text(record.get("recorded_at", "")),
        change=None if change is None else read_change(one(change), record, _trial),
    )


def _turn(record: Record) -> TurnResult:
    attached = record.get("attached")
    return TurnResult(
        prompt=text(record["prompt"]),
        reply=None if record["status"] is None else _reply(record),
        verdicts=tuple([_verdict(verdict) for verdict in records(record["verdicts"])]),
        attached=lines(attached) if attached else (),
    )


def _reply(record: Record) -> Reply:
    chat_id, conversation_id, log_id, status, error_message = _REPLY(record)
    usage = record["usage"]
    return Reply(
        chat_id=chat_id,
        conversation_id=conversation_id,
        log_id=log_id,
        status=status,
        messages=tuple([_message(message) for message in records(record["messages"])]),
        usage=None if usage is None else _usage(one(usage)),
        seconds=number_or_none(record["seconds"]),
        first_token=number_or_none(record["first_token"]),
        poll_count=whole(record["polls"]),
        tool_calls=tuple([_tool_call(call) for call in records(record["tool_calls"])]),
        error_code=whole(record["error_code"]),
        error_message=error_message,
    )


def _message(record: Record) -> Message:
    name, role, kind, content, content_type, reasoning = _MESSAGE(record)
    return Message(
        id=name,
        role=role,
        type=kind,
        content=content,
        content_type=content_type,
        reasoning=reasoning,
    )


def _usage(record: Record) -> Usage:
    return Usage(
        total=whole(record["total"]),
        input=whole(record["input"]),
        output=whole(record["output"]),
    )


def _tool_call(record: Record) -> ToolCall:
    return ToolCall(name=text(record["name"]), arguments=cast("JSON", record["arguments"]))


def _verdict(record: Record) -> Verdict:
    kind, expected, actual, reason, place, name = _VERDICT(record)
    evidence = record["evidence"]
    return Verdict(
        kind=kind,
        status=_VERDICT_STATUS[cast("str", record["status"])],
        expected=expected,
        actual=actual,
        reason=reason,
        location=location(place, whole(record["line"]), whole(record["column"])),
        name=name,
        weight=number(record["weight"]),
        severity=_SEVERITY[cast("str", record["severity"])],
        score=number_or_none(record["score"]),
        evidence=_spans(evidence) if evidence else (),
    )


def _spans(value: object) -> tuple[tuple[int, int], ...]:
    return tuple([(whole(start), whole(end)) for start, end in cast("list[list[object]]", value)])


def _exchange(record: Record) -> LoggedCall:
    method, path = _INTERACTION(record)
    code = record.get("code")
    return LoggedCall(
        method,
        path,
        whole(record["status"]),
        number(record["start"]),
        number(record["elapsed"]),
        whole(record["repeats"]),
        None if code is None else whole(code),
        text(record.get("body", "")),
    )


def _error(record: Record) -> ErrorRecord:
    kind, what, where, next_step, log_id = _ERROR(record)
    return ErrorRecord(
        kind=kind,
        what=what,
        where=where,
        next_step=next_step,
        exit_code=whole(record["exit_code"]),
        detail=lines(record["detail"]),
        log_id=log_id,
    )


def read_snapshot(record: Record) -> BotSnapshot:
    """Return what a bot was; KeyError, TypeError or ValueError where that is not there."""
    version, model, prompt, warning = _SNAPSHOT(record)
    return BotSnapshot(
        version=version,
        model=model,
        prompt=prompt,
        details=cast("Mapping[str, JSON]", one(record["details"])),
        warning=warning,
    )
