"""Judges a reply with all expectations of its turn, and adds up their scores under `min_score`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from coze_harness.expectations.excerpt import truncate_score
from coze_harness.expectations.function_reference import describe_exception, raised_at
from coze_harness.expectations.kind import ExpectationKind
from coze_harness.messages import LocalizedText, message
from coze_harness.model import MIN_SCORE, Severity, Verdict, VerdictStatus
from coze_harness.model.errors import HarnessError, ScenarioError
from coze_harness.model.trial import EvaluationContext, Expectation, MinScore

# Rounding must not miss a score that is reached exactly (0.1 + 0.2 for 0.3).
_ROUNDING: Final = 1e-9


def judge_turn(
    expectations: Sequence[Expectation],
    min_score: MinScore | None,
    context: EvaluationContext,
    adjust: Callable[[Expectation, Verdict], Verdict] | None = None,
) -> tuple[tuple[Verdict, ...], HarnessError | None]:
    """Return the verdicts on a reply, in the order of the expectations.

    With `min_score`, the verdict on the turn's score follows those that it counts. The first
    expectation that cannot judge ends this; its error is returned with the verdicts before it.
    `adjust` may replace a verdict, before it is counted.
    """
    verdicts: list[Verdict] = []
    try:
        for expectation in expectations:
            verdict = judge_expectation(expectation, context)
            verdicts.append(adjust(expectation, verdict) if adjust else verdict)
    except HarnessError as error:
        return tuple(verdicts), error
    if min_score is not None:
        counted = min_score.expectations
        verdicts.insert(counted, score_verdict(min_score, verdicts[:counted]))
    return tuple(verdicts), None


def judge_expectation(expectation: Expectation, context: EvaluationContext) -> Verdict:
    """Return an expectation's verdict on a reply.

    Raises:
        HarnessError: it cannot judge the reply, raises an exception, or returns no verdict. An
            exception is named with its line in the code of the kind's author.
    """
    try:
        verdict: object = expectation.judge(context)
    except HarnessError:
        raise
    except (Exception, SystemExit) as error:
        raising = _raising_expectation(expectation, error)
        raise ScenarioError(
            message("kind.raised", kind=raising.kind, error=describe_exception(error)),
            where=raising.location,
            detail=raised_at(error),
            next_step=message("kind.raised.next"),
        ) from error
    if not isinstance(verdict, Verdict):
        raise ScenarioError(
            message("kind.no_verdict", kind=expectation.kind, type=type(verdict).__name__),
            where=expectation.location,
            next_step=message("kind.no_verdict.next"),
        )
    return verdict


def _raising_expectation(expectation: Expectation, error: BaseException) -> Expectation:
    """Return the expectation whose code raised: that one, or one inside of it."""
    trace = error.__traceback__
    while trace is not None:
        judging = trace.tb_frame.f_locals.get("self")
        if isinstance(judging, ExpectationKind):
            expectation = judging
        trace = trace.tb_next
    return expectation


def score_verdict(min_score: MinScore, verdicts: Sequence[Verdict]) -> Verdict:
    """Return the verdict on a turn's score.

    The score is the weighted mean of the verdicts' scores. A verdict without a score counts 1 if it
    passed, else 0. Skipped verdicts and those of severity warning do not count.

    Args:
        min_score: what is required.
        verdicts: those that it counts.
    """
    counted = [
        (one.weight, _score_of(one))
        for one in verdicts
        if one.severity is Severity.ERROR and one.status is not VerdictStatus.SKIPPED
    ]
    least = min_score.at_least
    status, score = VerdictStatus.SKIPPED, None
    reason, actual = message("turn.score.skipped"), LocalizedText()
    if counted:
        score = sum(w * s for w, s in counted) / sum(w for w, _ in counted)
        is_reached = score >= least - _ROUNDING
        status = VerdictStatus.PASSED if is_reached else VerdictStatus.FAILED
        actual = message("turn.score", score=truncate_score(score + _ROUNDING))
        reason = message("turn.score.reason", **actual.params, least=least)
    return Verdict(
        kind=MIN_SCORE,
        status=status,
        expected=message("turn.score.expected", least=least),
        actual=actual,
        reason=reason,
        location=min_score.location,
        score=score,
    )


def _score_of(verdict: Verdict) -> float:
    if verdict.score is not None:
        return verdict.score
    return 1.0 if verdict.status is VerdictStatus.PASSED else 0.0
