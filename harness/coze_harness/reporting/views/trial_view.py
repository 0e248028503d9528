"""Make the view of a trial that every report shows.

With `message_view` and `diff_view`, this is the only way text of a recording enters a report: here
it becomes safe to display and is truncated.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import orjson

from coze_harness.messages import LocalizedText, message
from coze_harness.model import (
    BotSnapshot,
    ErrorRecord,
    LoggedCall,
    Reply,
    TrialResult,
    TrialRow,
    TrialStatus,
    TurnResult,
    Verdict,
    VerdictStatus,
)
from coze_harness.reporting.views.diff_view import diff_view
from coze_harness.reporting.views.message_view import message_views
from coze_harness.reporting.views.safe_text import (
    ANSWER_LIMIT,
    HIDDEN,
    NAME_LIMIT,
    format_duration,
    language_hint,
    single_line,
    truncate_text,
)
from coze_harness.reporting.views.view_model import (
    BotFact,
    CallView,
    ErrorView,
    Fact,
    HttpView,
    TrialView,
    TurnView,
    VerdictView,
    anchor,
    status_badge,
)
from coze_harness.reporting.views.wording import Wording

# Shorter pauses between requests are not shown as waits, in seconds.
_SHORTEST_WAIT: Final = 0.005
# The shortest time before a request is sent again.
_RETRY_WAIT: Final = 0.25
_METHODS: Final = ("GET", "POST")
_POLL: Final = "/v3/chat/retrieve"
_SUBMIT: Final = "/v3/chat/submit_tool_outputs"
_TOO_MANY: Final = 429
_BUSY: Final = (4009, 4013, 4016, 4020)
_MARKS: Final = 4
_UPLOAD: Final = "/v1/files/upload"
_SHELL_SAFE: Final = re.compile(r"[A-Za-z0-9_./%-]+").fullmatch


def trial_view(result: TrialResult, wording: Wording | None = None) -> TrialView:
    """Return a trial as reports show it; in English by default."""
    wording = wording or Wording()
    key = result.key
    turns = [
        turn_view(number, turn, wording, result.http_log)
        for number, turn in enumerate(result.turns, start=1)
    ]
    tokens = sum([t.reply.usage.total for t in result.turns if t.reply and t.reply.usage])
    error = None if result.error is None else _error(result.error, wording)
    change = result.change
    return TrialView(
        key.id,
        anchor(key.id),
        single_line(key.id),
        single_line(key.bot),
        change.kind._value_ if change else "",
        format_duration(result.seconds),
        f"{tokens:,}" if tokens else "",
        *_reason(result, wording),
        result.status,
        single_line(key.case),
        [single_line(tag) for tag in key.tags],
        _place(key.file, key.line),
        single_line(key.cassette),
        _recorded_at(result),
        turns,
        http_view(result.http_log) if result.http_log else None,
        diff_view(result, wording) if change or result.status is not TrialStatus.PASSED else None,
        error,
        truncate_text(result.known_failure),
        _warnings(result, wording),
        _bot_facts(result.bot_id, result.snapshot, wording),
        single_line(key.scenario),
        status_badge(result.status, wording.words),
        result.seconds,
        tokens,
        [single_line(t.reply.log_id) for t in result.turns if t.reply and t.reply.log_id],
        _distinct([v.kind for t in turns for v in t.verdicts if v.status in ("failed", "warning")]),
        _codes(result),
    )


def missing_trial_view(row: TrialRow, wording: Wording) -> TrialView:
    """Return the view of a trial without a line in trials.jsonl."""
    view = trial_view(TrialResult(key=row.key, status=row.status, seconds=row.seconds), wording)
    reason, second = wording.pair(message("report.no_line"))
    return view._replace(
        reason=reason,
        second_reason=second,
        tags=(),
        place="",
        cassette="",
        bot_facts=(),
    )


def _warnings(result: TrialResult, wording: Wording) -> list[tuple[str, str]]:
    pairs = map(wording.pair, result.warnings)
    warnings = [(truncate_text(first), truncate_text(second)) for first, second in pairs]
    return [*warnings, wording.pair(message("cassette.edited"))] if result.edited else warnings


def _place(file: str, line: int) -> str:
    path = single_line(file)
    return f"{path}:{line}" if line else path


def _distinct(texts: Sequence[str]) -> Sequence[str]:
    return list(dict.fromkeys(texts)) if texts else ()


def _codes(result: TrialResult) -> Sequence[str]:
    codes = [single_line(result.error.kind)] if result.error else []
    codes += [str(t.reply.error_code) for t in result.turns if t.reply and t.reply.error_code]
    return _distinct(codes)


def _reason(result: TrialResult, wording: Wording) -> tuple[str, str]:
    """Return why a trial has its status, in one line and both languages."""
    if result.error is not None:
        return single_lines(wording.pair(result.error.what))
    if result.status is TrialStatus.FIXED:
        return wording.pair(message("trial.fixed"))
    if result.status is not TrialStatus.PASSED:
        is_skipped = result.status is TrialStatus.SKIPPED
        for verdict in (
            one for turn in result.turns for one in (turn.verdicts if is_skipped else turn.failures)
        ):
            if not is_skipped or verdict.status is VerdictStatus.SKIPPED:
                return single_lines(wording.pair(verdict_reason(verdict)))
    return ("", "") if not result.warnings else single_lines(wording.pair(result.warnings[0]))


def verdict_reason(verdict: Verdict) -> LocalizedText:
    """Return why a verdict is what it is, after the author's name for it or its kind."""
    return message(
        "report.verdict",
        name=verdict.name or verdict.kind,
        reason=verdict.reason or verdict.expected,
    )


