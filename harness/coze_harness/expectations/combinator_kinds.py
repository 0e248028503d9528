"""Kinds that are made of other expectations."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Self

from coze_harness.expectations.item_argument import ItemArgument, is_list
from coze_harness.expectations.kind import ExpectationKind, Inconclusive, ItemContext, Spans
from coze_harness.expectations.parameter import Parameter, Schema
from coze_harness.messages import LocalizedText, UserText, as_message, message
from coze_harness.model import Verdict, VerdictStatus
from coze_harness.model.trial import EvaluationContext

ITEM_SCHEMA: Final[Schema] = {"$ref": "#/$defs/expectation"}
"""Where the schema of a scenario file must put `item_schema()`."""
_LIST_SCHEMA: Final[Schema] = {"type": "array", "items": ITEM_SCHEMA, "minItems": 1}
_AT_LEAST: Final = Parameter(
    "at_least", ItemArgument.count, {"type": "integer", "minimum": 1}, 1, is_required=True
)
_OF: Final[Parameter[object]] = Parameter(
    "of", lambda one: one.value, _LIST_SCHEMA, (), is_required=True
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleOperandKind(ExpectationKind):
    """What the kinds share whose value is one expectation."""

    combinator: ClassVar[str] = "all_of"
    """The kind with which several expectations are written as one."""

    operand: ExpectationKind

    @classmethod
    def parse(cls, argument: ItemArgument, item: ItemContext) -> Self:
        """Parse one expectation."""
        if is_list(argument.value):
            several = f"{cls.kind}: {{{cls.combinator}: […]}}"
            raise argument.type_error(
                message("expectation.type.one"), message("expectation.write_several", code=several)
            )
        if argument.value is None:
            code = f'{argument.path[-1]}: {{contains: "…"}}'
            raise argument.type_error(
                message("expectation.type.one"), message("expectation.write", code=code)
            )
        operand = item.build_operand(argument.value, argument.positions.below(*argument.path))
        return cls(**item.common, operand=operand)

    @classmethod
    def schema(cls) -> Schema:
        """Return the JSON Schema of one expectation."""
        return {"allOf": [ITEM_SCHEMA]}


class Not(SingleOperandKind):
    """The opposite of an expectation."""

    __slots__ = ()

    kind = "not"
    summary = message("kind.not.summary")
    example = "not: {contains: ChatGPT}"
    combinator = "any_of"

    def operands(self) -> tuple[ExpectationKind, ...]:
        """Return the expectation that must fail."""
        return (self.operand,)

    @property
    def expected(self) -> UserText:
        """What the expectation inside must not find."""
        return self.operand.opposite

    @property
    def opposite(self) -> UserText:
        """What the expectation inside expects."""
        return self.operand.expected

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Reverse the operand's verdict; skipped and inconclusive stay what they are."""
        verdict = self.operand.evaluate(context)
        if verdict.status is VerdictStatus.SKIPPED:
            return self.skipped(verdict.reason)
        if isinstance(verdict, Inconclusive):
            return self.inconclusive(verdict.reason, verdict.actual)
        score = None if verdict.score is None else 1 - verdict.score
        if verdict.status is VerdictStatus.FAILED:
            reason = message("kind.not.passed", reason=verdict.reason)
            return self.passed(reason, verdict.actual, (), score)
        contradiction = self.operand.explain_opposite(verdict)
        return self.failed(contradiction, verdict.actual, verdict.evidence, score)


def _reason(verdict: Verdict) -> LocalizedText:
    """Return the reason of a member's verdict, with the member's name if it has one."""
    if not verdict.name:
        return verdict.reason
    return message("kind.named", name=verdict.name, reason=verdict.reason)


def _reasons(verdicts: Sequence[Verdict]) -> tuple[LocalizedText, ...]:
    return tuple([_reason(verdict) for verdict in verdicts])


def _with_status(verdicts: Sequence[Verdict], status: VerdictStatus) -> list[Verdict]:
    return [one for one in verdicts if one.status is status]


def _evidence(verdicts: Sequence[Verdict]) -> Spans:
    return tuple(span for verdict in verdicts for span in verdict.evidence)


