"""Kinds that compare one number with a range: seconds, tokens, counts."""

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
    RangeMessages,
    format_number,
    range_schema,
)
from coze_harness.expectations.parameter import Schema
from coze_harness.messages import LocalizedText, message
from coze_harness.model import Verdict
from coze_harness.model.trial import EvaluationContext


@dataclass(frozen=True, slots=True, kw_only=True)
class NumericKind(ExpectationKind):
    """What the kinds share that compare one number with a range."""

    parameters: ClassVar[Limits] = COUNTS
    scope = "reply"
    bare: ClassVar[Literal["max", "exact"]] = "max"
    """What a bare number means."""
    messages: ClassVar[RangeMessages]
    absent: ClassVar[LocalizedText] = LocalizedText()
    """Why there may be no number."""

    bounds: NumberRange

    @abstractmethod
    def measure(self, context: EvaluationContext) -> float | None:
        """Return the number, or `None` where it was not recorded."""

    @classmethod
    def parse(cls, argument: ItemArgument, item: ItemContext) -> Self:
        """Parse a number or `{min, max}`."""
        return cls(**item.common, bounds=NumberRange.parse(argument, cls.parameters, cls.bare))

    @classmethod
    def schema(cls) -> Schema:
        """Return the JSON Schema of a number or `{min, max}`."""
        return range_schema(cls.parameters)

    @property
    def expected(self) -> LocalizedText:
        """The range of the number."""
        return self.bounds.describe(self.messages.describe_amount)

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge the number; where there is none, the verdict is skipped."""
        value = self.measure(context)
        if value is None:
            return self.skipped(self.absent)
        violation, messages = self.bounds.violation(value), self.messages
        amount = messages.describe_amount(value)
        if violation is None:
            return self.passed(messages.explain(amount, None), amount)
        if format_number(value) == format_number(violation.limit):
            amount = messages.describe_amount(repr(value))  # 3.0000001 s, at most 3 s
        return self.failed(messages.explain(amount, violation), amount)


class Latency(NumericKind):
    """Seconds from sending the prompt to the end of the reply."""

    __slots__ = ()

    kind = "latency"
    summary = message("kind.latency.summary")
    example = "latency: {max: 10}"
    parameters = NUMBERS
    absent = message("kind.latency.absent")
    messages = RangeMessages(
        "kind.amount.seconds",
        within="kind.latency.within",
        above="kind.latency.above",
        below="kind.latency.below",
        exact="kind.latency.exact",
    )

    def measure(self, context: EvaluationContext) -> float | None:
        """Return the seconds."""
        return context.reply.seconds


class FirstToken(NumericKind):
    """Seconds to the first piece of a streamed answer."""

    __slots__ = ()

    kind = "first_token"
    summary = message("kind.first_token.summary")
    example = "first_token: {max: 2}"
    parameters = NUMBERS
    absent = message("kind.first_token.absent")
    messages = RangeMessages(
        "kind.amount.seconds",
        within="kind.first_token.within",
        above="kind.first_token.above",
        below="kind.first_token.below",
        exact="kind.first_token.exact",
    )

    def measure(self, context: EvaluationContext) -> float | None:
        """Return the seconds."""
        return context.reply.first_token


class TokenUsage(NumericKind):
    """Tokens that the reply used in all."""

    __slots__ = ()

    kind = "tokens"
    summary = message("kind.tokens.summary")
    example = "tokens: {max: 800}"
    absent = message("kind.tokens.absent")
    messages = RangeMessages(
        "kind.amount.tokens",
        within="kind.tokens.within",
        above="kind.tokens.above",
        below="kind.tokens.below",
        exact="kind.tokens.exact",
    )

    def measure(self, context: EvaluationContext) -> float | None:
        """Return the tokens of prompt and answer."""
        return context.reply.usage.total if context.reply.usage else None


class Polls(NumericKind):
    """How often the chat's status was polled."""

    __slots__ = ()

    kind = "polls"
    summary = message("kind.polls.summary")
    example = "polls: {max: 6}"
    messages = RangeMessages(
        "kind.amount.polls",
        within="kind.polls.within",
        above="kind.polls.above",
        below="kind.polls.below",
        exact="kind.polls.exact",
    )

    def measure(self, context: EvaluationContext) -> float | None:
        """Return the number of polls."""
        return context.reply.poll_count


class FollowUps(NumericKind):
    """How many next questions the bot suggested."""

    __slots__ = ()

    kind = "follow_ups"
    summary = message("kind.follow_ups.summary")
    example = "follow_ups: 3"
    bare = "exact"
    messages = RangeMessages(
        "kind.amount.follow_ups",
        within="kind.follow_ups.within",
        above="kind.follow_ups.above",
        below="kind.follow_ups.below",
        exact="kind.follow_ups.exact",
    )

    def measure(self, context: EvaluationContext) -> float | None:
        """Return the number of suggestions."""
        return len(context.reply.follow_ups)


class TurnCount(NumericKind):
    """The number of turns of the conversation so far, the one that is judged included."""

    __slots__ = ()

    kind = "turns"
    summary = message("kind.turns.summary")
    example = "turns: {max: 6}"
    messages = RangeMessages(
        "kind.amount.turns",
        within="kind.turns.within",
        above="kind.turns.above",
        below="kind.turns.below",
        exact="kind.turns.exact",
    )

    def measure(self, context: EvaluationContext) -> float | None:
        """Return the number of turns up to this reply."""
        return len(context.previous_replies) + 1
