"""From a finished trial to what every report shows of it.

With `message_view`, `http_view` and `diff_view` the only place where text of a recording enters a
report: here it is made visible and cut.
"""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from coze_harness.model import (
    BotSnapshot,
    ErrorRecord,
    Reply,
    Severity,
    TrialResult,
    TrialStatus,
    TurnResult,
    Verdict,
)
from coze_harness.reporting.diff_view import diff_view
from coze_harness.reporting.http_view import http_view
from coze_harness.reporting.message_catalogue import Fact
from coze_harness.reporting.message_view import messages_of
from coze_harness.reporting.view_model import (
    BADGE,
    ErrorView,
    TrialView,
    TurnView,
    VerdictView,
    anchor,
    why,
)
from coze_harness.reporting.visible import (
    ANSWER_LIMIT,
    format_duration,
    language,
    single_line,
    truncate_text,
)

_NO_ANSWER = "trial.no_answer"

_VERDICT_BADGE = {
    "passed": "✓ passed",
    "failed": "✗ failed",
    "warning": "! warning",
    "skipped": "– skipped",
}


def trial_view(result: TrialResult) -> TrialView:
    """Return a trial as reports show it."""
    key = result.key
    turns = [_turn(number, turn) for number, turn in enumerate(result.turns, start=1)]
    tokens = sum([t.reply.usage.total for t in result.turns if t.reply and t.reply.usage])
    error = None if result.error is None else _error(result.error)
    change = result.change
    return TrialView(
        key.id,
        anchor(key.id),
        single_line(key.id),
        single_line(key.bot),
        change.kind._value_ if change else "",
        format_duration(result.seconds),
        f"{tokens:,}" if tokens else "",
        _reason(result, error, turns),
        result.status,
        single_line(key.case),
        [single_line(tag) for tag in key.tags],
        _place(key.file, key.line),
        single_line(key.cassette),
        _moment(result.recorded_at),
        turns,
        http_view(result.http_log) if result.http_log else None,
        diff_view(result, turns) if change or result.status is not TrialStatus.PASSED else None,
        error,
        truncate_text(result.known_failure),
        [truncate_text(warning) for warning in result.warnings],
        _bot_facts(result.bot_id, result.snapshot),
        single_line(key.scenario),
        BADGE[result.status],
        result.seconds,
        tokens,
        [single_line(t.reply.log_id) for t in result.turns if t.reply and t.reply.log_id],
        _failed(turns),
        _codes(result),
    )


def _moment(recorded: str) -> str:
    """Return when something was recorded, which our own clock wrote down, for people."""
    return single_line(recorded).replace("T", " ", 1).replace("+00:00", " UTC")


def _place(file: str, line: int) -> str:
    shown = single_line(file)
    return f"{shown}:{line}" if line else shown


def _failed(turns: Sequence[TurnView]) -> Sequence[str]:
    """Return the kinds of the expectations that failed, warnings too, each once."""
    kinds = [v.kind for turn in turns for v in turn.verdicts if v.status in ("failed", "warning")]
    return list(dict.fromkeys(kinds)) if kinds else ()


def _codes(result: TrialResult) -> Sequence[str]:
    codes = [single_line(result.error.kind)] if result.error else []
    codes += [str(t.reply.error_code) for t in result.turns if t.reply and t.reply.error_code]
    return list(dict.fromkeys(codes)) if codes else ()


def _reason(result: TrialResult, error: ErrorView | None, turns: Sequence[TurnView]) -> str:
    if error is not None:
        return single_line(error.what)
    if result.status is TrialStatus.FIXED:
        return "marked as a known failure, but passes: take the mark away"
    wanted = "skipped" if result.status is TrialStatus.SKIPPED else "failed"
    for turn in turns:
        for verdict in turn.verdicts:
            if verdict.status == wanted:
                return single_line(why(verdict))
    return single_line(result.warnings[0]) if result.warnings else ""


