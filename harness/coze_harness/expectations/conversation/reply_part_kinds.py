"""Kinds with an expectation on a part of a reply: its question to the user, its reasoning."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, Self

from coze_harness.expectations.combinator_kinds import SingleOperandKind
from coze_harness.expectations.item_argument import ItemArgument
from coze_harness.expectations.kind import ExpectationKind, Inconclusive, ItemContext
from coze_harness.expectations.subject import QUESTION, REASONING, with_subject
from coze_harness.messages import LocalizedText, as_message, literal, message
from coze_harness.model import Message, Verdict, VerdictStatus, replace
from coze_harness.model.trial import EvaluationContext


class ReplyPartKind(SingleOperandKind):
    """What the kinds share whose expectation judges a part of the reply.

    `operands` stays empty: what is inside judges only that part, and not the reply.
    """

    __slots__ = ()

    scope = "reply"
    subject: ClassVar[LocalizedText]
    """The part."""

    @abstractmethod
    def select_part(self, context: EvaluationContext) -> EvaluationContext | Verdict:
        """Return a context whose answer is the part; a verdict where the reply has no such part."""

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge the part."""
        part = self.select_part(context)
        if isinstance(part, Verdict):
            return part
        return self._adopt(self.operand.evaluate(part), part is context)

    def explain_failure(self, context: EvaluationContext, failed: Verdict) -> Verdict:
        """Explain the operand's failure; one that did not end is not evaluated again."""
        part = self.select_part(context)
        if isinstance(part, Verdict) or isinstance(failed, Inconclusive):
            return failed
        return self._adopt(self.operand.judge(part), part is context)

    def _adopt(self, verdict: Verdict, is_answer: bool) -> Verdict:
        """Return the operand's verdict as this one's; evidence marks parts of the answer only."""
        reason = with_subject(verdict.reason, self.subject)
        if verdict.status is VerdictStatus.SKIPPED:
            return self.skipped(reason)
        if isinstance(verdict, Inconclusive):
            return self.inconclusive(reason, verdict.actual)
        evidence = verdict.evidence if is_answer else ()
        return self.verdict(verdict.status, reason, verdict.actual, evidence, verdict.score)


class Asks(ReplyPartKind):
    """The bot stopped with a question to the user, and an expectation on that question."""

    __slots__ = ()

    kind = "asks"
    summary = message("kind.asks.summary")
    example = "asks: 哪个城市"
    subject = QUESTION

    @property
    def expected(self) -> LocalizedText:
        """A question, and what it must be."""
        return message("kind.asks.expected", expected=as_message(self.operand.expected))

    def select_part(self, context: EvaluationContext) -> EvaluationContext | Verdict:
        """Return the context: a question is the reply's answer."""
        status = context.reply.status
        if status == "asks":
            return context
        if not status:
            return self.failed(message("kind.asks.no_status"), message("kind.status.none"))
        return self.failed(message("kind.asks.other_status", status=status), literal(status))


class Reasoning(ReplyPartKind):
    """An expectation on what the bot thought before it answered (Coze's `reasoning_content`)."""

    __slots__ = ()

    kind = "reasoning"
    summary = message("kind.reasoning.summary")
    example = "reasoning: {contains: 天气}"
    subject = REASONING

    @classmethod
    def parse(cls, argument: ItemArgument, item: ItemContext) -> Self:
        """Parse one expectation on text, or several by `all_of` and its like."""
        expectation = super().parse(argument, item)
        if other := _reply_kind(expectation.operand):
            raise argument.error_at(
                message("expectation.reasoning.reply_kind", kind=other),
                message("expectation.reasoning.reply_kind.next"),
            )
        return expectation

    @property
    def expected(self) -> LocalizedText:
        """What the reasoning must be."""
        return message("kind.reasoning.expected", expected=as_message(self.operand.expected))

    def select_part(self, context: EvaluationContext) -> EvaluationContext | Verdict:
        """Return a context with the reasoning of all answers as one text."""
        texts = [one.reasoning for one in context.reply.messages if one.reasoning]
        if not texts:
            return self.skipped(message("kind.reasoning.none"))
        answer = Message(id="", role="assistant", type="answer", content="\n".join(texts))
        return replace(context, reply=replace(context.reply, messages=(answer,)))


def _reply_kind(expectation: ExpectationKind) -> str:
    """Return the name of a kind that judges more than a text: its own, or one inside it."""
    operands = expectation.operands()
    if operands:
        return next(filter(None, map(_reply_kind, operands)), "")
    return "" if expectation.scope == "answer" else expectation.kind
