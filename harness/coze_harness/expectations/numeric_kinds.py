"""Kinds on what a reply took: seconds, tokens, look-ups."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from coze_harness.expectations.item_argument import ItemArgument
from coze_harness.expectations.kind import ExpectationKind, ItemContext, Schema
from coze_harness.expectations.number_range import NumberRange, format_number, range_schema
from coze_harness.model import Reply, Verdict
from coze_harness.model.trial import EvaluationContext


@dataclass(frozen=True, slots=True, kw_only=True)
class NumericKind(ExpectationKind):
    """What kinds share that compare one number of a reply with a range."""

    keys: ClassVar[tuple[str, ...]] = ("min", "max")
    subject = "reply"
    counts: ClassVar[bool] = True
    bare: ClassVar[Literal["max", "exact"]] = "max"
    units: ClassVar[tuple[str, str]]
    """One, and several."""
    absent: ClassVar[str] = ""
    """Why there may be no number."""

    bounds: NumberRange

    @staticmethod
    @abstractmethod
    def amount(reply: Reply) -> float | None:
        """Return the number, or `None` where it was not recorded."""

    @classmethod
    def parse(cls, given: ItemArgument, item: ItemContext) -> Self:
        """Build from a number or `{min, max}`."""
        bounds = NumberRange.parse(given, cls.bare, counts=cls.counts)
        one = 1 in (bounds.most, bounds.least) and None in (bounds.most, bounds.least)
        unit = cls.units[0 if one or bounds.least == bounds.most == 1 else 1]
        return cls(**item.common, description=f"{bounds.describe} {unit}", bounds=bounds)

    @classmethod
    def schema(cls) -> Schema:
        """Return the JSON Schema of a number or `{min, max}`."""
        return range_schema(cls.summary, counts=cls.counts)

    def evaluate(self, seen: EvaluationContext) -> Verdict:
        """Judge the number; where there is none, the verdict is skipped."""
        value = self.amount(seen.reply)
        if value is None:
            return self.skipped(self.absent)
        actual = f"{format_number(value)} {self.units[0 if value == 1 else 1]}"
        breach = self.bounds.violated_limit(value)
        if not breach:
            return self.passed(f"it was {actual}", actual)
        if format_number(value) == format_number(self.bounds.most or 0):
            actual = f"{value!r} {self.units[1]}"
        return self.failed(f"it was {actual}, {breach}", actual)


class Latency(NumericKind):
    """Seconds from sending the prompt to the end of the reply."""

    __slots__ = ()

    kind: ClassVar[str] = "latency"
    summary: ClassVar[str] = (
        "Seconds from sending the prompt to the end; a bare number is the most."
    )
    example: ClassVar[str] = "latency: {max: 10}"
    verbs: ClassVar[tuple[str, str]] = ("takes", "take")
    counts: ClassVar[bool] = False
    units: ClassVar[tuple[str, str]] = ("s", "s")
    absent: ClassVar[str] = "the recording does not say how long the reply took"

    @staticmethod
    def amount(reply: Reply) -> float | None:
        """Return the seconds."""
        return reply.seconds


class FirstToken(NumericKind):
    """Seconds to the first piece of a streamed answer."""

    __slots__ = ()

    kind: ClassVar[str] = "first_token"
    summary: ClassVar[str] = (
        "Seconds to the first piece of the answer (with `stream: true`); a bare number is the most."
    )
    example: ClassVar[str] = "first_token: {max: 2}"
    verbs: ClassVar[tuple[str, str]] = ("begins after", "begin after")
    counts: ClassVar[bool] = False
    units: ClassVar[tuple[str, str]] = ("s", "s")
    absent: ClassVar[str] = "no first piece was timed; only streams have one (stream: true)"

    @staticmethod
    def amount(reply: Reply) -> float | None:
        """Return the seconds."""
        return reply.first_token


class TokenUsage(NumericKind):
    """Tokens that the reply used in all."""

    __slots__ = ()

    kind: ClassVar[str] = "tokens"
    summary: ClassVar[str] = "Tokens used in all, prompt and answer; a bare number is the most."
    example: ClassVar[str] = "tokens: {max: 800}"
    verbs: ClassVar[tuple[str, str]] = ("uses", "use")
    units: ClassVar[tuple[str, str]] = ("token", "tokens")
    absent: ClassVar[str] = "Coze told no token usage for this reply"

    @staticmethod
    def amount(reply: Reply) -> float | None:
        """Return the tokens of prompt and answer."""
        return reply.usage.total if reply.usage else None


class Polls(NumericKind):
    """How often the chat's status was asked."""

    __slots__ = ()

    kind: ClassVar[str] = "polls"
    summary: ClassVar[str] = "How often the chat's status was asked; a bare number is the most."
    example: ClassVar[str] = "polls: {max: 6}"
    verbs: ClassVar[tuple[str, str]] = ("takes", "take")
    units: ClassVar[tuple[str, str]] = ("poll", "polls")

    @staticmethod
    def amount(reply: Reply) -> float | None:
        """Return the number of status look-ups."""
        return reply.poll_count


class FollowUps(NumericKind):
    """How many next questions the bot suggested."""

    __slots__ = ()

    kind: ClassVar[str] = "follow_ups"
    summary: ClassVar[str] = "How many next questions are suggested; a bare number is exact."
    example: ClassVar[str] = "follow_ups: 3"
    verbs: ClassVar[tuple[str, str]] = ("suggests", "suggest")
    bare: ClassVar[Literal["max", "exact"]] = "exact"
    units: ClassVar[tuple[str, str]] = ("next question", "next questions")

    @staticmethod
    def amount(reply: Reply) -> float | None:
        """Return the number of suggestions."""
        return len(reply.follow_ups)
