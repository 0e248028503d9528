"""The kind `reasoning`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

from coze_harness.expectations.combinator_kinds import ITEM
from coze_harness.expectations.item_argument import ItemArgument, is_list
from coze_harness.expectations.kind import ExpectationKind, Inconclusive, ItemContext, Schema
from coze_harness.model import Message, Verdict, VerdictStatus, replace
from coze_harness.model.trial import EvaluationContext


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasoning(ExpectationKind):
    """A demand on what the bot thought before it answered (Coze's `reasoning_content`)."""

    kind: ClassVar[str] = "reasoning"
    summary: ClassVar[str] = (
        "What a deep-thinking model thought first meets one expectation on text; skipped where "
        "the bot gives none."
    )
    example: ClassVar[str] = "reasoning: {contains: 天气}"
    subject = "reply"
    verbs: ClassVar[tuple[str, str]] = ("has reasoning that", "have reasoning that")

    demand: ExpectationKind

    @classmethod
    def parse(cls, given: ItemArgument, item: ItemContext) -> Self:
        """Build from one expectation on text, or several by `all_of` and its like."""
        if is_list(given.value):
            raise given.type_error("one expectation", "for several, write reasoning: {all_of: […]}")
        demand = item.build_inner(given.value, given.positions.below(*given.path))
        if other := _no_text_kind(demand):
            raise given.error_at(
                f'"{other}" is not about a text, and reasoning is one.',
                "write a kind of text inside: reasoning: {contains: …}",
            )
        return cls(**item.common, description=demand.expected, demand=demand)

    @classmethod
    def schema(cls) -> Schema:
        """Return the JSON Schema of one expectation."""
        return {"description": cls.summary, "allOf": [ITEM]}

    def operands(self) -> tuple[ExpectationKind, ...]:
        """Return nothing: what is inside asks of the reasoning, and not of the reply."""
        return ()

    def evaluate(self, seen: EvaluationContext) -> Verdict:
        """Judge the reasoning of all answers as one text."""
        thought = _thought(seen)
        if thought is None:
            return self.skipped("the reply has no reasoning")
        return self._told(self.demand.evaluate(thought))

    def explain_failure(self, seen: EvaluationContext, failed: Verdict) -> Verdict:
        """Let the inner demand explain itself; what was given up is not tried again."""
        thought = _thought(seen)
        if thought is None or isinstance(failed, Inconclusive):
            return failed
        return self._told(self.demand.judge(thought))

    def _told(self, was: Verdict) -> Verdict:
        """Return the inner verdict as this demand's; its evidence is no part of the answer."""
        reason = was.reason
        if reason.startswith("the answer"):
            reason = f"the reasoning{reason.removeprefix('the answer')}"
        if was.status is VerdictStatus.SKIPPED:
            return self.skipped(reason)
        if isinstance(was, Inconclusive):
            return self.inconclusive(reason, was.actual)
        return self.verdict(was.status, reason, was.actual, (), was.score)


def _no_text_kind(demand: ExpectationKind) -> str:
    """Return the name of a kind that is not about a text, the demand's own or one inside it."""
    inner = demand.operands()
    if inner:
        return next(filter(None, map(_no_text_kind, inner)), "")
    return "" if demand.subject == "answer" else demand.kind


def _thought(seen: EvaluationContext) -> EvaluationContext | None:
    """Return the reasoning in the answer's place, if there is any."""
    thoughts = [one.reasoning for one in seen.reply.messages if one.reasoning]
    if not thoughts:
        return None
    said = Message(id="", role="assistant", type="answer", content="\n".join(thoughts))
    return replace(seen, reply=replace(seen.reply, messages=(said,)))
