"""`where:` of the kinds on data: JMESPath expressions, each with the value that it must find."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from coze_harness.expectations.excerpt import excerpt
from coze_harness.expectations.item_argument import ItemArgument
from coze_harness.expectations.json_answer.comparison_operators import (
    ValueComparison,
    parse_comparisons,
)
from coze_harness.expectations.json_answer.json_values import as_json, is_same_value
from coze_harness.expectations.parameter import Parameter
from coze_harness.messages import LocalizedText, literal, message
from coze_harness.model import JSON

if TYPE_CHECKING:  # imports jmespath
    from coze_harness.expectations.json_answer.bounded_query import BoundedQuery


class Mismatch(NamedTuple):
    """Why a value does not match: a part of a sentence, and what is there instead."""

    reason: LocalizedText
    actual: LocalizedText


@dataclass(frozen=True, slots=True)
class JmesPathCheck:
    """One expression, and the value it must find or comparisons with what it finds.

    Found mappings may have more keys. A mapping that has all the operators as keys is compared
    with them as with a literal mapping.
    """

    source: str
    expected: JSON
    query: BoundedQuery = field(compare=False, repr=False)
    comparisons: tuple[ValueComparison, ...] = ()
    """In place of equality, where the expected value consists of operators."""

    def mismatch(self, value: JSON) -> Mismatch | None:
        """Return why a value does not match; `None` if it does.

        Raises:
            UnfinishedQueryError: the evaluation exceeds a limit.
        """
        from jmespath.exceptions import JMESPathError  # only where it is used

        try:
            actual = self.query.search(value)
        except (JMESPathError, RecursionError) as error:
            reason = message("kind.where.invalid", path=self.source, error=str(error))
            return Mismatch(reason, message("kind.where.nothing"))
        if self.comparisons and not _has_keys(actual, self.expected):
            return self._compare(actual)
        return find_mismatch(self.expected, actual, self.source)

    def _compare(self, actual: JSON) -> Mismatch | None:
        if all(one.accepts(actual) for one in self.comparisons):
            return None
        return _mismatch(self.description, actual, self.source)

    @property
    def description(self) -> LocalizedText:
        """The expected value, or the comparisons."""
        if not self.comparisons:
            return literal(as_json(self.expected))
        return message("kind.all", parts=tuple([one.describe() for one in self.comparisons]))


def _parse_checks(argument: ItemArgument) -> tuple[JmesPathCheck, ...]:
    # Only where it is used.
    from coze_harness.expectations.json_answer.bounded_query import BoundedQuery, QueryError

    example = 'where: {"items[0].name": 北京}'
    mapping = argument.mapping(example)
    if not mapping:
        raise argument.error_at(
            message("expectation.mapping_empty", label=argument.label),
            message("expectation.write", code=example),
        )
    checks = []
    for source, expected in mapping.items():
        try:
            comparisons = parse_comparisons(argument.child(source, expected))
            checks.append(JmesPathCheck(source, expected, BoundedQuery(source), comparisons))
        except QueryError as error:
            raise argument.key_error(
                source,
                message(
                    "expectation.query.invalid", expression=excerpt(source), error=error.reason
                ),
                message("expectation.query.invalid.next"),
            ) from error
    return tuple(checks)


WHERE: Final[Parameter[tuple[JmesPathCheck, ...]]] = Parameter(
    "where",
    _parse_checks,
    {
        "type": "object",
        "minProperties": 1,
        "description": "JMESPath expressions, each with the value that it must find, or with "
        "comparisons: gt, gte, lt, lte, ne, in, contains, matches, type, exists.",
    },
    (),
)


def first_mismatch(checks: tuple[JmesPathCheck, ...], value: JSON) -> Mismatch | None:
    """Return the first reason why a value does not match all checks; `None` if it does."""
    return next(filter(None, (check.mismatch(value) for check in checks)), None)


def describe_checks(checks: tuple[JmesPathCheck, ...]) -> tuple[LocalizedText, ...]:
    """Return what each check expects: `items[0].name is "北京"`."""
    return tuple(
        message("kind.where.compared", path=check.source, comparison=check.description)
        if check.comparisons
        else message("kind.where.expected", path=check.source, value=as_json(check.expected))
        for check in checks
    )


def _has_keys(actual: JSON, expected: JSON) -> bool:
    if not (isinstance(actual, Mapping) and isinstance(expected, Mapping)):
        return False
    return expected.keys() <= actual.keys()


def find_mismatch(expected: JSON, actual: JSON, place: str = "") -> Mismatch | None:
    """Return the first thing in `expected` that `actual` lacks; `None` if it has everything.

    Mappings may have more keys than expected; lists must be equally long.

    Args:
        expected: a value or a part of it.
        actual: the value.
        place: where `actual` comes from; empty for the arguments of a tool call.
    """
    if isinstance(expected, Mapping):
        if not isinstance(actual, Mapping):
            return _mismatch(excerpt(as_json(expected)), actual, place)
        for key, value in expected.items():
            inside = f"{place}.{key}" if place else key
            if key not in actual:
                return Mismatch(
                    message("kind.where.missing", path=inside), message("kind.where.nothing")
                )
            if mismatch := find_mismatch(value, actual[key], inside):
                return mismatch
        return None
    if isinstance(expected, list | tuple):
        if isinstance(actual, list | tuple) and len(actual) == len(expected):
            pairs = zip(expected, actual, strict=True)
            mismatches = (find_mismatch(a, b, f"{place}[{i}]") for i, (a, b) in enumerate(pairs))
            return next(filter(None, mismatches), None)
    elif is_same_value(expected, actual):
        return None
    return _mismatch(excerpt(as_json(expected)), actual, place)


def _mismatch(expected: str | LocalizedText, actual: JSON, place: str) -> Mismatch:
    text = excerpt(as_json(actual))
    reason = message("kind.where.no_mapping", actual=text)
    if place:
        reason = message("kind.where.other", path=place, actual=text, expected=expected)
    return Mismatch(reason, literal(text))
