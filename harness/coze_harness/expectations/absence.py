"""The form of kinds that exclude something: `none`, or `{none: […], allow: […]}`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from coze_harness.expectations.item_argument import ItemArgument, is_list
from coze_harness.expectations.parameter import Parameter, Schema, alternatives, mapping_schema
from coze_harness.messages import message
from coze_harness.model import JSON

NONE: Final = "none"
"""The word for: nothing of this kind."""


class Absence(NamedTuple):
    """What an answer must not contain.

    Attributes:
        parts: the names of what is looked for.
        allowed: texts that may be there all the same.
    """

    parts: tuple[str, ...]
    allowed: tuple[str, ...] = ()


def absence_parameters(parts: Sequence[str]) -> tuple[Parameter[tuple[str, ...]], ...]:
    """Return the parameters `none` and `allow`.

    Args:
        parts: the names of what can be looked for.
    """
    names: list[JSON] = list(parts)

    def parse(argument: ItemArgument) -> tuple[str, ...]:
        if not is_list(argument.value):
            raise argument.type_error(
                message("expectation.type.texts"),
                message("expectation.write", code=f"none: [{parts[0]}]"),
            )
        if not argument.value:
            raise argument.error_at(
                message("expectation.list_empty", label=argument.label),
                message("expectation.write_one_of", names=tuple(parts)),
            )
        members = enumerate(argument.value)
        return tuple(argument.child(i, member).choice(parts) for i, member in members)

    return (
        Parameter(
            NONE,
            parse,
            {"type": "array", "items": {"enum": names}, "minItems": 1},
            tuple(parts),
        ),
        Parameter(
            "allow",
            ItemArgument.texts,
            {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1},
            (),
        ),
    )


def absence_schema(parameters: Sequence[Parameter[object]]) -> Schema:
    """Return the JSON Schema of `none` or `{none, allow}`."""
    return alternatives(
        {"type": "string", "const": NONE}, {**mapping_schema(parameters), "minProperties": 1}
    )


def parse_absence(
    argument: ItemArgument,
    parameters: Sequence[Parameter[tuple[str, ...]]],
    example: str,
) -> Absence:
    """Return what an item says that an answer must not contain.

    Raises:
        ScenarioError: it is neither `none` nor such a mapping.
    """
    if argument.value == NONE:
        return Absence(parameters[0].default)
    if not isinstance(argument.value, dict):
        raise argument.type_error(
            message("expectation.type.none_or_mapping"),
            message("expectation.write", code=f"{argument.path[-1]}: none"),
        )
    arguments = argument.fields([one.key for one in parameters], example)
    if not arguments:
        raise argument.error_at(
            message("expectation.mapping_empty", label=argument.label),
            message("expectation.write", code=f"{argument.path[-1]}: none"),
        )
    parts, allowed = (one.read(arguments) for one in parameters)
    return Absence(parts, allowed)
