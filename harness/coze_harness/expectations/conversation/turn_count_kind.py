"""The kind `turns`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from coze_harness.expectations.item_argument import ItemArgument
from coze_harness.expectations.kind import ExpectationKind, ItemContext
from coze_harness.expectations.number_range import COUNTS, NumberRange, Violation, range_schema
from coze_harness.expectations.parameter import Schema
from coze_harness.messages import LocalizedText, message
from coze_harness.model import Verdict
from coze_harness.model.trial import EvaluationContext


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnCount(ExpectationKind):
    """The number of turns of the conversation so far, the one that is judged included."""

    kind = "turns"
    summary = message("kind.turns.summary")
    example = "turns: {max: 6}"
    parameters = COUNTS
    scope = "reply"

    bounds: NumberRange

    @classmethod
    def parse(cls, argument: ItemArgument, item: ItemContext) -> Self:
        """Parse a number, which is the most, or `{min, max}`."""
        return cls(**item.common, bounds=NumberRange.parse(argument, COUNTS, "max"))

    @classmethod
    def schema(cls) -> Schema:
        """Return the JSON Schema of a number or `{min, max}`."""
        return range_schema(COUNTS)

    @property
    def expected(self) -> LocalizedText:
        """The range of the number."""
        return self.bounds.describe(_amount)

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge the number of turns up to this reply."""
        count = len(context.previous_replies) + 1
        violation = self.bounds.violation(count)
        amount = _amount(count)
        if violation is None:
            return self.passed(_reason(amount, None), amount)
        return self.failed(_reason(amount, violation), amount)


def _amount(n: float | str) -> LocalizedText:
    return message("kind.amount.turns", n=n)


def _reason(amount: LocalizedText, violation: Violation | None) -> LocalizedText:
    match violation:
        case None:
            return message("kind.turns.within", amount=amount)
        case ("above", n):
            return message("kind.turns.above", amount=amount, n=n)
        case ("below", n):
            return message("kind.turns.below", amount=amount, n=n)
        case (_, n):
            return message("kind.turns.exact", amount=amount, n=n)
