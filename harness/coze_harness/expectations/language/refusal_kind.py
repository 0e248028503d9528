"""The kind `refusal`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from coze_harness.expectations.excerpt import excerpt, excerpt_around
from coze_harness.expectations.item_argument import ItemArgument
from coze_harness.expectations.kind import ExpectationKind, ItemContext
from coze_harness.expectations.language.refusal_phrases import find_refusal
from coze_harness.expectations.parameter import Schema
from coze_harness.expectations.subject import ANSWER
from coze_harness.messages import LocalizedText, message
from coze_harness.model import Verdict
from coze_harness.model.trial import EvaluationContext


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal(ExpectationKind):
    """The answer refuses, or it does not."""

    kind = "refusal"
    summary = message("kind.refusal.summary")
    example = "refusal: true"

    is_refusal: bool

    @classmethod
    def parse(cls, argument: ItemArgument, item: ItemContext) -> Self:
        """Parse true or false."""
        return cls(**item.common, is_refusal=argument.flag())

    @classmethod
    def schema(cls) -> Schema:
        """Return the JSON Schema of true or false."""
        return {"type": "boolean"}

    @property
    def expected(self) -> LocalizedText:
        """A refusal, or none."""
        return message("kind.refusal.expected" if self.is_refusal else "kind.refusal.opposite")

    @property
    def opposite(self) -> LocalizedText:
        """The opposite."""
        return message("kind.refusal.opposite" if self.is_refusal else "kind.refusal.expected")

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge the answer's beginning; evidence marks the phrase that refuses."""
        answer = context.reply.answer
        span = find_refusal(answer)
        verdict = self.passed if self.is_refusal is (span is not None) else self.failed
        if span is None:
            return verdict(message("kind.refusal.none", subject=ANSWER), excerpt(answer))
        start, end = span
        reason = message(
            "kind.refusal.found", subject=ANSWER, text=excerpt(answer[start:end]), at=start + 1
        )
        return verdict(reason, excerpt_around(answer, start, end), (span,))
