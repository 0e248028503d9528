"""From a finished trial to what every report shows of it.

The only place where text of a recording enters a report: here it is made visible and cut.
"""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from harness.model import (
    BotSnapshot,
    ErrorNote,
    Exchange,
    Message,
    Reply,
    Severity,
    TrialResult,
    TrialStatus,
    TurnResult,
    Verdict,
)
from harness.report.evidence import Part, marked
from harness.report.view import (
    BADGE,
    ErrorView,
    HttpView,
    InteractionView,
    MessageView,
    TrialView,
    TurnView,
    VerdictView,
    anchor,
    why,
)
from harness.report.visible import (
    ANSWER_LIMIT,
    clipped,
    counted,
    duration,
    language,
    one_line,
)

# Coze's message types in a reader's words. `answer` and `follow_up` are not folded away.
_ROLES = {
    "function_call": "Tool call",
    "tool_output": "Tool output",
    "tool_response": "Tool output",
    "knowledge": "Knowledge",
    "verbose": "Internal message (verbose)",
    "question": "Question",
}


_NO_ANSWER = "The reply holds no answer."

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
    tokens = sum(t.reply.usage.total for t in result.turns if t.reply and t.reply.usage)
    error = None if result.error is None else _error(result.error)
    name = one_line(key.id)
    return TrialView(
        key.id,
        name,
        anchor(key.id),
        result.status,
        BADGE[result.status],
        one_line(key.scenario),
        one_line(key.bot),
        one_line(key.case),
        [one_line(tag) for tag in key.tags],
        _place(key.file, key.line),
        one_line(key.cassette),
        result.seconds,
        _trial_facts(result, tokens),
        tokens,
        _reason(result, error, turns),
        turns,
        _http(result.exchanges) if result.exchanges else None,
        error,
        clipped(result.known_failure),
        [clipped(warning) for warning in result.warnings],
        [one_line(t.reply.log_id) for t in result.turns if t.reply and t.reply.log_id],
        _bot_facts(result.bot_id, result.snapshot),
    )


def _place(file: str, line: int) -> str:
    shown = one_line(file)
    return f"{shown}:{line}" if line else shown


def _trial_facts(result: TrialResult, tokens: int) -> str:
    facts = [one_line(result.key.bot)]
    if len(result.turns) > 1:
        facts.append(f"{len(result.turns)} turns")
    if tokens:
        facts.append(f"{tokens:,} tokens")
    facts.append(duration(result.seconds))
    return " · ".join(facts)


def _reason(result: TrialResult, error: ErrorView | None, turns: Sequence[TurnView]) -> str:
    if error is not None:
        return one_line(error.what)
    if result.status is TrialStatus.FIXED:
        return "marked as a known failure, but passes: take the mark away"
    wanted = "skipped" if result.status is TrialStatus.SKIPPED else "failed"
    for turn in turns:
        for verdict in turn.verdicts:
            if verdict.status == wanted:
                return one_line(why(verdict))
    return one_line(result.warnings[0]) if result.warnings else ""


def _turn(number: int, turn: TurnResult) -> TurnView:
    prompt = clipped(turn.prompt, ANSWER_LIMIT)
    reply = turn.reply
    # What most verdicts have seen is the whole answer: it is looked through once.
    answer = "" if reply is None else reply.answer
    seen = clipped(answer)
    verdicts = [_verdict(verdict, answer, seen) for verdict in turn.verdicts]
    if reply is None:
        return TurnView(number, prompt, language(prompt), "No reply.", (), (), "", "", verdicts)
    return TurnView(
        number,
        prompt,
        language(prompt),
        "" if any(m.content and m.type == "answer" for m in reply.messages) else _NO_ANSWER,
        _messages(reply, turn.verdicts),
        [clipped(text) for text in reply.follow_ups],
        _reply_facts(reply),
        " · ".join(
            f"{label} {one_line(value)}"
            for label, value in (
                ("log id", reply.log_id),
                ("chat", reply.chat_id),
                ("conversation", reply.conversation_id),
            )
            if value
        ),
        verdicts,
    )