def single_lines(texts: tuple[str, str]) -> tuple[str, str]:
    """Return the texts of both languages, each on one line."""
    first, second = texts
    return single_line(first), single_line(second)


def _submitted_outputs(log: Sequence[LoggedCall], chat_id: str) -> list[str]:
    """Return the outputs of tools that the caller ran in a chat."""
    outputs: list[str] = []
    for call in log:
        if not call.path.startswith(_SUBMIT) or chat_id not in call.path:
            continue
        try:
            body = orjson.loads(call.body)
        except ValueError:
            continue
        entries = body.get("tool_outputs") if isinstance(body, dict) else None
        items = entries if isinstance(entries, list) else []
        outputs += [str(one.get("output", "")) for one in items if isinstance(one, dict)]
    return outputs


def turn_view(
    number: int, turn: TurnResult, wording: Wording, log: Sequence[LoggedCall] = ()
) -> TurnView:
    """Return a turn as readers see it.

    Args:
        number: counts from 1.
        turn: the turn.
        wording: the languages.
        log: the trial's HTTP log, for outputs of tools that the caller ran.
    """
    prompt = truncate_text(turn.prompt, ANSWER_LIMIT)
    attached = [single_line(name) for name in turn.attached] if turn.attached else ()
    language = language_hint(prompt)
    reply = turn.reply
    # Most verdicts refer to the whole answer: it is made safe once.
    answer = "" if reply is None else reply.answer
    shown_answer = truncate_text(answer)
    failures = turn.failures
    verdicts = [
        _verdict(verdict, answer, shown_answer, wording, is_cause=verdict in failures)
        for verdict in turn.verdicts
    ]
    if reply is None:
        missing = "trial.no_reply"
        return TurnView(number, prompt, language, attached, missing, (), (), (), (), verdicts)
    submitted = _submitted_outputs(log, reply.chat_id) if reply.tool_calls else ()
    has_answer = any(m.content and m.type == "answer" for m in reply.messages)
    return TurnView(
        number,
        prompt,
        language,
        attached,
        "" if has_answer else "trial.no_answer",
        message_views(reply, turn, submitted),
        [truncate_text(text) for text in reply.follow_ups],
        _reply_facts(reply),
        _ids(reply),
        verdicts,
    )


