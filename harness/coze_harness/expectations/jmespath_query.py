"""`where:` of the kinds on data: JMESPath expressions, each with the value that it must find."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Protocol

from coze_harness.expectations.excerpt import excerpt
from coze_harness.expectations.item_argument import ItemArgument
from coze_harness.expectations.parameter import Parameter
from coze_harness.expectations.text_normalization import nfc
from coze_harness.messages import LocalizedText, literal, message
from coze_harness.model import JSON


class CompiledQuery(Protocol):
    """A compiled JMESPath expression."""

    def search(self, value: JSON) -> JSON:
        """Return what it finds in a value; null where there is nothing."""
        ...


class UnfinishedQueryError(Exception):
    """An expression's evaluation exceeds a limit.

    Args:
        reason: one sentence: which expression, and which limit.
    """

    def __init__(self, reason: LocalizedText) -> None:
        super().__init__(reason)
        self.reason = reason


class Mismatch(NamedTuple):
    """Why a value does not match: a part of a sentence, and what is there instead."""

    reason: LocalizedText
    actual: LocalizedText


@dataclass(frozen=True, slots=True)
class JmesPathCheck:
    """One expression and the value it must find; found mappings may have more keys."""

    source: str
    expected: JSON
    query: CompiledQuery = field(compare=False, repr=False)

    def mismatch(self, value: JSON) -> Mismatch | None:
        """Return why a value does not match; `None` if it does.

        Raises:
            UnfinishedQueryError: the evaluation exceeds a limit.
        """
        from jmespath.exceptions import JMESPathError  # only where it is used

        from coze_harness.expectations.bounded_query import QueryLimitError

        try:
            actual = self.query.search(value)
        except QueryLimitError as error:
            raise UnfinishedQueryError(
                message("kind.where.stopped", path=self.source, reason=error.reason)
            ) from error
        except (JMESPathError, RecursionError) as error:
            reason = message("kind.where.invalid", path=self.source, error=str(error))
            return Mismatch(reason, message("kind.where.nothing"))
        return find_mismatch(self.expected, actual, self.source)


def _parse_checks(argument: ItemArgument) -> tuple[JmesPathCheck, ...]:
    # Only where it is used.
    from coze_harness.expectations.bounded_query import BoundedQuery, QueryError

    example = message("expectation.write", code='where: {"items[0].name": 北京}')
    if not isinstance(argument.value, dict):
        raise argument.type_error(message("expectation.type.mapping"), example)
    if not argument.value:
        raise argument.error_at(message("expectation.mapping_empty", label=argument.label), example)
    checks = []
    for source, expected in argument.value.items():
        try:
            checks.append(JmesPathCheck(source, expected, BoundedQuery(source)))
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
        "description": "JMESPath expressions, each with the value that it must find.",
    },
    (),
)


def first_mismatch(checks: tuple[JmesPathCheck, ...], value: JSON) -> Mismatch | None:
    """Return the first reason why a value does not match all checks; `None` if it does."""
    return next(filter(None, (check.mismatch(value) for check in checks)), None)


def describe_checks(checks: tuple[JmesPathCheck, ...]) -> tuple[LocalizedText, ...]:
    """Return what each check expects: `items[0].name is "北京"`."""
    return tuple(
        message("kind.where.expected", path=check.source, value=as_json(check.expected))
        for check in checks
    )


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
            return _mismatch(expected, actual, place)
        for key, value in expected.items():
            inside = f"{place}.{key}" if place else key
            if key not in actual:
                return Mismatch(
                    message("kind.where.missing", path=inside), message("kind.where.nothing")
                )
            if found := find_mismatch(value, actual[key], inside):
                return found
        return None
    if isinstance(expected, list | tuple):
        if isinstance(actual, list | tuple) and len(actual) == len(expected):
            pairs = zip(expected, actual, strict=True)
            found_in = (find_mismatch(a, b, f"{place}[{i}]") for i, (a, b) in enumerate(pairs))
            return next(filter(None, found_in), None)
    elif _is_same_scalar(expected, actual):
        return None
    return _mismatch(expected, actual, place)


def _mismatch(expected: JSON, actual: JSON, place: str) -> Mismatch:
    shown = excerpt(as_json(actual))
    if place:
        reason = message(
            "kind.where.other", path=place, actual=shown, expected=excerpt(as_json(expected))
        )
    else:
        reason = message("kind.where.no_mapping", actual=shown)
    return Mismatch(reason, literal(shown))


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
