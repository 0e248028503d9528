"""Writes trials as lines of trials.jsonl."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
import orjson
from msgspec import UNSET

from coze_harness.messages import LITERAL, Catalogue, LocalizedText
from coze_harness.model import (
    BotSnapshot,
    ErrorRecord,
    Reply,
    TrialChange,
    TrialKey,
    TrialResult,
    TurnResult,
    Verdict,
    VerdictChange,
    replace,
)
from coze_harness.results.stored_trial import (
    SHARED_KEYS,
    ErrorMessages,
    StoredChange,
    StoredError,
    StoredTrial,
    StoredTurn,
    StoredTurnChange,
    StoredVerdict,
    StoredVerdictChange,
    VerdictMessages,
)

TOO_DEEP: Final = "(nested too deep to be kept)"
_NO_REPLY: Final = StoredTurn(
    "", None, (), None, None, None, None, None, None, None, 0, (), 0, "", ()
)


def encode_trial(result: TrialResult, words: Catalogue | None = None) -> bytes:
    """Return a trial as one line of JSON, with its line feed.

    `words` has the language of its texts; English by default.

    Tool arguments and bot settings nested over about 1,000 levels are replaced by a note.
    """
    words = words or Catalogue()
    try:
        return dump_json(to_plain(_stored_trial(result, words))) + b"\n"
    except RecursionError:
        return _dump_ascii(to_plain(_stored_trial(_without_deep_values(result), words))) + b"\n"


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
        warnings=tuple([words.text(text) for text in result.warnings]),
        bot_id=result.bot_id,
        snapshot=result.snapshot and _in_language(result.snapshot, words),
        recorded_at=result.recorded_at,
        change=None if result.change is None else _stored_change(result.change, key, words),
        edited=result.edited or UNSET,
        warning_messages=result.warnings if any(map(_as_data, result.warnings)) else UNSET,
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
        pace=reply.pace or UNSET,
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


def _stored_change(change: TrialChange, key: TrialKey, words: Catalogue) -> StoredChange:
    turns = [
        StoredTurnChange(
            answer=turn.answer,
            similarity=turn.similarity,
            flips=tuple([_stored_verdict_change(flip, words) for flip in turn.verdict_changes]),
            facts=turn.facts or UNSET,
        )
        for turn in change.turns
    ]
    baseline: dict[str, object] | None = None
    if change.baseline is not None:
        baseline = to_plain(_stored_trial(change.baseline, words))
        del baseline["change"]
        for name in SHARED_KEYS:
            if getattr(change.baseline.key, name) == getattr(key, name):
                del baseline[name]
    return StoredChange(kind=change.kind, turns=tuple(turns), baseline=baseline)


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


def _in_language(snapshot: BotSnapshot, words: Catalogue) -> BotSnapshot:
    return replace(snapshot, warning=words.text(snapshot.why_unknown))


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
