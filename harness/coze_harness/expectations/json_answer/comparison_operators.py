"""Comparisons in `where`: `{temp: {gt: 3}}` in place of a value that must be equal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import ge, gt, le, lt
from typing import Final, TypeGuard

from msgspec import Struct

from coze_harness.expectations.item_argument import ItemArgument, is_list
from coze_harness.expectations.json_answer.json_values import (
    UnfinishedQueryError,
    as_json,
    is_same_value,
)
from coze_harness.expectations.text_normalization import nfc
from coze_harness.messages import LocalizedText, literal, message
from coze_harness.model import JSON
from coze_harness.text.safe_regex import PatternError, compile_pattern, time_limit

_SIGNS: Final = {"gt": ">", "gte": "≥", "lt": "<", "lte": "≤", "ne": "≠"}
OPERATORS: Final = (*_SIGNS, "in", "contains", "matches", "type", "exists")
_UNMISTAKABLE: Final = ("gt", "gte", "lt", "lte", "matches", "exists")
"""Operators that are no likely keys of an answer's data: a wrong operand is an error."""
_CLASSES: Final[Mapping[str, type]] = {
    "null": type(None),
    "boolean": bool,
    "string": str,
    "array": list,
    "object": dict,
}
_TYPES: Final = (*_CLASSES, "integer", "number")
_COMPARISONS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "gt": gt,
    "gte": ge,
    "lt": lt,
    "lte": le,
}


class ValueComparison(Struct, frozen=True):
    """An operator with its operand."""

    operator: str
    operand: JSON

    def accepts(self, value: JSON) -> bool:
        """Return whether a value is as the operator says.

        Raises:
            UnfinishedQueryError: a pattern takes too long.
        """
        operator, operand = self.operator, self.operand
        if compare := _COMPARISONS.get(operator):
            return _is_number(value) and _is_number(operand) and compare(value, operand)
        if operator == "ne":
            return not is_same_value(operand, value)
        if operator == "in":
            return is_list(operand) and any(is_same_value(one, value) for one in operand)
        if operator == "contains":
            return _contains(value, operand)
        if operator == "matches":
            return isinstance(value, str) and _matches(str(operand), value)
        if operator == "type":
            return _has_type(value, str(operand))
        return (value is not None) == operand

    def describe(self) -> LocalizedText:
        """Return what is expected: `> 3`, `one of [1, 2]`."""
        if self.operator == "matches":
            return message("kind.where.matches", pattern=str(self.operand))
        if self.operator == "type":
            return message("kind.where.type", type=str(self.operand))
        if self.operator == "exists":
            return message("kind.where.exists" if self.operand else "kind.where.nothing")
        value = as_json(self.operand)
        if self.operator == "in":
            return message("kind.where.in", values=value)
        if self.operator == "contains":
            return message("kind.where.contains", value=value)
        return literal(f"{_SIGNS[self.operator]} {value}")


def parse_comparisons(argument: ItemArgument) -> tuple[ValueComparison, ...]:
    """Return the comparisons that a mapping declares; none for a value that must be equal.

    All keys must be operators, with operands that they can have: a mapping with other keys is a
    literal one, and so is `{type: book}`.

    Raises:
        ScenarioError: the operand of an operator such as `gt` is not valid.
    """
    value = argument.value
    if not isinstance(value, dict) or not value or not set(value) <= set(OPERATORS):
        return ()
    for operator, operand in value.items():
        inner = argument.child(operator, operand)
        if operator in _UNMISTAKABLE:
            _check_operand(operator, inner)
        elif not _is_operand(operator, operand):
            return ()
    return tuple(ValueComparison(operator, operand) for operator, operand in value.items())


def _is_operand(operator: str, operand: JSON) -> bool:
    if operator == "in":
        return is_list(operand)
    return operator != "type" or operand in _TYPES


def _check_operand(operator: str, operand: ItemArgument) -> None:
    if operator == "exists":
        operand.flag()
    elif operator == "matches":
        try:
            compile_pattern(nfc(operand.text()))
        except PatternError as error:
            raise operand.error_at(
                message("expectation.regex.invalid", label=operand.label, error=error.reason),
                message("expectation.regex.invalid.next"),
            ) from error
    elif not _is_number(operand.value):
        raise operand.type_error(
            message("expectation.type.number"),
            message("expectation.write", code=f"{operator}: 3"),
        )


def _is_number(value: JSON) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _contains(value: JSON, part: JSON) -> bool:
    """Return whether a text has a part, a list a member, or a mapping a key."""
    if isinstance(value, str):
        return isinstance(part, str) and nfc(part) in nfc(value)
    if isinstance(value, Mapping):
        return part in value
    return is_list(value) and any(is_same_value(part, one) for one in value)


def _matches(pattern: str, text: str) -> bool:
    limit = time_limit(text)
    try:
        return compile_pattern(nfc(pattern)).search(nfc(text), timeout=limit) is not None
    except TimeoutError as error:
        raise UnfinishedQueryError(
            message("kind.regex.stopped", pattern=pattern, seconds=round(limit, 1), n=len(text))
        ) from error


def _has_type(value: JSON, name: str) -> bool:
    if name == "integer":
        return _is_number(value) and (isinstance(value, int) or value.is_integer())
    if name == "number":
        return _is_number(value)
    return isinstance(value, _CLASSES[name])
