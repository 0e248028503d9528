"""Turn by turn: ask, judge, collect. What comes of a trial is decided here and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coze_harness.model import (
    BotSnapshot,
    ErrorRecord,
    LoggedCall,
    Reply,
    Severity,
    TrialResult,
    TrialStatus,
    TurnResult,
    Verdict,
    VerdictStatus,
)
from coze_harness.model.errors import HarnessError
from coze_harness.model.trial import CallFlow, Conversation, EvaluationContext, Trial, Turn


@dataclass(frozen=True, slots=True)
class ConversationResult:
    """A conversation that has been held: its turns so far, and the error that ended it early."""

    turns: tuple[TurnResult, ...]
    error: HarnessError | None = None


def run_conversation(
    trial: Trial,
    turns: Sequence[Turn],
    dialogue: Conversation,
    committed: Sequence[str | None] | None = (),
) -> CallFlow[ConversationResult]:
    """Take a trial through its turns, judging each reply.

    An error ends the conversation and is kept; it never leaves this function, so that one trial's
    trouble is not another's.

    Args:
        trial: what is done.
        turns: its turns.
        dialogue: asks the bot, or the tape.
        committed: the baseline's answer to each turn, as far as there are any; `None` where this
            conversation is the baseline itself.
    """
    done: list[TurnResult] = []
    replies: tuple[Reply, ...] = ()
    for turn in turns:
        try:
            reply = yield from dialogue.run_turn(turn)
        except HarnessError as fault:
            done.append(_turn(turn, None, ()))
            return ConversationResult(tuple(done), fault)
        answers = (reply.answer,) if committed is None else committed[len(done) : len(done) + 1]
        verdicts, trouble = _judged(turn, EvaluationContext(turn.prompt, reply, replies, *answers))
        done.append(_turn(turn, reply, verdicts))
        if trouble is not None:
            return ConversationResult(tuple(done), trouble)
        if trial.stop_on_failure and _fails(verdicts):
            break
        replies = (*replies, reply)
    return ConversationResult(tuple(done))


def _turn(turn: Turn, reply: Reply | None, verdicts: tuple[Verdict, ...]) -> TurnResult:
    attached = tuple([item.name for item in turn.attachments]) if turn.attachments else ()
    return TurnResult(prompt=turn.prompt, reply=reply, verdicts=verdicts, attached=attached)


def _judged(turn: Turn, seen: EvaluationContext) -> tuple[tuple[Verdict, ...], HarnessError | None]:
    """Return a turn's verdicts, up to the first expectation that could not judge, and its error."""
    verdicts: list[Verdict] = []
    try:
        for expectation in turn.expectations:
            verdicts.append(expectation.judge(seen))  # noqa: PERF401 (kept when a later one errs)
    except HarnessError as fault:
        return tuple(verdicts), fault
    return tuple(verdicts), None


def build_trial_result(
    trial: Trial,
    held: ConversationResult,
    *,
    exchanges: tuple[LoggedCall, ...] = (),
    calls: int = 0,
    snapshot: BotSnapshot | None = None,
    recorded_at: str = "",
    error: HarnessError | None = None,
    warnings: tuple[str, ...] = (),
) -> TrialResult:
    """Return a trial's result.

    Args:
        trial: what was to be done.
        held: what came of the conversation.
        exchanges: its HTTP log.
        calls: requests made, repeated ones included; 0 in replay.
        snapshot: what the bot was when it was recorded.
        recorded_at: when that was (ISO 8601), where a recording tells.
        error: what went wrong around the conversation (the tape, the file); the conversation's own
            error comes first.
        warnings: remarks about the trial that are no verdict.
    """
    fault = held.error or error
    seconds = exchanges[-1].start + exchanges[-1].elapsed if exchanges else 0.0
    return TrialResult(
        key=trial.key,
        status=_status(trial, held, fault),
        seconds=round(seconds, 3),
        turns=held.turns,
        http_log=exchanges,
        request_count=calls,
        error=error_record(fault) if fault else None,
        known_failure=trial.known_failure,
        warnings=warnings,
        bot_id=trial.bot.id,
        snapshot=snapshot,
        recorded_at=recorded_at,
    )


def error_record(fault: HarnessError) -> ErrorRecord:
    """Return an error as it is kept in results."""
    return ErrorRecord(
        kind=fault.kind,
        what=fault.what,
        where=str(fault.where) if fault.where else "",
        next_step=fault.next_step,
        exit_code=fault.exit_code,
        detail=fault.detail,
        log_id=fault.log_id,
    )


def _status(trial: Trial, held: ConversationResult, fault: HarnessError | None) -> TrialStatus:
    if fault is not None:
        return TrialStatus.ERROR
    failed = any(_fails(turn.verdicts) for turn in held.turns)
    if trial.known_failure:
        return TrialStatus.KNOWN_FAILURE if failed else TrialStatus.FIXED
    return TrialStatus.FAILED if failed else TrialStatus.PASSED


def _fails(verdicts: Sequence[Verdict]) -> bool:
    for verdict in verdicts:
        if verdict.status is VerdictStatus.FAILED and verdict.severity is Severity.ERROR:
            return True
    return False