def _turn(number: int, turn: TurnResult) -> TurnView:
    prompt = truncate_text(turn.prompt, ANSWER_LIMIT)
    attached = [single_line(name) for name in turn.attached] if turn.attached else ()
    told = language(prompt)
    reply = turn.reply
    # What most verdicts have seen is the whole answer: it is looked through once.
    answer = "" if reply is None else reply.answer
    seen = truncate_text(answer)
    verdicts = [_verdict(verdict, answer, seen) for verdict in turn.verdicts]
    if reply is None:
        missing = "trial.no_reply"
        return TurnView(number, prompt, told, attached, missing, (), (), (), (), verdicts)
    messages = messages_of(reply, turn.verdicts)
    return TurnView(
        number,
        prompt,
        told,
        attached,
        "" if any(m.content and m.type == "answer" for m in reply.messages) else _NO_ANSWER,
        messages,
        [truncate_text(text) for text in reply.follow_ups],
        _reply_facts(reply),
        _ids(reply),
        verdicts,
    )


def _verdict(verdict: Verdict, answer: str, seen: str) -> VerdictView:
    """Return a verdict; `seen` is how the reply's `answer` is shown.

    One that passed does not say the whole answer once more.
    """
    status: str = verdict.status._value_
    if status == "failed" and verdict.severity is Severity.WARNING:
        status = "warning"
    where = verdict.location
    place = _place(where.path, where.line)
    actual, score = verdict.actual, verdict.score
    return VerdictView(
        status,
        _VERDICT_BADGE[status],
        single_line(verdict.kind),
        single_line(verdict.name) if verdict.name else "",
        truncate_text(verdict.expected),
        (seen if status != "passed" else "") if actual == answer else truncate_text(actual),
        truncate_text(verdict.reason),
        f"{place}:{where.column}" if where.line and where.column else place,
        "" if score is None else f"{score:.2f}",
    )


def _reply_facts(reply: Reply) -> list[Fact]:
    facts = [("fact.status", single_line(reply.status))]
    if reply.error_code or reply.error_message:
        facts.append(("fact.error", f"{reply.error_code}: {single_line(reply.error_message)}"))
    if reply.seconds is not None:
        facts.append(("fact.seconds", format_duration(reply.seconds)))
    if reply.first_token is not None:
        facts.append(("fact.first_token", format_duration(reply.first_token)))
    if usage := reply.usage:
        facts.append(("fact.tokens_of", f"{usage.total:,} = {usage.input:,} + {usage.output:,}"))
    if reply.poll_count:
        facts.append(("fact.polls", f"{reply.poll_count:,}"))
    facts.extend(("fact.tool", single_line(call.name)) for call in reply.tool_calls)
    return facts


def _ids(reply: Reply) -> list[Fact]:
    ids = []
    if reply.log_id:
        ids.append(("fact.log_id", single_line(reply.log_id)))
    if reply.chat_id:
        ids.append(("fact.chat", single_line(reply.chat_id)))
    if reply.conversation_id:
        ids.append(("fact.conversation", single_line(reply.conversation_id)))
    return ids


def _error(note: ErrorRecord) -> ErrorView:
    return ErrorView(
        single_line(note.kind),
        truncate_text(note.what),
        single_line(note.where, 500),
        truncate_text(note.next_step),
        truncate_text("\n".join(note.detail), ANSWER_LIMIT),
        single_line(note.log_id),
    )


def _bot_facts(bot_id: str, snapshot: BotSnapshot | None) -> list[Fact]:
    facts = [("fact.bot_id", single_line(bot_id))]
    if snapshot is None:
        return facts
    facts += [
        ("fact.bot_version", single_line(snapshot.version)),
        ("fact.bot_model", single_line(snapshot.model)),
        ("fact.bot_prompt", truncate_text(snapshot.prompt)),
        ("fact.bot_details", truncate_text(_as_json(snapshot))),
        ("fact.bot_warning", truncate_text(snapshot.warning)),
    ]
    return [fact for fact in facts if fact[1]]


def _as_json(snapshot: BotSnapshot) -> str:
    if not snapshot.details:
        return ""
    try:
        return orjson.dumps(snapshot.details, default=dict).decode()
    except TypeError:
        return repr(dict(snapshot.details))
