"""The base class of all kinds of expectation, and what a kind gets from its item."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar, Literal, Self, TypeAlias, TypedDict

from msgspec import Struct
from msgspec.structs import asdict

from coze_harness.expectations.item_argument import ItemArgument
from coze_harness.expectations.parameter import Parameter, Schema, alternatives, mapping_schema
from coze_harness.expectations.text_normalization import OPTION_KEYS, TEXT_OPTIONS
from coze_harness.messages import UserText, as_message, message
from coze_harness.model import JSON, Severity, Verdict, VerdictStatus
from coze_harness.model.location import Location, SourcePositions
from coze_harness.model.project_code import ProjectCode
from coze_harness.model.trial import EvaluationContext

Spans: TypeAlias = tuple[tuple[int, int], ...]


class CommonFields(TypedDict):
    """The fields that every kind takes from its item."""

    location: Location
    name: str
    weight: float
    severity: Severity


class ItemContext(Struct, frozen=True, kw_only=True):
    """The keys next to a kind in its item, and how a kind builds expectations inside it.

    `options` has the text options (`ignore_case`, `normalize`) as they are written. `code` is where
    functions that an item names are found.
    """

    common: CommonFields
    options: Mapping[str, ItemArgument]
    build_operand: Callable[[JSON, SourcePositions], ExpectationKind]
    code: ProjectCode


class Inconclusive(Verdict, frozen=True, kw_only=True):
    """A failed verdict whose opposite would be wrong, too: `not` must not make it pass.

    It stays among expectations: what leaves them is a plain verdict.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectationKind(ABC):
    """One expectation of a scenario, ready to judge replies. Subclass it to define a kind.

    A kind is a frozen dataclass with class attributes, a `parse` and an `evaluate`, registered with
    `register_kind`. It is written in scenarios like any other: `- polite: [请, 您]`.

        @register_kind
        @dataclass(frozen=True, slots=True, kw_only=True)
        class Polite(ExpectationKind):
            kind = "polite"
            summary = "The answer uses one of these polite words."
            example = "polite: [请, 您]"

            words: tuple[str, ...]

            @classmethod
            def parse(cls, argument: ItemArgument, item: ItemContext) -> Self:
                return cls(**item.common, words=argument.texts())

            @classmethod
            def schema(cls) -> Schema:
                return {"type": "array", "items": {"type": "string"}, "minItems": 1}

            @property
            def expected(self) -> str:
                return f"uses {' or '.join(self.words)}"

            def evaluate(self, context: EvaluationContext) -> Verdict:
                answer = context.reply.answer
                for word in self.words:
                    if word in answer:
                        return self.passed(f"The answer says {word}.", word)
                return self.failed("The answer says none of the words.", answer)

    A kind that is written as a mapping declares its keys in `parameters`, reads them with
    `read_arguments`, and needs no `schema` of its own. Judging is pure: the same reply gets the
    same verdict, without network and clock. Expectations are pickled for worker processes.

    A text such as those of `expected`, `passed` and `failed` is the same in every language. A
    `LocalizedText` of the catalogue is written in the reader's language.
    """

    kind: ClassVar[str]
    """The key that authors write."""
    summary: ClassVar[UserText]
    """One line for the table of kinds, and for editors: `message("kind.NAME.summary")` here."""
    example: ClassVar[str]
    """One item as it is written in a scenario, without its dash."""
    parameters: ClassVar[tuple[Parameter[object], ...]] = ()
    """What the kind's own mapping may have; `known_keys`, `schema` and `read_arguments` use it."""
    short_form: ClassVar[str] = ""
    """The key of the parameter that a bare value means, if there is one."""
    takes_text_options: ClassVar[bool] = False
    """Whether `ignore_case` and `normalize` may be in the mapping, and next to the kind."""
    short_schemas: ClassVar[tuple[Schema, ...]] = ()
    """JSON Schemas of values that are no mapping, besides that of `short_form`."""
    mapping_rules: ClassVar[Schema] = MappingProxyType({})
    """Further keywords of the JSON Schema of the mapping, such as `minProperties`."""
    scope: ClassVar[Literal["answer", "reply"]] = "answer"
    """What the kind judges: a text, or more of the reply than its answer."""

    location: Location
    name: str = ""
    weight: float = 1.0
    severity: Severity = Severity.ERROR

    @classmethod
    @abstractmethod
    def parse(cls, argument: ItemArgument, item: ItemContext) -> Self:
        """Build the expectation from the value of the kind's key.

        Raises:
            ScenarioError: the value is not valid for this kind.
        """

    @classmethod
    def known_keys(cls) -> tuple[str, ...]:
        """Return the keys that the kind's own mapping may have."""
        options = OPTION_KEYS if cls.takes_text_options else ()
        return (*(one.key for one in cls.parameters), *options)

    @classmethod
    def read_arguments(cls, argument: ItemArgument) -> dict[str, ItemArgument]:
        """Return the values of the kind's mapping by key; a bare value is that of `short_form`.

        Raises:
            ScenarioError: the value is not a mapping, has an unknown key or lacks a required one.
        """
        if cls.short_form and not isinstance(argument.value, dict):
            return {cls.short_form: argument}
        arguments = argument.fields(cls.known_keys(), cls.example)
        for one in cls.parameters:
            if one.is_required and one.key not in arguments:
                raise argument.error_at(
                    message("expectation.key_required", label=argument.label, key=one.key),
                    message("expectation.write", code=cls.example),
                )
        return arguments

    @classmethod
    def schema(cls) -> Schema:
        """Return the JSON Schema (draft 2020-12) of the value of the kind's key."""
        short = [one.schema for one in cls.parameters if one.key == cls.short_form]
        short += cls.short_schemas
        return alternatives(*short, cls.mapping_schema()) if short else cls.mapping_schema()

    @classmethod
    def mapping_schema(cls) -> Schema:
        """Return the JSON Schema of the kind's mapping."""
        options = TEXT_OPTIONS if cls.takes_text_options else ()
        return {**mapping_schema((*cls.parameters, *options)), **cls.mapping_rules}

    @abstractmethod
    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge a reply; leave words that take time to find to `explain_failure`.

        Whatever a reply contains, this returns a verdict and raises nothing.
        """

    def explain_failure(self, context: EvaluationContext, failed: Verdict) -> Verdict:
        """Return the failed verdict of `evaluate` with all that a person should know."""
        return failed

    def judge(self, context: EvaluationContext) -> Verdict:
        """Judge a reply; whatever it contains, this returns a verdict and raises nothing."""
        verdict = self.evaluate(context)
        if verdict.status is not VerdictStatus.FAILED:
            return verdict
        verdict = self.explain_failure(context, verdict)
        if isinstance(verdict, Inconclusive):
            return self.failed(verdict.reason, verdict.actual)
        return verdict

    @property
    @abstractmethod
    def expected(self) -> UserText:
        """What is expected, in a few words: `contains "学术助手"`."""

    @property
    def opposite(self) -> UserText:
        """What `not` around this expectation expects: `does not contain "学术助手"`."""
        return message("kind.not.expected", expected=as_message(self.expected))

    def explain_opposite(self, passed: Verdict) -> UserText:
        """Return why `not` around this expectation fails.

        Args:
            passed: the verdict of this expectation.
        """
        return message("kind.not.failed", reason=passed.reason)

    def operands(self) -> tuple[ExpectationKind, ...]:
        """Return the expectations that this one is made of."""
        return ()

    def verdict(
        self,
        status: VerdictStatus,
        reason: UserText,
        actual: UserText,
        evidence: Spans = (),
        score: float | None = None,
    ) -> Verdict:
        """Return a verdict with this expectation's location, name, weight and severity.

        Args:
            status: of the verdict.
            reason: why: one sentence.
            actual: what the reply has instead of the expected, in a few words.
            evidence: start and end of the parts of the answer that decided.
            score: 0 to 1, where the kind measures one.
        """
        return Verdict(
            kind=self.kind,
            status=status,
            expected=as_message(self.expected),
            actual=as_message(actual),
            reason=as_message(reason),
            location=self.location,
            name=self.name,
            weight=self.weight,
            severity=self.severity,
            score=score,
            evidence=evidence,
        )

    def passed(
        self, reason: UserText, actual: UserText, evidence: Spans = (), score: float | None = None
    ) -> Verdict:
        """Return a passed verdict."""
        return self.verdict(VerdictStatus.PASSED, reason, actual, evidence, score)

    def failed(
        self, reason: UserText, actual: UserText, evidence: Spans = (), score: float | None = None
    ) -> Verdict:
        """Return a failed verdict."""
        return self.verdict(VerdictStatus.FAILED, reason, actual, evidence, score)

    def skipped(self, reason: UserText) -> Verdict:
        """Return the verdict for something that was not recorded."""
        return self.verdict(VerdictStatus.SKIPPED, reason, "")

    def inconclusive(self, reason: UserText, actual: UserText) -> Verdict:
        """Return the failed verdict for an evaluation that did not end."""
        return Inconclusive(**asdict(self.failed(reason, actual)))
