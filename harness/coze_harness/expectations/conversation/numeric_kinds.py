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
    Violation,
    format_number,
    range_schema,
)
from coze_harness.expectations.parameter import Schema
from coze_harness.messages import LocalizedText, message
from coze_harness.model import Reply, Verdict
from coze_harness.model.trial import EvaluationContext


@dataclass(frozen=True, slots=True, kw_only=True)
class NumericKind(ExpectationKind):
    """What the kinds share that compare one number of a reply with a range."""

    parameters: ClassVar[Limits] = COUNTS
    scope = "reply"
    bare: ClassVar[Literal["max", "exact"]] = "max"
    """What a bare number means."""
    absent: ClassVar[LocalizedText] = LocalizedText()
    """Why there may be no number."""

    bounds: NumberRange

    @staticmethod
    @abstractmethod
    def measure(reply: Reply) -> float | None:
        """Return the number, or `None` where it was not recorded."""

    @staticmethod
    @abstractmethod
    def amount(n: float | str) -> LocalizedText:
        """Return a number with its unit."""

    @staticmethod
    @abstractmethod
    def reason(amount: LocalizedText, violation: Violation | None) -> LocalizedText:
        """Return what the reply has, and the violated limit."""

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
        return self.bounds.describe(self.amount)

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge the number; where there is none, the verdict is skipped."""
        value = self.measure(context.reply)
        if value is None:
            return self.skipped(self.absent)
        violation = self.bounds.violation(value)
        amount = self.amount(value)
        if violation is None:
            return self.passed(self.reason(amount, None), amount)
        if format_number(value) == format_number(violation.limit):
            amount = self.amount(repr(value))  # 3.0000001 s, at most 3 s
        return self.failed(self.reason(amount, violation), amount)


def _seconds(n: float | str) -> LocalizedText:
    return message("kind.amount.seconds", n=n)


class Latency(NumericKind):
    """Seconds from sending the prompt to the end of the reply."""

    __slots__ = ()

    kind = "latency"
    summary = message("kind.latency.summary")
    example = "latency: {max: 10}"
    parameters = NUMBERS
    absent = message("kind.latency.absent")
    amount = staticmethod(_seconds)

    @staticmethod
    def measure(reply: Reply) -> float | None:
        """Return the seconds."""
        return reply.seconds

    @staticmethod
    def reason(amount: LocalizedText, violation: Violation | None) -> LocalizedText:
        """Return what the reply has, and the violated limit."""
        match violation:
            case None:
                return message("kind.latency.within", amount=amount)
            case ("above", n):
                return message("kind.latency.above", amount=amount, n=n)
            case ("below", n):
                return message("kind.latency.below", amount=amount, n=n)
            case (_, n):
                return message("kind.latency.exact", amount=amount, n=n)


class FirstToken(NumericKind):
    """Seconds to the first piece of a streamed answer."""

    __slots__ = ()

    kind = "first_token"
    summary = message("kind.first_token.summary")
    example = "first_token: {max: 2}"
    parameters = NUMBERS
    absent = message("kind.first_token.absent")
    amount = staticmethod(_seconds)

    @staticmethod
    def measure(reply: Reply) -> float | None:
        """Return the seconds."""
        return reply.first_token

    @staticmethod
    def reason(amount: LocalizedText, violation: Violation | None) -> LocalizedText:
        """Return what the reply has, and the violated limit."""
        match violation:
            case None:
                return message("kind.first_token.within", amount=amount)
            case ("above", n):
                return message("kind.first_token.above", amount=amount, n=n)
            case ("below", n):
                return message("kind.first_token.below", amount=amount, n=n)
            case (_, n):
                return message("kind.first_token.exact", amount=amount, n=n)


class TokenUsage(NumericKind):
    """Tokens that the reply used in all."""

    __slots__ = ()

    kind = "tokens"
    summary = message("kind.tokens.summary")
    example = "tokens: {max: 800}"
    absent = message("kind.tokens.absent")

    @staticmethod
    def measure(reply: Reply) -> float | None:
        """Return the tokens of prompt and answer."""
        return reply.usage.total if reply.usage else None

    @staticmethod
    def amount(n: float | str) -> LocalizedText:
        """Return a number of tokens."""
        return message("kind.amount.tokens", n=n)

    @staticmethod
    def reason(amount: LocalizedText, violation: Violation | None) -> LocalizedText:
        """Return what the reply has, and the violated limit."""
        match violation:
            case None:
                return message("kind.tokens.within", amount=amount)
            case ("above", n):
                return message("kind.tokens.above", amount=amount, n=n)
            case ("below", n):
                return message("kind.tokens.below", amount=amount, n=n)
            case (_, n):
                return message("kind.tokens.exact", amount=amount, n=n)


class Polls(NumericKind):
    """How often the chat's status was polled."""

    __slots__ = ()

    kind = "polls"
    summary = message("kind.polls.summary")
    example = "polls: {max: 6}"

    @staticmethod
    def measure(reply: Reply) -> float | None:
        """Return the number of polls."""
        return reply.poll_count

    @staticmethod
    def amount(n: float | str) -> LocalizedText:
        """Return a number of polls."""
        return message("kind.amount.polls", n=n)

    @staticmethod
    def reason(amount: LocalizedText, violation: Violation | None) -> LocalizedText:
        """Return what the reply has, and the violated limit."""
        match violation:
            case None:
                return message("kind.polls.within", amount=amount)
            case ("above", n):
                return message("kind.polls.above", amount=amount, n=n)
            case ("below", n):
                return message("kind.polls.below", amount=amount, n=n)
            case (_, n):
                return message("kind.polls.exact", amount=amount, n=n)


class FollowUps(NumericKind):
    """How many next questions the bot suggested."""

    __slots__ = ()

    kind = "follow_ups"
    summary = message("kind.follow_ups.summary")
    example = "follow_ups: 3"
    bare = "exact"

    @staticmethod
    def measure(reply: Reply) -> float | None:
        """Return the number of suggestions."""
        return len(reply.follow_ups)

    @staticmethod
    def amount(n: float | str) -> LocalizedText:
        """Return a number of suggested questions."""
        return message("kind.amount.follow_ups", n=n)

    @staticmethod
    def reason(amount: LocalizedText, violation: Violation | None) -> LocalizedText:
        """Return what the reply has, and the violated limit."""
        match violation:
            case None:
                return message("kind.follow_ups.within", amount=amount)
            case ("above", n):
                return message("kind.follow_ups.above", amount=amount, n=n)
            case ("below", n):
                return message("kind.follow_ups.below", amount=amount, n=n)
            case (_, n):
                return message("kind.follow_ups.exact", amount=amount, n=n)
