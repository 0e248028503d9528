"""The kind `asks`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from coze_harness.expectations.combinator_kinds import ITEM_SCHEMA, build_single_operand
from coze_harness.expectations.item_argument import ItemArgument
from coze_harness.expectations.kind import ExpectationKind, Inconclusive, ItemContext
from coze_harness.expectations.parameter import Schema
from coze_harness.expectations.subject import QUESTION
from coze_harness.messages import LocalizedText, as_message, literal, message
from coze_harness.model import Verdict
from coze_harness.model.trial import EvaluationContext


@dataclass(frozen=True, slots=True, kw_only=True)
class Asks(ExpectationKind):
    """The bot stopped with a question to the user, and an expectation on that question.

    `operands` stays empty: what is inside judges only a question.
    """

    kind = "asks"
    summary = message("kind.asks.summary")
    example = "asks: 哪个城市"
    scope = "reply"

    operand: ExpectationKind

    @classmethod
    def parse(cls, argument: ItemArgument, item: ItemContext) -> Self:
        """Parse one expectation, or several by `all_of` and its like."""
        operand = build_single_operand(argument, item, several="asks: {all_of: […]}")
        return cls(**item.common, operand=operand)

    @classmethod
    def schema(cls) -> Schema:
        """Return the JSON Schema of one expectation."""
        return {"allOf": [ITEM_SCHEMA]}

    @property
    def expected(self) -> LocalizedText:
        """A question, and what it must be."""
        return message("kind.asks.expected", expected=as_message(self.operand.expected))

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge the question, which is the reply's answer."""
        reply = context.reply
        if reply.status != "asks":
            if not reply.status:
                return self.failed(message("kind.asks.no_status"), message("kind.status.none"))
            reason = message("kind.asks.other_status", status=reply.status)
            return self.failed(reason, literal(reply.status))
        return self.adopt(self.operand.evaluate(context), QUESTION, keeps_evidence=True)

    def explain_failure(self, context: EvaluationContext, failed: Verdict) -> Verdict:
        """Explain the operand's failure; one that did not end is not evaluated again."""
        if context.reply.status != "asks" or isinstance(failed, Inconclusive):
            return failed
        return self.adopt(self.operand.judge(context), QUESTION, keeps_evidence=True)
