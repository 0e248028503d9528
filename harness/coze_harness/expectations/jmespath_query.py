"""`where:` of the kinds on data: JMESPath expressions, each with the value that it must find."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from coze_harness.expectations.excerpt import excerpt
from coze_harness.expectations.item_argument import ItemArgument
from coze_harness.expectations.parameter import Parameter
from coze_harness.expectations.text_normalization import nfc
from coze_harness.model import JSON


class CompiledQuery(Protocol):
    """A compiled JMESPath expression."""

    def search(self, value: JSON) -> JSON:
        """Return what it finds in a value; null where there is nothing."""
        ...


class UnfinishedQueryError(Exception):
    """An expression's evaluation exceeds a limit; the text says which."""


@dataclass(frozen=True, slots=True)
class JmesPathCheck:
    """One expression and the value it must find; found mappings may have more keys."""

    source: str
    expected: JSON
    query: CompiledQuery = field(compare=False, repr=False)

    def mismatch(self, value: JSON) -> str:
        """Return why a value does not match, in words, or empty text.

        Raises:
            UnfinishedQueryError: the evaluation exceeds a limit.
        """
        from jmespath.exceptions import JMESPathError  # only where it is used

        from coze_harness.expectations.bounded_query import QueryLimitError

        try:
            actual = self.query.search(value)
        except QueryLimitError as error:
            raise UnfinishedQueryError(f"{self.source} was stopped: {error}") from error
        except (JMESPathError, RecursionError) as error:
            return f"{self.source} cannot be looked for: {error}"
        return mismatch(self.expected, actual, self.source)


def _parse_checks(argument: ItemArgument) -> tuple[JmesPathCheck, ...]:
    # Only where it is used.
    from coze_harness.expectations.bounded_query import BoundedQuery, QueryError

    example = 'Write `where: {"items[0].name": 北京}`.'
    if not isinstance(argument.value, dict):
        raise argument.type_error("a mapping", example)
    if not argument.value:
        raise argument.error_at(f'"{argument.label}" is empty.', example)
    checks = []
    for source, expected in argument.value.items():
        try:
            checks.append(JmesPathCheck(source, expected, BoundedQuery(source)))
        except QueryError as error:
            raise argument.key_error(
                source,
                f'"{excerpt(source)}" is not a JMESPath expression: {error}.',
                "Correct it; a key with characters other than letters and digits needs quotes: "
                """`'"a-b".c': …`.""",
            ) from error
    return tuple(checks)


WHERE: Final[Parameter[tuple[JmesPathCheck, ...]]] = Parameter(
    "where",
    _parse_checks,
    {
        "type": "object",
        "minProperties": 1,
        "description": "JMESPath expressions, each with the value that it must find.",
    },
    (),
)


def first_mismatch(checks: tuple[JmesPathCheck, ...], value: JSON) -> str:
    """Return the first reason why a value does not match all checks, or empty text."""
    return next(filter(None, (check.mismatch(value) for check in checks)), "")


def describe_checks(checks: tuple[JmesPathCheck, ...]) -> str:
    """Return all checks in words."""
    return " and ".join(f"{check.source} is {as_json(check.expected)}" for check in checks)


def mismatch(expected: JSON, actual: JSON, place: str = "") -> str:
    """Return the first thing in `expected` that `actual` lacks, in words, or empty text.

    Mappings may have more keys than expected; lists must be equally long.
    """
    here = place or "the arguments"
    if isinstance(expected, Mapping):
        if not isinstance(actual, Mapping):
            return f"{here} should be a mapping and is {excerpt(as_json(actual))}"
        for key, value in expected.items():
            inside = f"{place}.{key}" if place else key
            if key not in actual:
                return f"there is no {inside}"
            if reason := mismatch(value, actual[key], inside):
                return reason
        return ""
    if isinstance(expected, list | tuple):
        if isinstance(actual, list | tuple) and len(actual) == len(expected):
            pairs = zip(expected, actual, strict=True)
            reasons = (mismatch(a, b, f"{place}[{i}]") for i, (a, b) in enumerate(pairs))
            return next(filter(None, reasons), "")
    elif _is_same_scalar(expected, actual):
        return ""
    return f"{here} is {excerpt(as_json(actual))}, not {as_json(expected)}"


def _is_same_scalar(expected: JSON, actual: JSON) -> bool:
    """Return whether two JSON scalars are the same; true is not 1, but 1 is 1.0."""
    if isinstance(expected, str) and isinstance(actual, str):
        return nfc(expected) == nfc(actual)
    if isinstance(expected, bool) or isinstance(actual, bool):
        return expected is actual
    return expected == actual


def as_json(value: JSON) -> str:
    """Return a value as JSON text for a message."""
    return json.dumps(value, ensure_ascii=False, default=dict)
