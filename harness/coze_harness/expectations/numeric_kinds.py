"""Kinds that compare one number of a reply with a range: seconds, tokens, counts."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from coze_harness.expectations.item_argument import ItemArgument
from coze_harness.expectations.kind import ExpectationKind, ItemContext
from coze_harness.expectations.number_range import (
    COUNTS,
    NUMBERS,
    Limits,
    NumberRange,
    format_number,
    range_schema,
)
from coze_harness.expectations.parameter import Schema
from coze_harness.model import Reply, Verdict
from coze_harness.model.trial import EvaluationContext


@dataclass(frozen=True, slots=True, kw_only=True)
class NumericKind(ExpectationKind):
    """What the kinds share that compare one number of a reply with a range."""

    parameters: ClassVar[Limits] = COUNTS
    scope = "reply"
    bare: ClassVar[Literal["max", "exact"]] = "max"
    """What a bare number means."""
    units: ClassVar[tuple[str, str]]
    """Singular and plural."""
    absent: ClassVar[str] = ""
    """Why there may be no number."""

    bounds: NumberRange

    @staticmethod
    @abstractmethod
    def amount(reply: Reply) -> float | None:
        """Return the number, or `None` where it was not recorded."""

    @classmethod
    def parse(cls, argument: ItemArgument, item: ItemContext) -> Self:
        """Parse a number or `{min, max}`."""
        bounds = NumberRange.parse(argument, cls.parameters, cls.bare)
        return cls(**item.common, description=bounds.describe(*cls.units), bounds=bounds)

    @classmethod
    def schema(cls) -> Schema:
        """Return the JSON Schema of a number or `{min, max}`."""
        return range_schema(cls.parameters)

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge the number; where there is none, the verdict is skipped."""
        value = self.amount(context.reply)
        if value is None:
            return self.skipped(self.absent)
        actual = f"{format_number(value)} {self.units[0 if value == 1 else 1]}"
        violation = self.bounds.violated_limit(value)
        if not violation:
            return self.passed(f"it was {actual}", actual)
        if format_number(value) == format_number(self.bounds.most or 0):
            actual = f"{value!r} {self.units[1]}"
        return self.failed(f"it was {actual}, {violation}", actual)


class Latency(NumericKind):
    """Seconds from sending the prompt to the end of the reply."""

    __slots__ = ()

    kind = "latency"
    summary = "Seconds from sending the prompt to the end; a bare number is the most."
    example = "latency: {max: 10}"
    verb_forms = ("takes", "take")
    parameters = NUMBERS
    units = ("s", "s")
    absent = "the recording does not say how long the reply took"

    @staticmethod
    def amount(reply: Reply) -> float | None:
        """Return the seconds."""
        return reply.seconds


class FirstToken(NumericKind):
    """Seconds to the first piece of a streamed answer."""

    __slots__ = ()

    kind = "first_token"
    summary = (
        "Seconds to the first piece of the answer (with `stream: true`); a bare number is the most."
    )
    example = "first_token: {max: 2}"
    verb_forms = ("begins after", "begin after")
    parameters = NUMBERS
    units = ("s", "s")
    absent = "no first piece was timed; only streams have one (stream: true)"

    @staticmethod
    def amount(reply: Reply) -> float | None:
        """Return the seconds."""
        return reply.first_token


class TokenUsage(NumericKind):
    """Tokens that the reply used in all."""

    __slots__ = ()

    kind = "tokens"
    summary = "Tokens used in all, prompt and answer; a bare number is the most."
    example = "tokens: {max: 800}"
    verb_forms = ("uses", "use")
    units = ("token", "tokens")
    absent = "Coze reported no token usage for this reply"

    @staticmethod
    def amount(reply: Reply) -> float | None:
        """Return the tokens of prompt and answer."""
        return reply.usage.total if reply.usage else None


class Polls(NumericKind):
    """How often the chat's status was polled."""

    __slots__ = ()

    kind = "polls"
    summary = "How often the chat's status was polled; a bare number is the most."
    example = "polls: {max: 6}"
    verb_forms = ("takes", "take")
    units = ("poll", "polls")

    @staticmethod
    def amount(reply: Reply) -> float | None:
        """Return the number of polls."""
        return reply.poll_count


class FollowUps(NumericKind):
    """How many next questions the bot suggested."""

    __slots__ = ()

    kind = "follow_ups"
    summary = "How many next questions are suggested; a bare number is exact."
    example = "follow_ups: 3"
    verb_forms = ("suggests", "suggest")
    bare = "exact"
    units = ("next question", "next questions")

    @staticmethod
    def amount(reply: Reply) -> float | None:
        """Return the number of suggestions."""
        return len(reply.follow_ups)
