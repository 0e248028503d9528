"""Kinds that are made of other expectations."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from coze_harness.expectations.item_argument import ItemArgument, is_list
from coze_harness.expectations.kind import ExpectationKind, Inconclusive, ItemContext, Spans
from coze_harness.expectations.parameter import Schema
from coze_harness.model import Verdict, VerdictStatus
from coze_harness.model.trial import EvaluationContext

ITEM_SCHEMA: Final[Schema] = {"$ref": "#/$defs/expectation"}
"""Where the schema of a scenario file must put `item_schema()`."""


def build_single_operand(
    argument: ItemArgument, item: ItemContext, *, several: str
) -> ExpectationKind:
    """Build the one expectation that is a kind's value.

    Args:
        argument: the kind's value.
        item: the item that it is in.
        several: how to write several expectations instead.

    Raises:
        ScenarioError: the value is a list, or not an expectation.
    """
    if is_list(argument.value):
        raise argument.type_error("one expectation", f"For several, write `{several}`.")
    return item.build_operand(argument.value, argument.positions.below(*argument.path))


@dataclass(frozen=True, slots=True, kw_only=True)
class Not(ExpectationKind):
    """The opposite of an expectation."""

    kind = "not"
    summary = "The opposite of one expectation."
    example = "not: {contains: ChatGPT}"
    verb_forms = ("does not", "fail to")

    operand: ExpectationKind

    @classmethod
    def parse(cls, argument: ItemArgument, item: ItemContext) -> Self:
        """Parse one expectation."""
        operand = build_single_operand(argument, item, several="not: {any_of: […]}")
        description = f"{operand.verb_forms[1]} {operand.description}"
        return cls(**item.common, description=description, operand=operand)

    @classmethod
    def schema(cls) -> Schema:
        """Return the JSON Schema of one expectation."""
        return {"allOf": [ITEM_SCHEMA]}

    def operands(self) -> tuple[ExpectationKind, ...]:
        """Return the expectation that must fail."""
        return (self.operand,)

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Reverse the operand's verdict; skipped and inconclusive stay what they are."""
        verdict = self.operand.evaluate(context)
        if verdict.status is VerdictStatus.SKIPPED:
            return self.skipped(verdict.reason)
        if isinstance(verdict, Inconclusive):
            return self.inconclusive(verdict.reason, verdict.actual)
        if verdict.status is VerdictStatus.FAILED:
            reason = f"it does not: {verdict.reason}"
            return self.passed(reason, verdict.actual, (), verdict.score)
        reason = (
            f"the {self.operand.scope} must not {self.description}, but it does: {verdict.reason}"
        )
        return self.failed(reason, verdict.actual, verdict.evidence, verdict.score)


def _reasons(verdicts: Sequence[Verdict]) -> str:
    """Return each member with the reason of its verdict."""
    return "; ".join(f"{v.name or v.expected}: {v.reason}" for v in verdicts)


def _evidence(verdicts: Sequence[Verdict]) -> Spans:
    """Return the parts of the answer that decided the members."""
    return tuple(span for verdict in verdicts for span in verdict.evidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListKind(ExpectationKind):
    """What the kinds share that are written as a list of expectations."""

    scope = "reply"

    members: tuple[ExpectationKind, ...]

    @classmethod
    def parse(cls, argument: ItemArgument, item: ItemContext) -> Self:
        """Parse a list of at least one expectation."""
        if not is_list(argument.value):
            raise argument.type_error(
                "a list of expectations", f"Write `{cls.kind}: [{{contains: …}}, {{regex: …}}]`."
            )
        if not argument.value:
            raise argument.error_at(
                f'"{argument.label}" is an empty list.', "Write at least one expectation."
            )
        members = tuple(
            item.build_operand(member, argument.positions.below(*argument.path, i))
            for i, member in enumerate(argument.value)
        )
        description = ", ".join(member.expected for member in members)
        return cls(**item.common, description=description, members=members)

    @classmethod
    def schema(cls) -> Schema:
        """Return the JSON Schema of a list of expectations."""
        return {"type": "array", "items": ITEM_SCHEMA, "minItems": 1}

    def operands(self) -> tuple[ExpectationKind, ...]:
        """Return the members of the list."""
        return self.members

    @abstractmethod
    def conclude(self, verdicts: Sequence[Verdict]) -> Verdict:
        """Return the verdict that follows from those of the members."""

    def explain_failure(self, context: EvaluationContext, failed: Verdict) -> Verdict:
        """Explain each member that failed; one that did not end is not evaluated again."""
        if isinstance(failed, Inconclusive):
            return failed
        return self.conclude([member.judge(context) for member in self.members])


class AnyOf(ListKind):
    """At least one of several expectations passes."""

    __slots__ = ()

    kind = "any_of"
    summary = "At least one of several expectations passes."
    example = "any_of: [北京, {regex: '(?i)beijing'}]"
    verb_forms = ("meets any of:", "meet any of:")

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge one after the other, up to the first that passes."""
        verdicts: list[Verdict] = []
        for member in self.members:
            one = member.evaluate(context)
            if one.status is VerdictStatus.PASSED:
                reason = f"{one.name or one.expected}: {one.reason}"
                return self.passed(reason, one.actual, one.evidence, one.score)
            verdicts.append(one)
        return self.conclude(verdicts)

    def conclude(self, verdicts: Sequence[Verdict]) -> Verdict:
        """Return the verdict where no member passes."""
        skipped = [one for one in verdicts if one.status is VerdictStatus.SKIPPED]
        if skipped:
            return self.skipped(_reasons(skipped))
        reason = f"none of the {len(verdicts)} holds: {_reasons(verdicts)}"
        if any(isinstance(one, Inconclusive) for one in verdicts):
            return self.inconclusive(reason, verdicts[0].actual)
        return self.failed(reason, verdicts[0].actual, _evidence(verdicts))


class AllOf(ListKind):
    """All of several expectations pass."""

    __slots__ = ()

    kind = "all_of"
    summary = "All of several expectations pass; useful inside `any_of`."
    example = "all_of: [{starts_with: 我}, {length: {max: 120}}]"
    verb_forms = ("meets all of:", "meet all of:")

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge every member, so that all failures are reported."""
        return self.conclude([member.evaluate(context) for member in self.members])

    def conclude(self, verdicts: Sequence[Verdict]) -> Verdict:
        """Return the failures, if there are any."""
        bad = [one for one in verdicts if one.status is VerdictStatus.FAILED]
        if bad:
            reason = f"{len(bad)} of {len(verdicts)} failed: {_reasons(bad)}"
            if all(isinstance(one, Inconclusive) for one in bad):
                return self.inconclusive(reason, bad[0].actual)
            return self.failed(reason, bad[0].actual, _evidence(bad))
        skipped = [one for one in verdicts if one.status is VerdictStatus.SKIPPED]
        if skipped:
            return self.skipped(_reasons(skipped))
        return self.passed(_reasons(verdicts), verdicts[0].actual, _evidence(verdicts))
