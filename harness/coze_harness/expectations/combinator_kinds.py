"""Kinds that are made of other expectations."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Self

from coze_harness.expectations.item_argument import ItemArgument, is_list
from coze_harness.expectations.kind import ExpectationKind, Inconclusive, ItemContext, Schema, Spans
from coze_harness.model import Verdict, VerdictStatus
from coze_harness.model.trial import EvaluationContext

ITEM: Final[Schema] = {"$ref": "#/$defs/expectation"}
"""Where the schema of a scenario file must put `item_schema()`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Not(ExpectationKind):
    """The opposite of an expectation."""

    kind: ClassVar[str] = "not"
    summary: ClassVar[str] = "The opposite of one expectation."
    example: ClassVar[str] = "not: {contains: ChatGPT}"
    verbs: ClassVar[tuple[str, str]] = ("does not", "fail to")

    demand: ExpectationKind

    @classmethod
    def parse(cls, given: ItemArgument, item: ItemContext) -> Self:
        """Build from one expectation."""
        if is_list(given.value):
            raise given.type_error(
                "one expectation", "to rule out several, write not: {any_of: […]}"
            )
        demand = item.build_inner(given.value, given.positions.below(*given.path))
        return cls(
            **item.common, description=f"{demand.verbs[1]} {demand.description}", demand=demand
        )

    @classmethod
    def schema(cls) -> Schema:
        """Return the JSON Schema of one expectation."""
        return {"description": cls.summary, "allOf": [ITEM]}

    def operands(self) -> tuple[ExpectationKind, ...]:
        """Return the expectation that must not hold."""
        return (self.demand,)

    def evaluate(self, seen: EvaluationContext) -> Verdict:
        """Turn the inner verdict round; what could not be judged stays so."""
        was = self.demand.evaluate(seen)
        if was.status is VerdictStatus.SKIPPED:
            return self.skipped(was.reason)
        if isinstance(was, Inconclusive):
            return self.inconclusive(was.reason, was.actual)
        if was.status is VerdictStatus.FAILED:
            return self.passed(f"it does not: {was.reason}", was.actual, (), was.score)
        return self.failed(
            f"the {self.demand.subject} must not {self.description}, but it does: {was.reason}",
            was.actual,
            was.evidence,
            was.score,
        )


def _reasons(verdicts: Sequence[Verdict]) -> str:
    """Return each inner demand with what came of it."""
    return "; ".join(f"{v.name or v.expected}: {v.reason}" for v in verdicts)


def _evidence(verdicts: Sequence[Verdict]) -> Spans:
    """Return the pieces of the answer that decided the inner demands."""
    return tuple(span for one in verdicts for span in one.evidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListKind(ExpectationKind):
    """What the kinds share that are written as a list of expectations."""

    subject = "reply"

    demands: tuple[ExpectationKind, ...]

    @classmethod
    def parse(cls, given: ItemArgument, item: ItemContext) -> Self:
        """Build every expectation of a list with at least one member."""
        if not is_list(given.value):
            raise given.type_error(
                "a list of expectations", f"write {given.path[-1]}: [{{contains: …}}, {{regex: …}}]"
            )
        if not given.value:
            raise given.error_at(
                f'"{given.label}" is an empty list.', "name one expectation or more"
            )
        demands = tuple(
            item.build_inner(member, given.positions.below(*given.path, i))
            for i, member in enumerate(given.value)
        )
        wanted = ", ".join(demand.expected for demand in demands)
        return cls(**item.common, description=wanted, demands=demands)

    @classmethod
    def schema(cls) -> Schema:
        """Return the JSON Schema of a list of expectations."""
        return {"description": cls.summary, "type": "array", "items": ITEM, "minItems": 1}

    def operands(self) -> tuple[ExpectationKind, ...]:
        """Return the members of the list."""
        return self.demands

    @abstractmethod
    def conclude(self, verdicts: Sequence[Verdict]) -> Verdict:
        """Return the verdict that follows from those of the members."""

    def explain_failure(self, seen: EvaluationContext, failed: Verdict) -> Verdict:
        """Let each member that failed explain itself; what was given up is not tried again."""
        if isinstance(failed, Inconclusive):
            return failed
        return self.conclude([demand.judge(seen) for demand in self.demands])


class AnyOf(ListKind):
    """At least one of several expectations holds."""

    __slots__ = ()

    kind: ClassVar[str] = "any_of"
    summary: ClassVar[str] = "At least one of several expectations holds."
    example: ClassVar[str] = "any_of: [北京, {regex: '(?i)beijing'}]"
    verbs: ClassVar[tuple[str, str]] = ("meets any of:", "meet any of:")

    def evaluate(self, seen: EvaluationContext) -> Verdict:
        """Judge one after the other, up to the first that holds."""
        verdicts: list[Verdict] = []
        for demand in self.demands:
            one = demand.evaluate(seen)
            if one.status is VerdictStatus.PASSED:
                reason = f"{one.name or one.expected}: {one.reason}"
                return self.passed(reason, one.actual, one.evidence, one.score)
            verdicts.append(one)
        return self.conclude(verdicts)

    def conclude(self, verdicts: Sequence[Verdict]) -> Verdict:
        """Return what follows when no alternative holds."""
        skipped = [one for one in verdicts if one.status is VerdictStatus.SKIPPED]
        if skipped:
            return self.skipped(_reasons(skipped))
        reason = f"none of the {len(verdicts)} holds: {_reasons(verdicts)}"
        if any(isinstance(one, Inconclusive) for one in verdicts):
            return self.inconclusive(reason, verdicts[0].actual)
        return self.failed(reason, verdicts[0].actual, _evidence(verdicts))


class AllOf(ListKind):
    """Every one of several expectations holds."""

    __slots__ = ()

    kind: ClassVar[str] = "all_of"
    summary: ClassVar[str] = "Every one of several expectations holds; useful inside `any_of`."
    example: ClassVar[str] = "all_of: [{starts_with: 我}, {length: {max: 120}}]"
    verbs: ClassVar[tuple[str, str]] = ("meets all of:", "meet all of:")

    def evaluate(self, seen: EvaluationContext) -> Verdict:
        """Judge every member, so that all that fail are told."""
        return self.conclude([demand.evaluate(seen) for demand in self.demands])

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
