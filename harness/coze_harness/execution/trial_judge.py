"""The judge of a trial: asked before expectations judge, which find its replies in the context."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Protocol

from coze_harness.expectations.judge.judge_exchange import JudgeQuestion
from coze_harness.expectations.judge.judge_kind import judges_in
from coze_harness.messages import message
from coze_harness.model import Severity, Verdict, VerdictStatus, replace
from coze_harness.model.protocols import CallFlow
from coze_harness.model.trial import EvaluationContext, Expectation


class TrialJudge(Protocol):
    """Replies to the questions of one trial."""

    def reply(self, question: JudgeQuestion) -> CallFlow[str]:
        """Return the text that the judge replies.

        Raises:
            HarnessError: the judge cannot be asked, or its recording not be used.
        """
        ...

    def is_weak(self, topic: str) -> bool:
        """Return whether it was measured that the judge cannot answer a question."""
        ...


def ask_judge(
    context: EvaluationContext, expectations: Sequence[Expectation], judge: TrialJudge
) -> CallFlow[EvaluationContext]:
    """Return a context with the judge's replies to all that expectations ask about it.

    Raises:
        HarnessError: the judge cannot be asked, or its recording not be used.
    """
    replies: dict[str, str] = {}
    for one in chain.from_iterable(map(judges_in, expectations)):
        for question in one.questions(context):
            if question.key not in replies:
                replies[question.key] = yield from judge.reply(question)
    return replace(context, judge_replies=replies) if replies else context


def without_weak_judges(
    context: EvaluationContext, judge: TrialJudge, expectation: Expectation, verdict: Verdict
) -> Verdict:
    """Return a verdict; one that failed is a warning if only weak judges are the cause of it."""
    if verdict.status is not VerdictStatus.FAILED:
        return verdict
    weak = frozenset(one.topic for one in judges_in(expectation) if judge.is_weak(one.topic))
    if not weak:
        return verdict
    others = expectation.judge(replace(context, ignored_questions=weak))
    if others.status is VerdictStatus.FAILED:
        return verdict
    reason = message("kind.judge.weak", reason=verdict.reason)
    return replace(verdict, severity=Severity.WARNING, reason=reason)
