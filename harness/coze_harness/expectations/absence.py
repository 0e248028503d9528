"""The form of kinds that exclude something: `none`, or `{none: […], allow: […]}`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, NamedTuple, Self

from coze_harness.expectations.item_argument import ItemArgument, is_list
from coze_harness.expectations.kind import ExpectationKind, ItemContext
from coze_harness.expectations.parameter import (
    Parameter,
    Schema,
    text_list,
)
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
        members = argument.members(message("expectation.write_one_of", names=tuple(parts)))
        return tuple(one.choice(parts) for one in members)

    return (
        Parameter(
            NONE,
            parse,
            {"type": "array", "items": {"enum": names}, "minItems": 1},
            tuple(parts),
        ),
        text_list("allow"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceKind(ExpectationKind):
    """What the kinds share whose `parameters` are `absence_parameters`."""

    short_schemas = ({"type": "string", "const": NONE},)
    mapping_rules: ClassVar[Schema] = {"minProperties": 1}

    absence: Absence

    @classmethod
    def parse(cls, argument: ItemArgument, item: ItemContext) -> Self:
        """Parse `none` or `{none, allow}`."""
        parts = cls.parameters[0].default
        assert isinstance(parts, tuple)  # noqa: S101 (as `absence_parameters` has it)
        if argument.value == NONE:
            return cls(**item.common, absence=Absence(parts))
        if not isinstance(argument.value, dict):
            raise argument.type_error(
                message("expectation.type.none_or_mapping"),
                message("expectation.write", code=f"{cls.kind}: none"),
            )
        example = f"{cls.kind}: {{none: [{', '.join(parts[:2])}]}}"
        arguments = argument.fields([one.key for one in cls.parameters], example)
        if not arguments:
            raise argument.error_at(
                message("expectation.mapping_empty", label=argument.label),
                message("expectation.write", code=f"{cls.kind}: none"),
            )
        unwanted, allowed = (one.read(arguments) for one in absence_parameters(parts))
        return cls(**item.common, absence=Absence(unwanted, allowed))
