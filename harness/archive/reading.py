"""One line of trials.jsonl, read: the mirror of `line.py`.

Built by hand because it runs once a trial for every report (pydantic takes no lone surrogates, and
the nouns' recursive JSON type is beyond it). Unknown keys are left alone, so that a later version
may add some; a key that is missing or of another type makes the line unreadable.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Final, TypeAlias, cast

import orjson

from harness.errors import ArchiveError
from harness.location import Location
from harness.model import (
    JSON,
    BotSnapshot,
    ErrorNote,
    Exchange,
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

Record: TypeAlias = Mapping[str, "object"]

_TRIAL_STATUS = {status.value: status for status in TrialStatus}
_VERDICT_STATUS = {status.value: status for status in VerdictStatus}
_SEVERITY = {severity.value: severity for severity in Severity}


class LineError(ValueError):
    """A line is not a trial; the caller knows which line of which file it was."""


def decode(line: bytes) -> TrialResult:
    """Return the trial that a line of trials.jsonl holds.

    Raises:
        ArchiveError: the line is not a trial; the message has no place, since a line knows none.
    """
    try:
        return decode_line(line)
    except LineError as fault:
        raise ArchiveError(
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


def parse(text: bytes) -> Record:
    """Return a JSON object, lone surrogates and long integers included.

    Raises:
        LineError: the text is no JSON object.
    """
    try:
        # A space in front: written by `slow_json`, because orjson would refuse it or round it.
        record: object = json.loads(text) if text[:1] == b" " else orjson.loads(text)
    except (ValueError, RecursionError) as fault:
        raise LineError("it is not JSON") from fault
    if not isinstance(record, dict):
        raise LineError("it is not a JSON object")
    return cast("Record", record)


def _texts(*names: str) -> Callable[[Record], tuple[str, ...]]:
    """Return what takes several values out of a record at once, and sees that they are text."""
    take = itemgetter(*names)

    def taken(record: Record) -> tuple[str, ...]:
        values: tuple[str, ...] = take(record)
        "".join(values)  # the cheapest way to have a TypeError for whatever is not text
        return values

    return taken


_KEY: Final = _texts("id", "scenario", "file", "bot", "case", "cassette")
_TRIAL: Final = _texts("known_failure", "bot_id")
_REPLY: Final = _texts("chat_id", "conversation_id", "log_id", "status", "error_message")
_MESSAGE: Final = _texts("id", "role", "type", "content", "content_type", "reasoning")
_VERDICT: Final = _texts("kind", "expected", "actual", "reason", "location", "name")
_INTERACTION: Final = _texts("method", "path")
_ERROR: Final = _texts("kind", "what", "where", "next_step", "log_id")
_SNAPSHOT: Final = _texts("version", "model", "prompt", "warning")


def read_key(record: Record) -> TrialKey:
    """Return what names a trial; KeyError, TypeError or ValueError where it is not there."""
    name, scenario, file, bot, case, cassette = _KEY(record)
    return TrialKey(
        id=name,
        scenario=scenario,
        file=file,
        line=_whole(record["line"]),
        bot=bot,
        case=case,
        trial=_whole(record["trial"]),
        tags=_lines(record["tags"]),
        cassette=cassette,
    )


def read_status(record: Record) -> TrialStatus:
    """Return a trial's status; KeyError where it is not one."""
    return _TRIAL_STATUS[cast("str", record["status"])]


def _trial(record: Record) -> TrialResult:
    known_failure, bot_id = _TRIAL(record)
    error = record["error"]
    snapshot = record["snapshot"]
    return TrialResult(
        key=read_key(record),
        status=read_status(record),
        seconds=number(record["seconds"]),
        turns=tuple([_turn(turn) for turn in _records(record["turns"])]),
        exchanges=tuple([_exchange(entry) for entry in _records(record["interactions"])]),
        calls=_whole(record["calls"]),
        error=None if error is None else _error(_one(error)),
        known_failure=known_failure,
        warnings=_lines(record["warnings"]),
        bot_id=bot_id,
        snapshot=None if snapshot is None else _snapshot(_one(snapshot)),
    )


