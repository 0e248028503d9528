"""One line of trials.jsonl, written: everything about one trial.

This runs once a trial, in the worker that executed it, so the shape is spelled out as plain
dictionaries. Its mirror is `reading.py`; a key that is added here is added there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import orjson

from coze_harness.model import (
    BotSnapshot,
    ErrorRecord,
    LoggedCall,
    Message,
    Reply,
    TrialChange,
    TrialKey,
    TrialResult,
    TurnChange,
    TurnResult,
    Verdict,
    VerdictChange,
)
from coze_harness.results.places import place

TOO_DEEP = "(nested too deep to be kept)"


def encode_trial(result: TrialResult) -> bytes:
    """Return a trial as one line of JSON, with its line feed.

    Half a surrogate pair is legal in a Python string and in JSON's escapes but not in UTF-8; a line
    that holds one is written in ASCII with escapes, so that nothing of an answer is lost.
    """
    line = _line(result)
    try:
        return orjson.dumps(line, default=_plain, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError:
        return _encode_slowly(line)


def _encode_slowly(line: dict[str, object]) -> bytes:
    """Take what orjson refuses: lone surrogates, integers of over 64 bits, deep nesting.

    Such a line begins with a space, which tells the reader that orjson would lose something here.
    """
    try:
        return slow_json(line) + b"\n"
    except RecursionError:
        _make_shallow(line)
        change = line["change"]
        if isinstance(change, dict) and change["baseline"] is not None:
            _make_shallow(change["baseline"])
        return slow_json(line) + b"\n"


def _make_shallow(line: dict[str, object]) -> None:
    for turn in line["turns"]:  # type: ignore[attr-defined]  # a list that _content made
        for call in turn["tool_calls"]:
            call["arguments"] = TOO_DEEP
    if line["snapshot"] is not None:
        line["snapshot"]["details"] = {"note": TOO_DEEP}  # type: ignore[index]  # a dictionary that _content made


def slow_json(value: object) -> bytes:
    """Return JSON in ASCII, marked by a space in front; RecursionError if nested too deep."""
    return b" " + json.dumps(value, default=_plain, separators=(",", ":")).encode("ascii")


def key_fields(key: TrialKey) -> dict[str, object]:
    """Return what names a trial, as both trials.jsonl and run.json have it."""
    return {
        "id": key.id,
        "scenario": key.scenario,
        "file": key.file,
        "line": key.line,
        "bot": key.bot,
        "case": key.case,
        "trial": key.trial,
        "tags": key.tags,
    }


def _line(result: TrialResult) -> dict[str, object]:
    line = key_fields(result.key)
    _add_content(line, result)
    line["change"] = None if result.change is None else _change(result.change, result.key)
    return line


def _add_content(line: dict[str, object], result: TrialResult) -> None:
    line["status"] = result.status._value_
    line["cassette"] = result.key.cassette
    line["seconds"] = result.seconds
    line["turns"] = [_turn(turn) for turn in result.turns]
    line["interactions"] = [_interaction(exchange) for exchange in result.http_log]
    line["error"] = None if result.error is None else _error(result.error)
    line["calls"] = result.request_count
    line["known_failure"] = result.known_failure
    line["warnings"] = result.warnings
    line["bot_id"] = result.bot_id
    line["snapshot"] = None if result.snapshot is None else snapshot(result.snapshot)
    line["recorded_at"] = result.recorded_at


def _turn(turn: TurnResult) -> dict[str, object]:
    fields = _NO_REPLY if turn.reply is None else _reply(turn.reply)
    return {
        "prompt": turn.prompt,
        **fields,
        "verdicts": [_verdict(verdict) for verdict in turn.verdicts],
        "attached": turn.attached,
    }


# `status: null` is what tells a turn without a reply: a reply always has a status.
_NO_REPLY: Mapping[str, object] = {
    "answer": None,
    "messages": (),
    "chat_id": None,
    "conversation_id": None,
    "log_id": None,
    "status": None,
    "usage": None,
    "seconds": None,
    "first_token": None,
    "polls": 0,
    "tool_calls": (),
    "error_code": 0,
    "error_message": "",
}


def _reply(reply: Reply) -> dict[str, object]:
    usage = reply.usage
    return {
        "answer": reply.answer,
        "messages": [_message(message) for message in reply.messages],
        "chat_id": reply.chat_id,
        "conversation_id": reply.conversation_id,
        "log_id": reply.log_id,
        "status": reply.status,
        "usage": None
        if usage is None
        else {"total": usage.total, "input": usage.input, "output": usage.output},
        "seconds": reply.seconds,
        "first_token": reply.first_token,
        "polls": reply.poll_count,
        "tool_calls": [
            {"name": call.name, "arguments": call.arguments} for call in reply.tool_calls
        ],
        "error_code": reply.error_code,
        "error_message": reply.error_message,
    }


def _message(message: Message) -> dict[str, object]:
    return {
        "id": message.id,
        "role": message.role,
        "type": message.type,
        "content": message.content,
        "content_type": message.content_type,
        "reasoning": message.reasoning,
    }


def _verdict(verdict: Verdict) -> dict[str, object]:
    where = verdict.location
    return {
        "kind": verdict.kind,
        "status": verdict.status._value_,
        "expected": verdict.expected,
        "actual": verdict.actual,
        "reason": verdict.reason,
        "location": place(where),
        # `location` is for people and editors; the two numbers say where in it the path ends.
        "line": where.line,
        "column": where.column,
        "name": verdict.name,
        "weight": verdict.weight,
        "severity": verdict.severity._value_,
        "score": verdict.score,
        "evidence": verdict.evidence,
    }


def _interaction(exchange: LoggedCall) -> dict[str, object]:
    return {
        "method": exchange.method,
        "path": exchange.path,
        "status": exchange.status,
        "start": exchange.start,
        "elapsed": exchange.elapsed,
        "repeats": exchange.repeat_count,
        "code": exchange.code,
        "body": exchange.body,
    }


def _error(note: ErrorRecord) -> dict[str, object]:
    return {
        "kind": note.kind,
        "what": note.what,
        "where": note.where,
        "next_step": note.next_step,
        "exit_code": note.exit_code,
        "detail": note.detail,
        "log_id": note.log_id,
    }


def snapshot(bot: BotSnapshot) -> dict[str, object]:
    """Return what a bot was, as both trials.jsonl and run.json have it."""
    return {
        "version": bot.version,
        "model": bot.model,
        "prompt": bot.prompt,
        "details": bot.details,
        "warning": bot.warning,
    }


def _change(change: TrialChange, key: TrialKey) -> dict[str, object]:
    """Return how a trial changed; of its baseline's key only what differs from its own."""
    baseline: dict[str, object] | None = None
    if change.baseline is not None:
        own = key_fields(key)
        named = key_fields(change.baseline.key)
        baseline = {name: value for name, value in named.items() if value != own[name]}
        _add_content(baseline, change.baseline)
    return {
        "kind": change.kind.value,
        "turns": [_turn_change(turn) for turn in change.turns],
        "baseline": baseline,
    }


def _turn_change(turn: TurnChange) -> dict[str, object]:
    return {
        "answer": turn.answer.value,
        "similarity": turn.similarity,
        "flips": [_flip(flip) for flip in turn.verdict_changes],
    }


def _flip(flip: VerdictChange) -> dict[str, object]:
    return {
        "kind": flip.kind,
        "name": flip.name,
        "expected": flip.expected,
        "location": place(flip.location),
        "line": flip.location.line,
        "column": flip.location.column,
        "severity": flip.severity.value,
        "before": None if flip.before is None else flip.before.value,
        "after": None if flip.after is None else flip.after.value,
    }


def _plain(value: object) -> object:
    """Turn the read-only mappings and sequences that nouns may hold into what JSON knows."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence):
        return list(value)
    raise TypeError(f"{type(value).__name__} is not JSON.")
