"""The kind `date`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple, Self

from coze_harness.expectations.answer_limit import reject_long_answer
from coze_harness.expectations.excerpt import excerpt, excerpt_around
from coze_harness.expectations.item_argument import ItemArgument
from coze_harness.expectations.kind import ExpectationKind, ItemContext
from coze_harness.expectations.parameter import TEXT_SCHEMA, Parameter, Schema
from coze_harness.expectations.subject import ANSWER
from coze_harness.messages import LocalizedText, message
from coze_harness.model import Verdict
from coze_harness.model.trial import EvaluationContext

if TYPE_CHECKING:
    from coze_harness.text.facts import Fact  # 15 ms to import, and few kinds need it

_MAX_SHOWN: Final = 8
"""Dates of an answer that a verdict shows."""
_DIGITS: Final = r"([0-9]{4})([0-9]{2})([0-9]{2})"
_LEAP_YEAR: Final = 2024
_VALUE: Final = re.compile(r"([0-9]{4})|([0-9]{4}|-)-([0-9]{2})(?:-([0-9]{2}))?")


class PartialDate(NamedTuple):
    """A date of the calendar, as far as a text says it.

    Attributes:
        year: `None` if it is not said.
        month: 1 to 12; `None` if it is not said.
        day: 1 to 31; `None` if it is not said.
        written: as it is in the text.
    """

    year: int | None
    month: int | None
    day: int | None
    text: str

    @classmethod
    def from_fact(cls, fact: Fact) -> Self | None:
        """Return the date that a fact states; `None` for a weekday, a time or 明天."""
        from coze_harness.text.facts import FactKind

        if fact.kind is not FactKind.DATE or not (match := _VALUE.fullmatch(str(fact.value))):
            return None
        year, month, day = match[1] or match[2], match[3], match[4]
        return cls(
            None if year == "-" else int(year),
            int(month) if month else None,
            int(day) if day else None,
            fact.text,
        )

    def says(self, other: PartialDate) -> bool:
        """Return whether this date has all that another one has; the year may be missing."""
        if other.month is None and self.year is None:
            return False
        parts = ((self.month, other.month), (self.day, other.day))
        if any(theirs is not None and ours != theirs for ours, theirs in parts):
            return False
        return self.year is None or other.year is None or self.year == other.year

    def days(self, year: int) -> tuple[date, date] | None:
        """Return the first and the last day that the date may be; `None` for no such day.

        Args:
            year: that of a date without one.
        """
        year = self.year or year
        try:
            if self.month is None:
                return date(year, 1, 1), date(year, 12, 31)
            if self.day is None:
                first = date(year, self.month, 1)
                next_month = (first + timedelta(days=31)).replace(day=1)
                return first, next_month - timedelta(days=1)
            return (day := date(year, self.month, self.day)), day
        except (OverflowError, ValueError):
            return None


def find_calendar_dates(text: str) -> Iterator[tuple[Fact, PartialDate]]:
    """Yield the dates of the calendar in a text, with the facts that state them."""
    from coze_harness.text.facts import extract_facts

    for fact in extract_facts(text):
        if day := PartialDate.from_fact(fact):
            yield fact, day


def _parse_date(argument: ItemArgument) -> PartialDate:
    digits = re.fullmatch(_DIGITS, str(argument.value))
    if digits:
        raise argument.error_at(
            message("expectation.date.unreadable", label=argument.label, value=digits[0]),
            message("expectation.write", code=f"{argument.path[-1]}: {'-'.join(digits.groups())}"),
        )
    text = argument.text()
    dates = [one for _, one in find_calendar_dates(text)]
    if len(dates) != 1:
        raise argument.error_at(
            message("expectation.date.unreadable", label=argument.label, value=text),
            message("expectation.write", code=f"{argument.path[-1]}: 2026-03-05"),
        )
    if dates[0].days(_LEAP_YEAR) is None:
        raise argument.error_at(
            message("expectation.date.no_such_day", value=text.strip()),
            message("expectation.date.no_such_day.next", example="2026-02-28"),
        )
    return dates[0]._replace(text=text.strip())


def _parse_bound(argument: ItemArgument) -> PartialDate:
    bound = _parse_date(argument)
    if bound.year is None or bound.days(bound.year) is None:
        raise argument.error_at(
            message("expectation.date.bound", label=argument.label, value=bound.text),
            message("expectation.write", code=f"{argument.path[-1]}: 2026-03-05"),
        )
    return bound


_EQUALS: Final[Parameter[PartialDate | None]] = Parameter("equals", _parse_date, TEXT_SCHEMA, None)
_BOUNDS: Final[tuple[Parameter[PartialDate | None], ...]] = (
    Parameter("after", _parse_bound, TEXT_SCHEMA, None),
    Parameter("before", _parse_bound, TEXT_SCHEMA, None),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDate(ExpectationKind):
    """The answer has a date that is equal to another one, or between two."""

    kind = "date"
    summary = message("kind.date.summary")
    example = "date: 2026-03-05"
    parameters = (_EQUALS, *_BOUNDS)
    short_form = "equals"
    mapping_rules: ClassVar[Schema] = {"minProperties": 1}

    equals: PartialDate | None
    after: PartialDate | None
    before: PartialDate | None

    @classmethod
    def parse(cls, argument: ItemArgument, item: ItemContext) -> Self:
        """Parse a date or `{equals|after|before}`."""
        arguments = cls.read_arguments(argument)
        equals = _EQUALS.read(arguments)
        after, before = (bound.read(arguments) for bound in _BOUNDS)
        if (equals is None) == (after is None and before is None):
            raise argument.error_at(
                message("expectation.date.several", label=argument.label),
                message("expectation.write", code="date: {after: 2026-03-01, before: 2026-04-01}"),
            )
        expectation = cls(**item.common, equals=equals, after=after, before=before)
        if after and before and not expectation._has_room():
            raise argument.error_at(
                message("expectation.date.reversed", after=after.text, before=before.text),
                message("expectation.date.reversed.next"),
            )
        return expectation

    def _has_room(self) -> bool:
        first, last = (_days(one) for one in (self.after, self.before))
        return first is None or last is None or (last[0] - first[1]).days > 1

    @property
    def expected(self) -> LocalizedText:
        """The date, or the range of dates."""
        if self.equals:
            return message("kind.date.expected", date=self.equals.text)
        after, before = (one.text if one else "" for one in (self.after, self.before))
        if after and before:
            return message("kind.date.expected.between", after=after, before=before)
        if after:
            return message("kind.date.expected.after", date=after)
        return message("kind.date.expected.before", date=before)

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge the dates of the answer; one that meets the expectation is enough."""
        answer = context.reply.answer
        if verdict := reject_long_answer(self, answer):
            return verdict
        other_dates: list[str] = []
        for fact, day in find_calendar_dates(answer):
            if day.says(self.equals) if self.equals else self._is_between(day):
                reason = message("kind.date.passed", date=fact.text, at=fact.start + 1)
                actual = excerpt_around(answer, fact.start, fact.end)
                return self.passed(reason, actual, ((fact.start, fact.end),))
            other_dates.append(fact.text)
        if not other_dates:
            return self.failed(message("kind.date.none", subject=ANSWER), excerpt(answer))
        examples = tuple(dict.fromkeys(other_dates))[:_MAX_SHOWN]
        reason = message(
            "kind.date.failed",
            subject=ANSWER,
            expected=self.expected,
            dates=examples,
            n=len(examples),
        )
        return self.failed(reason, message("kind.all", parts=examples))

    def _is_between(self, day: PartialDate) -> bool:
        """Return whether a date is between the bounds; one without a year is in a bound's year."""
        years = {bound.year for bound in (self.after, self.before) if bound and bound.year}
        after, before = _days(self.after), _days(self.before)
        for year in years:
            days = day.days(year)
            if (
                days
                and (after is None or days[0] > after[1])
                and (before is None or days[1] < before[0])
            ):
                return True
        return False


def _days(bound: PartialDate | None) -> tuple[date, date] | None:
    return bound.days(bound.year) if bound and bound.year else None
