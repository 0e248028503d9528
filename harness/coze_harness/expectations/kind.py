"""What every kind of expectation has in common: where it stands, how much it counts, its words."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal, Self, TypeAlias, TypedDict

from coze_harness.expectations.item_argument import ItemArgument
from coze_harness.model import JSON, Severity, Verdict, VerdictStatus
from coze_harness.model.location import Location, SourcePositions
from coze_harness.model.trial import EvaluationContext

Schema: TypeAlias = Mapping[str, JSON]
Spans: TypeAlias = tuple[tuple[int, int], ...]


class CommonFields(TypedDict):
    """The fields that every kind takes from its item."""

    location: Location
    name: str
    weight: float
    severity: Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemContext:
    """What stands beside a kind in its item, and how a kind builds the items inside it.

    `options` holds the text options (`ignore_case`, `normalize`) as they are written.
    """

    common: CommonFields
    options: Mapping[str, ItemArgument]
    build_inner: Callable[[JSON, SourcePositions], ExpectationKind]


class Inconclusive(Verdict, frozen=True, kw_only=True):
    """A failed verdict whose opposite would be wrong, too: `not` must not make it pass.

    It stays among expectations: what leaves them is a plain verdict.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectationKind(ABC):
    """One declared demand, ready to judge replies.

    A kind is one class with a `parse`, a `schema` and a `glance`, named in `KINDS`. `wanted` is the
    demand's own words; with one of `verbs` before them they say what was expected (`contains "x"`)
    or, under `not`, what must not be (`does not contain "x"`).
    """

    kind: ClassVar[str]
    summary: ClassVar[str]
    """One line for the table of kinds."""
    example: ClassVar[str]
    """One item as it is written in a scenario, without its dash."""
    keys: ClassVar[tuple[str, ...]] = ()
    """What may stand in the kind's own mapping."""
    options: ClassVar[tuple[str, ...]] = ()
    """Text options that may stand beside the kind, too."""
    subject: ClassVar[Literal["answer", "reply"]] = "answer"
    verbs: ClassVar[tuple[str, str]]
    """The verb of `wanted`, as in "it contains" and as in "does not contain"."""

    location: Location
    name: str = ""
    weight: float = 1.0
    severity: Severity = Severity.ERROR
    description: str

    @classmethod
    @abstractmethod
    def parse(cls, given: ItemArgument, item: ItemContext) -> Self:
        """Build the demand from what is written behind the kind's name.

        Raises:
            ScenarioError: the value cannot be a demand of this kind.
        """

    @classmethod
    @abstractmethod
    def schema(cls) -> Schema:
        """Return the JSON Schema of what may be written behind the kind's name."""

    @abstractmethod
    def evaluate(self, seen: EvaluationContext) -> Verdict:
        """Judge a reply, and leave words that take time to find to `explain`.

        Whatever a reply holds, this returns a verdict and raises nothing.
        """

    def explain_failure(self, seen: EvaluationContext, failed: Verdict) -> Verdict:
        """Return the failed verdict that `glance` gave, with all that a person should know."""
        return failed

    def judge(self, seen: EvaluationContext) -> Verdict:
        """Judge a reply; whatever it holds, this returns a verdict and raises nothing."""
        verdict = self.evaluate(seen)
        if verdict.status is not VerdictStatus.FAILED:
            return verdict
        verdict = self.explain_failure(seen, verdict)
        if isinstance(verdict, Inconclusive):
            return self.failed(verdict.reason, verdict.actual)
        return verdict

    @property
    def expected(self) -> str:
        """What is expected, in words: `contains "学术助手"`."""
        return f"{self.verbs[0]} {self.description}"

    def operands(self) -> tuple[ExpectationKind, ...]:
        """Return the demands that this one is made of."""
        return ()

    def verdict(
        self,
        status: VerdictStatus,
        reason: str,
        actual: str,
        evidence: Spans = (),
        score: float | None = None,
    ) -> Verdict:
        """Return a verdict that carries this demand's place, name, weight and severity."""
        return Verdict(
            kind=self.kind,
            status=status,
            expected=f"{self.verbs[0]} {self.description}",
            actual=actual,
            reason=reason,
            location=self.location,
            name=self.name,
            weight=self.weight,
            severity=self.severity,
            score=score,
            evidence=evidence,
        )

    def passed(
        self, reason: str, actual: str, evidence: Spans = (), score: float | None = None
    ) -> Verdict:
        """Return a passed verdict."""
        return self.verdict(VerdictStatus.PASSED, reason, actual, evidence, score)

    def failed(
        self, reason: str, actual: str, evidence: Spans = (), score: float | None = None
    ) -> Verdict:
        """Return a failed verdict."""
        return self.verdict(VerdictStatus.FAILED, reason, actual, evidence, score)

    def skipped(self, reason: str) -> Verdict:
        """Return the verdict for a demand on something that was not recorded."""
        return self.verdict(VerdictStatus.SKIPPED, reason, "")

    def inconclusive(self, reason: str, actual: str) -> Verdict:
        """Return the failed verdict for a judgement that was given up."""
        return Inconclusive(
            kind=self.kind,
            status=VerdictStatus.FAILED,
            expected=self.expected,
            actual=actual,
            reason=reason,
            location=self.location,
            name=self.name,
            weight=self.weight,
            severity=self.severity,
        )