def _verdict(verdict: Verdict, answer: str, seen: str) -> VerdictView:
    """Return a verdict; `seen` is how the reply's `answer` is shown."""
    status: str = verdict.status._value_
    if status == "failed" and verdict.severity is Severity.WARNING:
        status = "warning"
    where = verdict.location
    place = _place(where.path, where.line)
    actual, score = verdict.actual, verdict.score
    return VerdictView(
        status,
        _VERDICT_BADGE[status],
        one_line(verdict.kind),
        one_line(verdict.name) if verdict.name else "",
        clipped(verdict.expected),
        seen if actual == answer else clipped(actual),
        clipped(verdict.reason),
        f"{place}:{where.column}" if where.line and where.column else place,
        "" if score is None else f"{score:.2f}",
    )


def _messages(reply: Reply, verdicts: Sequence[Verdict]) -> list[MessageView]:
    """Return the messages in list order, without the follow-ups."""
    pieces = marked(reply, verdicts)
    answers = sum(message.type == "answer" for message in reply.messages)
    views: list[MessageView] = []
    nth = 0
    for message in reply.messages:
        if message.type == "answer":
            parts = pieces[nth] if pieces else [Part(clipped(message.content, ANSWER_LIMIT), "")]
            nth += 1
            label = f"Answer {nth} of {answers}" if answers > 1 else "Answer"
            views.append(_message(message, label, False, parts))
        elif message.type != "follow_up":
            label = _ROLES.get(message.type) or one_line(message.type) or "Message"
            parts = [Part(clipped(message.content, ANSWER_LIMIT), "")]
            views.append(_message(message, label, True, parts))
    return views


def _message(message: Message, label: str, folded: bool, parts: Sequence[Part]) -> MessageView:
    if message.content_type not in ("text", ""):
        label = f"{label} ({one_line(message.content_type)})"
    reasoning = clipped(message.reasoning, ANSWER_LIMIT) if message.reasoning else ""
    return MessageView(label, folded, parts, language(message.content[:ANSWER_LIMIT]), reasoning)


def _reply_facts(reply: Reply) -> str:
    facts = [one_line(reply.status)]
    if reply.error_code or reply.error_message:
        facts.append(f"error {reply.error_code}: {one_line(reply.error_message)}")
    if reply.seconds is not None:
        facts.append(duration(reply.seconds))
    if reply.first_token is not None:
        facts.append(f"first token after {duration(reply.first_token)}")
    if reply.usage is not None:
        usage = reply.usage
        facts.append(f"{usage.total:,} tokens ({usage.input:,} in, {usage.output:,} out)")
    if reply.polls:
        facts.append(counted(reply.polls, "poll"))
    facts.extend(f"called {one_line(call.name)}" for call in reply.tool_calls)
    return " · ".join(facts)


def _http(exchanges: Sequence[Exchange]) -> HttpView:
    scale = 1000 / (max([e.start + e.elapsed for e in exchanges]) or 1)
    lines: list[InteractionView] = []
    bars: list[str] = []
    for number, e in enumerate(exchanges, start=1):
        times = f" × {e.repeats}" if e.repeats > 1 else ""
        lines.append(
            InteractionView(
                one_line(f"{e.method} {e.path}") + times,
                str(e.status),
                f"{e.start:.2f}",
                f"{e.elapsed:.2f}",
            )
        )
        bars.append(f"M{int(e.start * scale)} {number}.5h{int(e.elapsed * scale) or 5}")
    return HttpView(lines, counted(len(lines), "interaction"), str(len(lines) + 1), "".join(bars))


def _error(note: ErrorNote) -> ErrorView:
    return ErrorView(
        one_line(note.kind),
        clipped(note.what),
        one_line(note.where, 500),
        clipped(note.next_step),
        clipped("\n".join(note.detail), ANSWER_LIMIT),
        one_line(note.log_id),
    )


def _bot_facts(bot_id: str, snapshot: BotSnapshot | None) -> list[tuple[str, str]]:
    facts = [("id", one_line(bot_id))]
    if snapshot is None:
        return facts
    facts += [
        ("version", one_line(snapshot.version)),
        ("model", one_line(snapshot.model)),
        ("prompt", clipped(snapshot.prompt)),
        ("details", clipped(_as_json(snapshot))),
        ("warning", clipped(snapshot.warning)),
    ]
    return [(name, value) for name, value in facts if value]


def _as_json(snapshot: BotSnapshot) -> str:
    if not snapshot.details:
        return ""
    try:
        return orjson.dumps(snapshot.details, default=dict).decode()
    except TypeError:
        return repr(dict(snapshot.details))