def _build_members(
    argument: ItemArgument, item: ItemContext, code: str
) -> tuple[ExpectationKind, ...]:
    """Build the expectations of a list; `code` is how such a list is written.

    Raises:
        ScenarioError: the value is no list, is empty, or has something that is no expectation.
    """
    if not is_list(argument.value):
        raise argument.type_error(
            message("expectation.type.expectations"), message("expectation.write", code=code)
        )
    members = argument.members(message("expectation.list_empty.expectation"))
    argument.reject_wide_comma()
    return tuple(item.build_operand(one.value, one.positions.below(*one.path)) for one in members)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListKind(ExpectationKind):
    """What the kinds share that are written as a list of expectations."""

    scope = "reply"

    members: tuple[ExpectationKind, ...]

    @classmethod
    def parse(cls, argument: ItemArgument, item: ItemContext) -> Self:
        """Parse a list of at least one expectation."""
        code = f"{cls.kind}: [{{contains: …}}, {{regex: …}}]"
        return cls(**item.common, members=_build_members(argument, item, code))

    @classmethod
    def schema(cls) -> Schema:
        """Return the JSON Schema of a list of expectations."""
        return _LIST_SCHEMA

    def operands(self) -> tuple[ExpectationKind, ...]:
        """Return the members of the list."""
        return self.members

    def expected_of_members(self) -> tuple[LocalizedText, ...]:
        """Return what each member expects."""
        return tuple([as_message(member.expected) for member in self.members])

    def skip(self, verdicts: Sequence[Verdict]) -> Verdict:
        """Return the verdict where members could not be judged.

        Args:
            verdicts: those of these members.
        """
        reasons = _reasons(verdicts)
        several = len(reasons) > 1
        return self.skipped(message("kind.skipped", reasons=reasons) if several else reasons[0])

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge every member, so that all failures are reported."""
        return self.conclude([member.evaluate(context) for member in self.members])

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
    summary = message("kind.any_of.summary")
    example = "any_of: [北京, {regex: '(?i)beijing'}]"

    @property
    def expected(self) -> UserText:
        """What the members expect."""
        return message("kind.any_of.expected", expected=self.expected_of_members())

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge one after the other, up to the first that passes."""
        verdicts: list[Verdict] = []
        for member in self.members:
            one = member.evaluate(context)
            if one.status is VerdictStatus.PASSED:
                return self.accept(one, context)
            verdicts.append(one)
        return self.conclude(verdicts)

    def accept(self, passed: Verdict, context: EvaluationContext) -> Verdict:
        """Return the verdict that follows from that of the first member that passes."""
        return self.passed(_reason(passed), passed.actual, passed.evidence, passed.score)

    def conclude(self, verdicts: Sequence[Verdict]) -> Verdict:
        """Return the verdict where no member passes."""
        skipped = _with_status(verdicts, VerdictStatus.SKIPPED)
        if skipped:
            return self.skip(skipped)
        reason = message("kind.any_of.failed", n=len(verdicts), reasons=_reasons(verdicts))
        if any(isinstance(one, Inconclusive) for one in verdicts):
            return self.inconclusive(reason, verdicts[0].actual)
        return self.failed(reason, verdicts[0].actual, _evidence(verdicts))


class AllOf(ListKind):
    """All of several expectations pass."""

    __slots__ = ()

    kind = "all_of"
    summary = message("kind.all_of.summary")
    example = "all_of: [{starts_with: 我}, {length: {max: 120}}]"

    @property
    def expected(self) -> UserText:
        """What the members expect."""
        return message("kind.all_of.expected", expected=self.expected_of_members())

    def conclude(self, verdicts: Sequence[Verdict]) -> Verdict:
        """Return the failures, if there are any."""
        bad = _with_status(verdicts, VerdictStatus.FAILED)
        if bad:
            reason = message(
                "kind.all_of.failed", n=len(bad), of=len(verdicts), reasons=_reasons(bad)
            )
            if all(isinstance(one, Inconclusive) for one in bad):
                return self.inconclusive(reason, bad[0].actual)
            return self.failed(reason, bad[0].actual, _evidence(bad))
        skipped = _with_status(verdicts, VerdictStatus.SKIPPED)
        if skipped:
            return self.skip(skipped)
        reason = message("kind.all_of.passed", n=len(verdicts), reasons=_reasons(verdicts))
        return self.passed(reason, verdicts[0].actual, _evidence(verdicts))


@dataclass(frozen=True, slots=True, kw_only=True)
class SomeOf(ListKind):
    """At least a number of several expectations pass."""

    kind = "some_of"
    summary = message("kind.some_of.summary")
    example = "some_of: {at_least: 2, of: [北京, 故宫, 长城]}"
    parameters = (_AT_LEAST, _OF)

    at_least: int

    @classmethod
    def parse(cls, argument: ItemArgument, item: ItemContext) -> Self:
        """Parse `{at_least, of}`; the number is at least 1 and at most that of the expectations."""
        arguments = cls.read_arguments(argument)
        members = _build_members(arguments["of"], item, "of: [{contains: …}, {regex: …}]")
        at_least = _AT_LEAST.read(arguments)
        if not 1 <= at_least <= len(members):
            raise arguments["at_least"].error_at(
                message("kind.some_of.count", value=at_least, n=len(members)),
                message("kind.some_of.count.next", n=len(members)),
            )
        return cls(**item.common, members=members, at_least=at_least)

    @classmethod
    def schema(cls) -> Schema:
        """Return the JSON Schema of `{at_least, of}`."""
        return cls.mapping_schema()

    @property
    def expected(self) -> UserText:
        """How many must pass, and what the members expect."""
        return message(
            "kind.some_of.expected", n=self.at_least, expected=self.expected_of_members()
        )

    def conclude(self, verdicts: Sequence[Verdict]) -> Verdict:
        """Compare the number of members that pass with the required one."""
        good = _with_status(verdicts, VerdictStatus.PASSED)
        bad = _with_status(verdicts, VerdictStatus.FAILED)
        skipped = _with_status(verdicts, VerdictStatus.SKIPPED)
        n, of = len(good), len(verdicts)
        if n >= self.at_least:
            reason = message("kind.some_of.passed", n=n, of=of, reasons=_reasons(good))
            return self.passed(reason, good[0].actual, _evidence(good))
        if n + len(skipped) >= self.at_least:
            return self.skip(skipped)
        reason = message(
            "kind.some_of.failed", n=n, of=of, least=self.at_least, reasons=_reasons(bad)
        )
        conclusive = [one for one in bad if not isinstance(one, Inconclusive)]
        if of - len(conclusive) >= self.at_least:
            return self.inconclusive(reason, bad[0].actual)
        return self.failed(reason, bad[0].actual, _evidence(bad))
