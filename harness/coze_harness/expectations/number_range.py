"""A range that a number must be in: `{min, max}`, or one bare number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal, NamedTuple, Self, TypeAlias

from msgspec import Struct

from coze_harness.expectations.item_argument import ItemArgument
from coze_harness.expectations.parameter import (
    COUNT_SCHEMA,
    NUMBER_SCHEMA,
    Parameter,
    Schema,
    alternatives,
    mapping_schema,
)
from coze_harness.messages import LocalizedText, Param, message

NUMBERS: Final[tuple[Parameter[float | None], ...]] = (
    Parameter("min", ItemArgument.number, NUMBER_SCHEMA, None),
    Parameter("max", ItemArgument.number, NUMBER_SCHEMA, None),
)
"""The limits of a measured number."""
COUNTS: Final[tuple[Parameter[float | None], ...]] = (
    Parameter("min", ItemArgument.count, COUNT_SCHEMA, None),
    Parameter("max", ItemArgument.count, COUNT_SCHEMA, None),
)
"""The limits of a whole number."""

Limits = tuple[Parameter[float | None], ...]
Amount: TypeAlias = Callable[[float | str], LocalizedText]
"""Returns a number with its unit: `120 characters`."""


class Violation(NamedTuple):
    """On which side of a limit a number is; `exact` where only one number is allowed."""

    side: Literal["above", "below", "exact"]
    limit: float


class RangeMessages(NamedTuple):
    """Ids of the messages of a measured number: with its unit, in the range, and out of it."""

    amount: str
    within: str
    above: str
    below: str
    exact: str

    def describe_amount(self, n: float | str) -> LocalizedText:
        """Return a number with its unit."""
        return message(self.amount, n=n)

    def explain(
        self, amount: LocalizedText, violation: Violation | None, **subject: Param
    ) -> LocalizedText:
        """Return what was measured, and the violated limit."""
        if violation is None:
            return message(self.within, amount=amount, **subject)
        return message(getattr(self, violation.side), amount=amount, n=violation.limit, **subject)


def format_number(value: float) -> str:
    """Return a number as a reader wants it: no trailing noise."""
    return str(value) if isinstance(value, int) else f"{value:.6g}"


class NumberRange(Struct, frozen=True):
    """The least and the most that is allowed; `None` where there is no limit."""

    least: float | None = None
    most: float | None = None

    @classmethod
    def from_limits(
        cls, arguments: Mapping[str, ItemArgument], whole: ItemArgument, limits: Limits
    ) -> Self:
        """Build a range from `min` and `max`.

        Args:
            arguments: the mapping's arguments by key.
            whole: the mapping.
            limits: `NUMBERS` or `COUNTS`.

        Raises:
            ScenarioError: both are absent, one is not a number, or min is above max.
        """
        least, most = (limit.read(arguments) for limit in limits)
        if least is None and most is None:
            raise whole.error_at(
                message("expectation.range.none", label=whole.label),
                message("expectation.write", code=f"{whole.path[-1]}: {{max: 1}}"),
            )
        if not least and most is None and whole.positions.source(*whole.path, "min") == "0":
            raise whole.error_at(
                message("expectation.range.everything", label=whole.label),
                message("expectation.range.everything.next"),
            )
        if least is not None and most is not None and least > most:
            raise whole.error_at(
                message("expectation.range.reversed", label=whole.label, least=least, most=most),
                message("expectation.range.reversed.next"),
            )
        return cls(least, most)

    @classmethod
    def parse(cls, argument: ItemArgument, limits: Limits, bare: Literal["max", "exact"]) -> Self:
        """Build a range from `{min, max}`, or from a bare number: the most, or the only one."""
        if isinstance(argument.value, int | float | str):
            number = limits[0].parse(argument)
            return cls(number if bare == "exact" else None, number)
        arguments = argument.fields(
            [limit.key for limit in limits], f"{argument.path[-1]}: {{max: 1}}"
        )
        return cls.from_limits(arguments, argument, limits)

    def violation(self, value: float) -> Violation | None:
        """Return how a value is out of the range; `None` if it is in it."""
        if self.most is not None and value > self.most:
            return Violation("exact" if self.least == self.most else "above", self.most)
        if self.least is not None and value < self.least:
            return Violation("exact" if self.least == self.most else "below", self.least)
        return None

    def describe(self, amount: Amount) -> LocalizedText:
        """Return the range in words, such as `at most 120 characters`."""
        if self.least is None:
            return message("kind.range.most", amount=amount(self.most or 0))
        if self.most is None:
            return message("kind.range.least", amount=amount(self.least))
        if self.least == self.most:
            return message("kind.range.exact", amount=amount(self.least))
        return message("kind.range.between", least=self.least, amount=amount(self.most))


def range_schema(limits: Limits) -> Schema:
    """Return the JSON Schema of a bare number or `{min, max}`."""
    return alternatives(limits[0].schema, {**mapping_schema(limits), "minProperties": 1})