def _verdict(
    verdict: Verdict, answer: str, shown_answer: str, wording: Wording, *, is_cause: bool
) -> VerdictView:
    """Return a verdict; one that passed does not repeat the whole answer.

    A failed one that is no cause of its turn's failure is a warning.
    """
    status: str = verdict.status._value_
    if status == "failed" and not is_cause:
        status = "warning"
    where = verdict.location
    place = _place(where.path, where.line)
    expected, second_expected = wording.pair(verdict.expected)
    reason, second_reason = wording.pair(verdict.reason)
    actual, second_actual = wording.pair(verdict.actual)
    score = verdict.score
    if actual == answer:
        actual = shown_answer if status != "passed" else ""
    else:
        actual = truncate_text(actual)
    return VerdictView(
        status,
        status_badge(status, wording.words),
        single_line(verdict.kind),
        single_line(verdict.name) if verdict.name else "",
        truncate_text(expected),
        actual,
        truncate_text(reason),
        f"{place}:{where.column}" if where.line and where.column else place,
        "" if score is None else f"{score:.2f}",
        truncate_text(second_expected),
        truncate_text(second_actual),
        truncate_text(second_reason),
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
    ids = (
        ("fact.log_id", reply.log_id),
        ("fact.chat", reply.chat_id),
        ("fact.conversation", reply.conversation_id),
    )
    return [(key, single_line(value)) for key, value in ids if value]


def _error(error: ErrorRecord, wording: Wording) -> ErrorView:
    what, second_what = wording.pair(error.what)
    next_step, second_next_step = wording.pair(error.next_step)
    lines = [wording.pair(line) for line in error.detail]
    second_detail = ""
    if any(second for _, second in lines):
        second_detail = "\n".join([second or first for first, second in lines])
    return ErrorView(
        single_line(error.kind),
        truncate_text(what),
        single_line(error.where, 500),
        truncate_text(next_step),
        truncate_text("\n".join([first for first, _ in lines]), ANSWER_LIMIT),
        single_line(error.log_id),
        truncate_text(second_what),
        truncate_text(second_next_step),
        truncate_text(second_detail, ANSWER_LIMIT),
    )


def _bot_facts(bot_id: str, snapshot: BotSnapshot | None, wording: Wording) -> list[BotFact]:
    facts = [("fact.bot_id", single_line(bot_id), "")]
    if snapshot is None:
        return facts
    warning, second_warning = wording.pair(snapshot.why_unknown)
    facts += [
        ("fact.bot_version", single_line(snapshot.version), ""),
        ("fact.bot_model", single_line(snapshot.model), ""),
        ("fact.bot_prompt", truncate_text(snapshot.prompt), ""),
        ("fact.bot_details", truncate_text(_as_json(snapshot)), ""),
        ("fact.bot_warning", truncate_text(warning), truncate_text(second_warning)),
    ]
    return [fact for fact in facts if fact[1]]


def _as_json(snapshot: BotSnapshot) -> str:
    if not snapshot.details:
        return ""
    try:
        return orjson.dumps(snapshot.details, default=dict).decode()
    except TypeError:
        return repr(dict(snapshot.details))


def _recorded_at(result: TrialResult) -> str:
    """Return when a replayed trial was recorded; empty for one that made its requests itself."""
    logged = sum([call.repeat_count for call in result.http_log])
    if result.request_count >= logged > 0:
        return ""
    return single_line(result.recorded_at).replace("T", " ", 1).replace("+00:00", " UTC")


# --- the HTTP log -------------------------------------------------------------------------------


def http_view(log: Sequence[LoggedCall]) -> HttpView:
    """Return an HTTP log: its calls in the order of their start, and the waits between them."""
    total = max([call.start + call.elapsed for call in log])
    calls: list[CallView] = []
    end = total_wait = 0.0
    was_refused = may_hide_retries = False
    for number, call in enumerate(log, start=1):
        start, elapsed, repeats = call.start, call.elapsed, call.repeat_count
        wait = wait_key = ""
        if start - end >= (_SHORTEST_WAIT if number > 1 else _RETRY_WAIT):
            total_wait += start - end
            wait = f"{start - end:.2f}"
            is_poll = call.path.startswith(_POLL)
            wait_key = f"http.wait.{'retry' if was_refused else 'poll' if is_poll else 'other'}"
            may_hide_retries |= not (was_refused or is_poll) and start - end >= _RETRY_WAIT
        end = max(end, start + elapsed)
        was_refused = call.status == _TOO_MANY or call.code in _BUSY
        curl_path = path = call.path
        if len(path) > NAME_LIMIT or not _SHELL_SAFE(path):
            curl_path, path = _quote(single_line(path, ANSWER_LIMIT)), single_line(path)
        calls.append(
            CallView(
                call.method if call.method in _METHODS else single_line(call.method),
                path.partition("?")[0],
                str(repeats) if repeats > 1 else "",
                str(call.status),
                "" if not call.code else str(call.code),
                f"{start:.2f}",
                f"{elapsed:.2f}",
                wait,
                curl_path,
                _curl_body(call) if call.body else "",
                wait_key,
                was_refused,
            )
        )
    requests = sum([call.elapsed for call in log])
    decimals = sum([total < least for least in (8, 2, 0.08)])
    marks = [f"{total * part / _MARKS:.{decimals}f}" for part in range(_MARKS + 1)]
    times = f"{total:.2f}", f"{requests:.2f}", f"{total_wait:.2f}"
    return HttpView(calls, *times, marks, may_hide_retries)


def _curl_body(call: LoggedCall) -> str:
    """Return a request's body as arguments of curl.

    The body of an upload describes the file; its bytes are not kept. Hidden characters become JSON
    escapes.
    """
    if call.path == _UPLOAD:
        return "-F 'file=@…'"
    body = call.body
    if len(body) > ANSWER_LIMIT:
        return "-d @…"
    if not body.isprintable():
        body = HIDDEN.sub(_json_escape, body)
    return f"-H 'Content-Type: application/json' -d {_quote(body)}"


def _json_escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code > 0xFFFF:
        code -= 0x10000
        return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
    return f"\\u{code:04x}" if code not in (0x0A, 0x0D) else " "


def _quote(text: str) -> str:
    """Quote a text for a POSIX shell: nothing has a meaning between single quotes."""
    return text if _SHELL_SAFE(text) else "'" + text.replace("'", "'\\''") + "'"