def _turn(record: Record) -> TurnResult:
    prompt = record["prompt"]
    if type(prompt) is not str:
        raise ValueError("'prompt' is not text")
    return TurnResult(
        prompt=prompt,
        reply=None if record["status"] is None else _reply(record),
        verdicts=tuple([_verdict(verdict) for verdict in _records(record["verdicts"])]),
    )


def _reply(record: Record) -> Reply:
    chat_id, conversation_id, log_id, status, error_message = _REPLY(record)
    usage = record["usage"]
    return Reply(
        chat_id=chat_id,
        conversation_id=conversation_id,
        log_id=log_id,
        status=status,
        messages=tuple([_message(message) for message in _records(record["messages"])]),
        usage=None if usage is None else _usage(_one(usage)),
        seconds=_number_or_none(record["seconds"]),
        first_token=_number_or_none(record["first_token"]),
        polls=_whole(record["polls"]),
        tool_calls=tuple([_tool_call(call) for call in _records(record["tool_calls"])]),
        error_code=_whole(record["error_code"]),
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
        total=_whole(record["total"]),
        input=_whole(record["input"]),
        output=_whole(record["output"]),
    )


def _tool_call(record: Record) -> ToolCall:
    name = record["name"]
    if type(name) is not str:
        raise ValueError("a tool's name is not text")
    return ToolCall(name=name, arguments=cast("JSON", record["arguments"]))


def _verdict(record: Record) -> Verdict:
    kind, expected, actual, reason, location, name = _VERDICT(record)
    evidence = record["evidence"]
    return Verdict(
        kind=kind,
        status=_VERDICT_STATUS[cast("str", record["status"])],
        expected=expected,
        actual=actual,
        reason=reason,
        location=_location(location, _whole(record["line"]), _whole(record["column"])),
        name=name,
        weight=number(record["weight"]),
        severity=_SEVERITY[cast("str", record["severity"])],
        score=_number_or_none(record["score"]),
        evidence=_spans(evidence) if evidence else (),
    )


def _location(text: str, line: int, column: int) -> Location:
    if not line:
        return Location(text, 0, column)
    end = f":{line}:{column}" if column else f":{line}"
    if not text.endswith(end):
        raise ValueError(f"'location' does not end with {end}")
    return Location(text[: -len(end)], line, column)


def _spans(value: object) -> tuple[tuple[int, int], ...]:
    return tuple([(_whole(start), _whole(end)) for start, end in cast("list[list[object]]", value)])


def _exchange(record: Record) -> Exchange:
    method, path = _INTERACTION(record)
    return Exchange(
        method,
        path,
        _whole(record["status"]),
        number(record["start"]),
        number(record["elapsed"]),
        _whole(record["repeats"]),
    )


def _error(record: Record) -> ErrorNote:
    kind, what, where, next_step, log_id = _ERROR(record)
    return ErrorNote(
        kind=kind,
        what=what,
        where=where,
        next_step=next_step,
        exit_code=_whole(record["exit_code"]),
        detail=_lines(record["detail"]),
        log_id=log_id,
    )


def _snapshot(record: Record) -> BotSnapshot:
    version, model, prompt, warning = _SNAPSHOT(record)
    return BotSnapshot(
        version=version,
        model=model,
        prompt=prompt,
        details=cast("Mapping[str, JSON]", _one(record["details"])),
        warning=warning,
    )


def _one(value: object) -> Record:
    if type(value) is not dict:
        raise ValueError("an object is expected")
    return value


def _records(value: object) -> list[Record]:
    if type(value) is not list:
        raise ValueError("a list is expected")
    return value


def _lines(value: object) -> tuple[str, ...]:
    if type(value) is not list or not all(type(entry) is str for entry in value):
        raise ValueError("a list of texts is expected")
    return tuple(value)


def _whole(value: object) -> int:
    if type(value) is not int:
        raise ValueError(f"{value!r:.40} is not a whole number")
    return value


def number(value: object) -> float:
    """Return a JSON number as a float; ValueError where it is none."""
    if type(value) is float:
        return value
    if type(value) is int:
        return float(value)
    raise ValueError(f"{value!r:.40} is not a number")


def _number_or_none(value: object) -> float | None:
    return None if value is None else number(value)
