"""A range that a number must be in: `{min, max}`, or one bare number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, Self

from coze_harness.expectations.item_argument import ItemArgument
from coze_harness.expectations.parameter import (
    COUNT_SCHEMA,
    NUMBER_SCHEMA,
    Parameter,
    Schema,
    alternatives,
    mapping_schema,
)

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


def format_number(value: float) -> str:
    """Return a number as a reader wants it: no trailing noise."""
    return str(value) if isinstance(value, int) else f"{value:.6g}"


@dataclass(frozen=True, slots=True)
class NumberRange:
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
                f'"{whole.label}" sets no limit.', f"Write `{whole.path[-1]}: {{max: 1}}`."
            )
        if least is not None and most is not None and least > most:
            raise whole.error_at(
                f'"{whole.label}" requires at least {format_number(least)} and at most '
                f"{format_number(most)}; no number is both.",
                "Swap min and max.",
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

    def violated_limit(self, value: float) -> str:
        """Return which limit a value violates (`at most 120 allowed`), or empty text."""
        if self.most is not None and value > self.most:
            if self.least == self.most:
                return f"exactly {format_number(self.most)} wanted"
            return f"at most {format_number(self.most)} allowed"
        if self.least is not None and value < self.least:
            if self.least == self.most:
                return f"exactly {format_number(self.least)} wanted"
            return f"at least {format_number(self.least)} wanted"
        return ""

    def describe(self, one: str = "", several: str = "") -> str:
        """Return the range in words, with the unit's singular or plural if there is one."""
        if self.least is None:
            words = f"at most {format_number(self.most or 0)}"
        elif self.most is None:
            words = f"at least {format_number(self.least)}"
        elif self.least == self.most:
            words = f"exactly {format_number(self.least)}"
        else:
            words = f"{format_number(self.least)} to {format_number(self.most)}"
        unit = one if {self.least, self.most} <= {1, None} else several
        return f"{words} {unit}" if unit else words


def range_schema(limits: Limits) -> Schema:
    """Return the JSON Schema of a bare number or `{min, max}`."""
    return alternatives(limits[0].schema, {**mapping_schema(limits), "minProperties": 1})
