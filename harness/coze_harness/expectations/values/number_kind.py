"""The kind `number`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from coze_harness.expectations.answer_limit import reject_long_answer
from coze_harness.expectations.excerpt import excerpt, excerpt_around
from coze_harness.expectations.item_argument import ItemArgument
from coze_harness.expectations.kind import ExpectationKind, ItemContext
from coze_harness.expectations.parameter import Parameter, Schema, optional_text
from coze_harness.expectations.subject import ANSWER
from coze_harness.messages import LocalizedText, message
from coze_harness.model import JSON, Verdict
from coze_harness.model.trial import EvaluationContext

# The room facts takes 15 ms to import, and only this kind and its like need it.
if TYPE_CHECKING:
    from coze_harness.text.facts import Fact
    from coze_harness.text.facts.units import Unit

_MAX_SHOWN: Final = 8
"""Numbers of an answer that a verdict shows."""
_NO_AMOUNTS: Final = ("ordinal", "ratio", "/")
"""Units of facts that count or compare, and are no amounts: 第三, 3:2, 24/7."""
_PERCENT: Final = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*[%％]\s*")


class Amount(NamedTuple):
    """A number, and its unit if it has one.

    Attributes:
        value: the number.
        unit: a unit that converts into others; `None` without one.
        written: as its author wrote it.
    """

    value: Decimal
    unit: Unit | None
    text: str


class Tolerance(NamedTuple):
    """How far a number may be from the expected one: an amount, or a share of it."""

    value: Decimal
    is_share: bool
    text: str


def find_numbers(text: str) -> list[Fact]:
    """Return the numbers of a text in reading order; dates, phone numbers and codes are none."""
    from coze_harness.text.facts import FactKind, extract_facts
    from coze_harness.text.facts.fact_extraction import normal_width
    from coze_harness.text.facts.quantities import find_lone_numerals

    facts = extract_facts(text)
    numbers = [fact for fact in facts if fact.kind is FactKind.NUMBER]
    numbers += [
        # A row of eight and more digits is a code for most readers; a large number is one, too.
        fact._replace(kind=FactKind.NUMBER, value=Decimal(digits))
        for fact in facts
        if fact.kind is FactKind.NAME and (digits := normal_width(fact.text)).isdecimal()
    ]
    spans = [(fact.start, fact.end) for fact in facts]
    numbers += [
        fact
        for fact in find_lone_numerals(normal_width(text))
        if not any(start < fact.end and fact.start < end for start, end in spans)
    ]
    return sorted(numbers, key=lambda fact: fact.start)


def _parse_amount(argument: ItemArgument) -> Amount:
    from coze_harness.text.facts.units import units_by_name

    value = argument.value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Amount(Decimal(str(value)), None, str(value))
    if not isinstance(value, str):
        raise argument.type_error(
            message("expectation.type.amount"),
            message("expectation.write", code="number: {equals: 320, unit: 元}"),
        )
    numbers = find_numbers(value)
    if len(numbers) != 1 or not isinstance(numbers[0].value, Decimal):
        raise argument.error_at(
            message("expectation.number.unreadable", label=argument.label, value=value),
            message("expectation.write", code="number: {equals: 320, unit: 元}"),
        )
    unit = units_by_name().get(numbers[0].unit)
    return Amount(numbers[0].value, unit, value.strip())


def _parse_tolerance(argument: ItemArgument) -> Tolerance:
    if isinstance(argument.value, str) and (share := _PERCENT.fullmatch(argument.value)):
        return Tolerance(Decimal(share[1]) / 100, is_share=True, text=f"{share[1]}%")
    value = argument.number()
    return Tolerance(Decimal(str(value)), is_share=False, text=str(value))


_AMOUNT_SCHEMA: Final[Schema] = {"type": ["number", "string"], "minLength": 1}
_LIMITS: Final[tuple[Parameter[Amount | None], ...]] = (
    Parameter("equals", _parse_amount, _AMOUNT_SCHEMA, None),
    Parameter("min", _parse_amount, _AMOUNT_SCHEMA, None),
    Parameter("max", _parse_amount, _AMOUNT_SCHEMA, None),
)
_TOLERANCE: Final[Parameter[Tolerance | None]] = Parameter(
    "tolerance",
    _parse_tolerance,
    {"type": ["number", "string"], "minimum": 0, "pattern": r"^\s*[0-9]+(\.[0-9]+)?\s*[%％]\s*$"},
    None,
)
_UNIT: Final = optional_text("unit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(ExpectationKind):
    """The answer has a number that is equal to another one, or in a range."""

    kind = "number"
    summary = message("kind.number.summary")
    example = "number: {equals: 320, unit: 元}"
    parameters = (*_LIMITS, _TOLERANCE, _UNIT)
    short_form = "equals"

    least: Amount | None
    most: Amount | None
    tolerance: Tolerance | None
    unit: str = ""
    """The unit as its author wrote it; empty if any will do."""

    @classmethod
    def parse(cls, argument: ItemArgument, item: ItemContext) -> Self:
        """Parse a number, a text with a number, or `{equals|min|max, tolerance, unit}`."""
        arguments = cls.read_arguments(argument)
        equals, least, most = (limit.read(arguments) for limit in _LIMITS)
        tolerance, unit = _TOLERANCE.read(arguments), _UNIT.read(arguments).strip()
        if equals and (least or most):
            raise argument.error_at(
                message("expectation.number.equals_and_range", label=argument.label),
                message("expectation.contains.next"),
            )
        if tolerance and not equals:
            raise arguments[_TOLERANCE.key].error_at(
                message("expectation.number.tolerance"),
                message("expectation.write", code="number: {equals: 100, tolerance: 5}"),
            )
        least, most = equals or least, equals or most
        if not (least or most):
            raise argument.error_at(
                message("expectation.range.none", label=argument.label),
                message("expectation.write", code=cls.example),
            )
        least, most = (one and _with_unit(one, unit, argument) for one in (least, most))
        if least and most and _base_value(least) > _base_value(most):
            raise argument.error_at(
                message(
                    "expectation.range.reversed",
                    label=argument.label,
                    least=least.text,
                    most=most.text,
                ),
                message("expectation.range.reversed.next"),
            )
        return cls(**item.common, least=least, most=most, tolerance=tolerance, unit=unit)

    @classmethod
    def schema(cls) -> Schema:
        """Return the JSON Schema of a number, a text with a number, or a mapping."""
        required: list[JSON] = [{"required": [limit.key]} for limit in _LIMITS]
        return {
            **cls.mapping_schema(),
            "type": ["number", "string", "object"],
            "minLength": 1,
            "anyOf": [{"type": ["number", "string"]}, *required],
            "dependentSchemas": {"equals": {"properties": {"min": False, "max": False}}},
        }

    @property
    def expected(self) -> LocalizedText:
        """The number or the range."""
        return message("kind.number.expected", range=self._range())

    def _range(self) -> LocalizedText:
        least, most = (self._format_amount(one) if one else "" for one in (self.least, self.most))
        if self.least == self.most:
            if self.tolerance is None:
                return message("kind.range.exact", amount=least)
            return message("kind.number.about", amount=least, tolerance=self.tolerance.text)
        if least and most:
            return message("kind.range.between", least=least, amount=most)
        if least:
            return message("kind.range.least", amount=least)
        return message("kind.range.most", amount=most)

    def _format_amount(self, amount: Amount) -> str:
        gap = " " if self.unit[:1].isalpha() else ""
        return f"{amount.text}{gap}{self.unit}" if self.unit else amount.text

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge the numbers of the answer; one that meets the expectation is enough."""
        answer = context.reply.answer
        if verdict := reject_long_answer(self, answer):
            return verdict
        numbers = [fact for fact in find_numbers(answer) if fact.unit not in _NO_AMOUNTS]
        for fact in numbers:
            if self._matches(fact, answer):
                reason = message("kind.number.passed", number=fact.text, at=fact.start + 1)
                actual = excerpt_around(answer, fact.start, fact.end)
                return self.passed(reason, actual, ((fact.start, fact.end),))
        if not numbers:
            reason = message("kind.number.none", subject=ANSWER)
            return self.failed(reason, excerpt(answer))
        examples = tuple(dict.fromkeys(fact.text for fact in numbers))[:_MAX_SHOWN]
        reason = message(
            "kind.number.failed", subject=ANSWER, range=self._range(), numbers=examples
        )
        return self.failed(reason, message("kind.all", parts=examples))

    def _matches(self, fact: Fact, answer: str) -> bool:
        from coze_harness.text.facts.units import units_by_name

        value = Decimal(fact.value)
        unit = units_by_name().get(fact.unit)
        for bound, sign in ((self.least, 1), (self.most, -1)):
            if bound is None:
                continue
            factor = Decimal(1)
            if bound.unit is not None:
                if unit is None or unit.dimension != bound.unit.dimension:
                    return False
                value, factor = Decimal(fact.value) * unit.factor, bound.unit.factor
            elif self.unit and not _is_followed_by(self.unit, fact, answer):
                return False
            if sign * (value - bound.value * factor) < -self._slack(bound) * factor:
                return False
        return True

    def _slack(self, bound: Amount) -> Decimal:
        """Return how far a number may be from a limit, in the limit's unit."""
        if self.tolerance is None:
            return Decimal(0)
        share = self.tolerance.value
        return abs(bound.value) * share if self.tolerance.is_share else share


def _with_unit(amount: Amount, unit: str, argument: ItemArgument) -> Amount:
    """Return an amount in the unit that is written next to it.

    Raises:
        ScenarioError: the amount has another unit of its own.
    """
    from coze_harness.text.facts.units import units

    if not unit:
        return amount
    if amount.unit is not None:
        raise argument.error_at(
            message("expectation.number.units", value=amount.text, unit=unit),
            message("expectation.option_twice.next"),
        )
    return amount._replace(unit=units().get(unit) or units().get(unit.lower()))


def _base_value(amount: Amount) -> Decimal:
    return amount.value * (amount.unit.factor if amount.unit else 1)


def _is_followed_by(unit: str, fact: Fact, answer: str) -> bool:
    """Return whether a unit that does not convert stands with a number, as 辆 in 12 辆."""
    from coze_harness.text.facts.fact_extraction import normal_width

    after = normal_width(answer[fact.end : fact.end + len(unit) + 1]).lstrip()
    return after.startswith(unit) or normal_width(fact.text).endswith(unit)
