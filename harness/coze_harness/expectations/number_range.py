"""A range that a number must lie in: `{min, max}`, or one bare number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Self

from coze_harness.expectations.item_argument import ItemArgument
from coze_harness.expectations.kind import Schema
from coze_harness.model import JSON


def format_number(value: float) -> str:
    """Return a number as a reader wants it: no trailing noise."""
    return str(value) if isinstance(value, int) else f"{value:.6g}"


@dataclass(frozen=True, slots=True)
class NumberRange:
    """The least and the most that is allowed; `None` where there is no limit."""

    least: float | None = None
    most: float | None = None

    @classmethod
    def of(
        cls, low: ItemArgument | None, high: ItemArgument | None, whole: ItemArgument, counts: bool
    ) -> Self:
        """Build bounds from `min` and `max`; `whole` is what they stand in.

        Raises:
            ScenarioError: neither is given, one is no number, or min is above max.
        """
        least = None if low is None else low.count() if counts else low.number()
        most = None if high is None else high.count() if counts else high.number()
        if least is None and most is None:
            raise whole.error_at(
                f'"{whole.label}" sets no limit.', f"write {whole.path[-1]}: {{max: 1}}"
            )
        if least is not None and most is not None and least > most:
            raise whole.error_at(
                f'"{whole.label}" requires at least {format_number(least)} and at most '
                f"{format_number(most)}: no number is both.",
                "exchange min and max",
            )
        return cls(least, most)

    @classmethod
    def parse(cls, given: ItemArgument, bare: Literal["max", "exact"], *, counts: bool) -> Self:
        """Build bounds from `{min, max}`, or from a bare number: the most, or the only one."""
        if isinstance(given.value, int | float | str):
            limit = given.count() if counts else given.number()
            return cls(limit if bare == "exact" else None, limit)
        fields = given.fields(("min", "max"), f"{given.path[-1]}: {{max: 1}}")
        return cls.of(fields.get("min"), fields.get("max"), given, counts)

    def violated_limit(self, value: float) -> str:
        """Return which limit a value breaks (`at most 120 allowed`), or empty text."""
        if self.most is not None and value > self.most:
            if self.least == self.most:
                return f"exactly {format_number(self.most)} wanted"
            return f"at most {format_number(self.most)} allowed"
        if self.least is not None and value < self.least:
            if self.least == self.most:
                return f"exactly {format_number(self.least)} wanted"
            return f"at least {format_number(self.least)} wanted"
        return ""

    @property
    def describe(self) -> str:
        """Return the range in words, to stand before a unit."""
        if self.least is None:
            return f"at most {format_number(self.most or 0)}"
        if self.most is None:
            return f"at least {format_number(self.least)}"
        if self.least == self.most:
            return f"exactly {format_number(self.least)}"
        return f"{format_number(self.least)} to {format_number(self.most)}"


def range_schema(description: str, *, counts: bool) -> Schema:
    """Return the JSON Schema of a bare number or `{min, max}`."""
    number: JSON = {"type": "integer" if counts else "number", "minimum": 0}
    return {
        "description": description,
        "anyOf": [number, limits_schema(counts=counts)],
    }


def limits_schema(*, counts: bool) -> Schema:
    """Return the JSON Schema of `{min, max}`."""
    number: JSON = {"type": "integer" if counts else "number", "minimum": 0}
    return {
        "type": "object",
        "properties": {"min": number, "max": number},
        "minProperties": 1,
        "additionalProperties": False,
    }
