"""The kind `reasoning`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from coze_harness.expectations.combinator_kinds import ITEM_SCHEMA, build_single_operand
from coze_harness.expectations.item_argument import ItemArgument
from coze_harness.expectations.kind import ExpectationKind, Inconclusive, ItemContext
from coze_harness.expectations.parameter import Schema
from coze_harness.expectations.subject import REASONING
from coze_harness.messages import LocalizedText, as_message, message
from coze_harness.model import Message, Verdict, replace
from coze_harness.model.trial import EvaluationContext


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasoning(ExpectationKind):
    """An expectation on what the bot thought before it answered (Coze's `reasoning_content`).

    `operands` stays empty: what is inside judges the reasoning, and not the reply.
    """

    kind = "reasoning"
    summary = message("kind.reasoning.summary")
    example = "reasoning: {contains: 天气}"
    scope = "reply"

    operand: ExpectationKind

    @classmethod
    def parse(cls, argument: ItemArgument, item: ItemContext) -> Self:
        """Parse one expectation on text, or several by `all_of` and its like."""
        operand = build_single_operand(argument, item, several="reasoning: {all_of: […]}")
        if other := _reply_kind(operand):
            raise argument.error_at(
                message("expectation.reasoning.reply_kind", kind=other),
                message("expectation.reasoning.reply_kind.next"),
            )
        return cls(**item.common, operand=operand)

    @classmethod
    def schema(cls) -> Schema:
        """Return the JSON Schema of one expectation."""
        return {"allOf": [ITEM_SCHEMA]}

    @property
    def expected(self) -> LocalizedText:
        """What the reasoning must be."""
        return message("kind.reasoning.expected", expected=as_message(self.operand.expected))

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge the reasoning of all answers as one text."""
        reasoning = _with_reasoning(context)
        if reasoning is None:
            return self.skipped(message("kind.reasoning.none"))
        return self.adopt(self.operand.evaluate(reasoning), REASONING, keeps_evidence=False)

    def explain_failure(self, context: EvaluationContext, failed: Verdict) -> Verdict:
        """Explain the operand's failure; one that did not end is not evaluated again."""
        reasoning = _with_reasoning(context)
        if reasoning is None or isinstance(failed, Inconclusive):
            return failed
        return self.adopt(self.operand.judge(reasoning), REASONING, keeps_evidence=False)


def _reply_kind(expectation: ExpectationKind) -> str:
    """Return the name of a kind that judges more than a text: its own, or one inside it."""
    operands = expectation.operands()
    if operands:
        return next(filter(None, map(_reply_kind, operands)), "")
    return "" if expectation.scope == "answer" else expectation.kind


def _with_reasoning(context: EvaluationContext) -> EvaluationContext | None:
    """Return the context with the reasoning as its answer; `None` where there is none."""
    texts = [message.reasoning for message in context.reply.messages if message.reasoning]
    if not texts:
        return None
    message = Message(id="", role="assistant", type="answer", content="\n".join(texts))
    return replace(context, reply=replace(context.reply, messages=(message,)))
