"""Plain builders of sample nouns, shared by the tests of rooms that take finished trials.

Every argument has a default, so that a test names only what it is about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from coze_harness.messages import UserText, as_message, literal
from coze_harness.model import (
    JSON,
    BotSnapshot,
    ErrorRecord,
    LoggedCall,
    Message,
    Mode,
    Reply,
    RequiredPassRate,
    Run,
    Severity,
    Summary,
    ToolCall,
    TrialKey,
    TrialResult,
    TrialRow,
    TrialStatus,
    TurnResult,
    Usage,
    Verdict,
    VerdictStatus,
)
from coze_harness.model.location import Location

USAGE = Usage(total=633, input=500, output=133)
LOCATION = Location("scenarios/identity.yaml", 9, 9)


def key(
    name: str = "identity",
    *,
    scenario: str | None = None,
    file: str = "scenarios/identity.yaml",
    line: int = 2,
    bot: str = "chatchat",
    case: str = "",
    trial: int = 1,
    tags: Sequence[str] = ("smoke", "zh"),
    cassette: str = "identity.yaml",
) -> TrialKey:
    return TrialKey(
        id=name,
        scenario=name if scenario is None else scenario,
        file=file,
        line=line,
        bot=bot,
        case=case,
        trial=trial,
        tags=tuple(tags),
        cassette=cassette,
    )


def message(
    content: str = "我是chatchat,一个虚拟的学术助手。",
    *,
    name: str = "7382000000000000001",
    role: str = "assistant",
    type: str = "answer",  # noqa: A002 - Coze's own word for it
    content_type: str = "text",
    reasoning: str = "",
) -> Message:
    return Message(
        id=name,
        role=role,
        type=type,
        content=content,
        content_type=content_type,
        reasoning=reasoning,
    )


def reply(
    answer: str = "我是chatchat,一个虚拟的学术助手。",
    *,
    messages: Sequence[Message] | None = None,
    status: str = "completed",
    usage: Usage | None = USAGE,
    seconds: float | None = 3.25,
    first_token: float | None = None,
    polls: int = 4,
    tool_calls: Mapping[str, JSON] | None = None,
    error_code: int = 0,
    error_message: str = "",
    log_id: str = "20241122103012ABCDEF",
    pace: tuple[tuple[int, int], ...] = (),
) -> Reply:
    return Reply(
        chat_id="7382159487131697202",
        conversation_id="7381473525342978089",
        log_id=log_id,
        status=status,
        messages=tuple(messages) if messages is not None else (message(answer),),
        usage=usage,
        seconds=seconds,
        first_token=first_token,
        poll_count=polls,
        tool_calls=tuple(
            ToolCall(name=name, arguments=arguments)
            for name, arguments in (tool_calls or {}).items()
        ),
        error_code=error_code,
        error_message=error_message,
        pace=pace,
    )


def verdict(
    status: VerdictStatus = VerdictStatus.PASSED,
    *,
    kind: str = "contains",
    expected: str = "学术助手",
    actual: str = "我是chatchat,一个虚拟的学术助手。",
    reason: str = "",
    location: Location = LOCATION,
    name: str = "",
    weight: float = 1.0,
    severity: Severity = Severity.ERROR,
    score: float | None = None,
    evidence: tuple[tuple[int, int], ...] = (),
) -> Verdict:
    return Verdict(
        kind=kind,
        status=status,
        expected=literal(expected),
        actual=literal(actual),
        reason=literal(reason),
        location=location,
        name=name,
        weight=weight,
        severity=severity,
        score=score,
        evidence=evidence,
    )


def failed_verdict(
    reason: str = "the answer does not contain “九点”.", **changes: object
) -> Verdict:
    fields = {
        "kind": "contains",
        "expected": "九点",
        "actual": "我们每天 10:00 开门。",
        "reason": reason,
    }
    return verdict(VerdictStatus.FAILED, **(fields | changes))  # type: ignore[arg-type]  # checked by verdict


def turn(
    prompt: str = "你是谁?",
    turn_reply: Reply | None = None,
    verdicts: Sequence[Verdict] | None = None,
    *,
    no_reply: bool = False,
) -> TurnResult:
    return TurnResult(
        prompt=prompt,
        reply=None if no_reply else (turn_reply or reply()),
        verdicts=tuple(verdicts if verdicts is not None else (verdict(),)),
    )


def error(
    what: str = "There is no recording for this trial.",
    *,
    kind: str = "missing",
    where: str = "scenarios/identity.yaml:2",
    next_step: str = "record it: coze-harness record identity",
    exit_code: int = 3,
    detail: Sequence[str] = (),
    log_id: str = "",
) -> ErrorRecord:
    return ErrorRecord(
        kind=kind,
        what=literal(what),
        where=where,
        next_step=literal(next_step),
        exit_code=exit_code,
        detail=tuple(map(literal, detail)),
        log_id=log_id,
    )


def exchanges(polls: int = 3) -> tuple[LoggedCall, ...]:
    looks = [LoggedCall("GET", "/v3/chat/retrieve", 200, 0.6 + i, 0.12) for i in range(polls)]
    return (
        LoggedCall("POST", "/v3/chat", 200, 0.0, 0.48),
        *looks,
        LoggedCall("GET", "/v3/chat/message/list", 200, 0.8 + polls, 0.2),
    )


def snapshot(**fields: str) -> BotSnapshot:
    return BotSnapshot(
        version=fields.get("version", "1718867040"),
        model=fields.get("model", "doubao-pro-32k"),
        prompt=fields.get("prompt", "你是一个学术助手。"),
        details={"temperature": 0.7, "plugins": ["weather"]},
        warning=fields.get("warning", ""),
    )


def trial(
    status: TrialStatus = TrialStatus.PASSED,
    *,
    trial_key: TrialKey | None = None,
    turns: Sequence[TurnResult] | None = None,
    seconds: float = 3.25,
    note: ErrorRecord | None = None,
    known_failure: str = "",
    warnings: Sequence[UserText] = (),
    bot_snapshot: BotSnapshot | None = None,
    http: Sequence[LoggedCall] | None = None,
) -> TrialResult:
    http_log = exchanges() if http is None else tuple(http)
    return TrialResult(
        key=trial_key or key(),
        status=status,
        seconds=seconds,
        turns=tuple(turns if turns is not None else (turn(),)),
        http_log=http_log,
        request_count=len(http_log),
        error=note,
        known_failure=known_failure,
        warnings=tuple(map(as_message, warnings)),
        bot_id="7372391044182908946",
        snapshot=bot_snapshot,
    )


def run(
    results: Sequence[TrialResult] = (),
    *,
    run_id: str = "20261122-100312-3f2a",
    mode: Mode = Mode.REPLAY,
    started_at: str = "2026-11-22T10:03:12Z",
    finished_at: str = "2026-11-22T10:03:14Z",
    pass_rates: Sequence[RequiredPassRate] = (),
    environment: Mapping[str, str] | None = None,
    interrupted: bool = False,
    warnings: int = 0,
) -> Run:
    """A run whose rows and counts are those of its results, counted here and not by the archive."""
    counts = {status: sum(r.status is status for r in results) for status in TrialStatus}
    return Run(
        run_id=run_id,
        mode=mode,
        started_at=started_at,
        finished_at=finished_at,
        harness_version="0.1.0",
        summary=Summary(
            trials=len(results),
            passed=counts[TrialStatus.PASSED] + counts[TrialStatus.FIXED],
            failed=counts[TrialStatus.FAILED],
            errors=counts[TrialStatus.ERROR],
            skipped=counts[TrialStatus.SKIPPED],
            known_failures=counts[TrialStatus.KNOWN_FAILURE],
            fixed=counts[TrialStatus.FIXED],
            warnings=warnings,
        ),
        rows=tuple(TrialRow(key=r.key, status=r.status, seconds=r.seconds) for r in results),
        pass_rates=tuple(pass_rates),
        environment=environment
        if environment is not None
        else {"base_url": "https://api.coze.com", "python": "3.11.7", "platform": "Linux"},
        request_count=0,
        interrupted=interrupted,
    )
