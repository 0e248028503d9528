"""Runs a trial's conversation turn by turn and judges the replies."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from coze_harness.execution.turn_sources import next_turn
from coze_harness.expectations import judge_turn
from coze_harness.messages import LocalizedText
from coze_harness.model import (
    BotSnapshot,
    ErrorRecord,
    LoggedCall,
    Reply,
    TrialResult,
    TrialStatus,
    TurnResult,
    Verdict,
    VerdictStatus,
    replace,
)
from coze_harness.model.errors import HarnessError
from coze_harness.model.protocols import CallFlow, Conversation
from coze_harness.model.trial import (
    EvaluationContext,
    Expectation,
    MinScore,
    SimulatedUser,
    Trial,
    Turn,
)

if TYPE_CHECKING:
    from coze_harness.execution.trial_judge import TrialJudge


class ConversationResult(Struct, frozen=True):
    """The turns of a conversation so far, and the error that ended it early.

    `judge_failed`: the error is the judge's, not the bot's.
    """

    turns: tuple[TurnResult, ...]
    error: HarnessError | None = None
    judge_failed: bool = False


def run_conversation(
    trial: Trial,
    turns: Sequence[Turn],
    conversation: Conversation,
    baseline_answers: Sequence[str | None] | None = (),
    snapshot: BotSnapshot | None = None,
    tester: Conversation | None = None,
    judge: TrialJudge | None = None,
) -> CallFlow[ConversationResult]:
    """Run a trial's turns and judge each reply.

    An error ends the conversation and is part of its result: it never ends other trials.

    Args:
        trial: the trial.
        turns: its turns; with a tester the pattern of all.
        conversation: asks the bot, or replays it.
        baseline_answers: the baseline's answer to each turn, as far as there are any; `None` if
            this conversation is the baseline itself.
        snapshot: the bot, if it is known.
        tester: asks the target that plays the user, or replays it, if the trial has one.
        judge: replies to the questions of `judge` expectations; `None` if there are none.
    """
    done: list[TurnResult] = []
    replies: tuple[Reply, ...] = ()
    prompts: tuple[str, ...] = ()
    while True:
        turn: Turn | None = None
        try:
            turn = yield from next_turn(trial, turns, replies, tester)
            if turn is None:
                break
            reply = yield from conversation.run_turn(turn)
        except HarnessError as error:
            if turn is not None:
                done.append(_turn_result(turn, None, ()))
            return ConversationResult(tuple(done), error)
        baseline: str | None = reply.answer
        if baseline_answers is not None:
            baseline = baseline_answers[len(done)] if len(done) < len(baseline_answers) else None
        context = EvaluationContext(turn.prompt, reply, replies, baseline, prompts, snapshot)
        judging = yield from _judge(turn.expectations, turn.min_score, context, judge)
        turn_result = _turn_result(turn, reply, judging.verdicts)
        has_ended = trial.stop_on_failure and bool(turn_result.failures)
        if turn.user and judging.error is None and not has_ended:
            verdicts = judging.verdicts
            judging, has_ended = yield from _judge_end(turn.user, context, judge)
            turn_result = _turn_result(turn, reply, (*verdicts, *judging.verdicts))
        done.append(turn_result)
        if judging.error is not None:
            return ConversationResult(tuple(done), judging.error, judge_failed=judging.judge_failed)
        if has_ended:
            break
        replies = (*replies, reply)
        prompts = (*prompts, turn.prompt)
    return ConversationResult(tuple(done))


def judged_turns(turns: Sequence[Turn], results: Sequence[TurnResult]) -> Sequence[Turn]:
    """Return the turns that were run, each with the expectations that its verdicts are of.

    Args:
        turns: the trial's turns; of a simulated user the pattern of all.
        results: of a conversation without an error.
    """
    if not turns or turns[0].user is None:
        return turns
    pattern, user = turns[0], turns[0].user
    # The verdicts on the whole conversation follow those on the last reply.
    expectations = (*pattern.expectations, *user.final_expectations)
    return [
        replace(pattern, prompt=result.prompt, expectations=expectations[: len(result.verdicts)])
        for result in results
    ]


def _turn_result(turn: Turn, reply: Reply | None, verdicts: tuple[Verdict, ...]) -> TurnResult:
    file_names = tuple([file.name for file in turn.attachments]) if turn.attachments else ()
    return TurnResult(prompt=turn.prompt, reply=reply, verdicts=verdicts, attached=file_names)


class _Judging(NamedTuple):
    """Verdicts, up to the first expectation that could not judge, and its error.

    `judge_failed`: the error is the judge's.
    """

    verdicts: tuple[Verdict, ...]
    error: HarnessError | None = None
    judge_failed: bool = False


def _judge_end(
    user: SimulatedUser, context: EvaluationContext, judge: TrialJudge | None
) -> CallFlow[tuple[_Judging, bool]]:
    """Return the verdicts on a conversation, and whether it ends with this reply."""
    ending = yield from _judge([user.until], None, context, judge)
    is_last = len(context.previous_replies) + 1 >= user.max_turns
    if ending.error is not None:
        return ending._replace(verdicts=()), False
    if not (is_last or ending.verdicts[0].status is VerdictStatus.PASSED):
        return _Judging(()), False
    others = yield from _judge(user.expectations, None, context, judge)
    return others._replace(verdicts=(*ending.verdicts, *others.verdicts)), True


def _judge(
    expectations: Sequence[Expectation],
    min_score: MinScore | None,
    context: EvaluationContext,
    judge: TrialJudge | None,
) -> CallFlow[_Judging]:
    """Ask the judge what expectations want to know, and judge by them."""
    if judge is None:
        return _Judging(*judge_turn(expectations, min_score, context))
    from coze_harness.execution.trial_judge import ask_judge, without_weak_judges

    judge_error: HarnessError | None = None
    try:
        context = yield from ask_judge(context, expectations, judge)
    except HarnessError as error:
        judge_error = error
    adjust = partial(without_weak_judges, context, judge)
    verdicts, error_of_kind = judge_turn(expectations, min_score, context, adjust)
    failed = judge_error is not None
    return _Judging(verdicts, judge_error or error_of_kind, judge_failed=failed)


def build_trial_result(
    trial: Trial,
    conversation: ConversationResult,
    *,
    http_log: tuple[LoggedCall, ...] = (),
    request_count: int = 0,
    snapshot: BotSnapshot | None = None,
    recorded_at: str = "",
    edited: bool = False,
    error: HarnessError | None = None,
    warnings: tuple[LocalizedText, ...] = (),
) -> TrialResult:
    """Return a trial's result.

    `request_count` counts repeated requests too, and is 0 in replay. `recorded_at` is ISO 8601;
    `edited` says whether the recording was edited since. `error` is one of the recording or its
    file: the conversation's own error comes first.
    """
    error = conversation.error or error
    seconds = http_log[-1].start + http_log[-1].elapsed if http_log else 0.0
    return TrialResult(
        key=trial.key,
        status=_status(trial, conversation, error),
        seconds=round(seconds, 3),
        turns=conversation.turns,
        http_log=http_log,
        request_count=request_count,
        error=error_record(error) if error else None,
        known_failure=trial.known_failure,
        warnings=warnings,
        bot_id=trial.bot.id,
        snapshot=snapshot,
        recorded_at=recorded_at,
        edited=edited,
    )


def keep_result(result: TrialResult, /, *, exit_code: int | None = None) -> TrialResult:
    """Return a result as it is, for a runner that encodes results; `exit_code` is dropped."""
    del exit_code
    return result


def error_record(error: HarnessError) -> ErrorRecord:
    """Return an error as results store it."""
    return ErrorRecord(
        kind=error.kind,
        what=error.what,
        where=str(error.where) if error.where else "",
        next_step=error.next_step,
        exit_code=error.exit_code,
        detail=error.detail,
        log_id=error.log_id,
    )


def _status(
    trial: Trial, conversation: ConversationResult, error: HarnessError | None
) -> TrialStatus:
    if error is not None:
        return TrialStatus.ERROR
    has_failed = any(turn.failures for turn in conversation.turns)
    if trial.known_failure:
        return TrialStatus.KNOWN_FAILURE if has_failed else TrialStatus.FIXED
    return TrialStatus.FAILED if has_failed else TrialStatus.PASSED
