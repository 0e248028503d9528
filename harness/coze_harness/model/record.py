"""What the records of the model share.

What a run stores is a msgspec struct, and `rename` gives the keys of its files. A struct is defined
and created several times as fast as a frozen dataclass.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated, TypeAlias

from msgspec import Meta, Struct, structs

Count: TypeAlias = Annotated[int, Meta(ge=0)]
"""A whole number, 0 or more."""

if TYPE_CHECKING:
    from dataclasses import replace as replace  # the type checker knows the fields of both kinds
else:

    def replace(record: object, /, **changes: object) -> object:
        """Return a copy of a struct or dataclass with other values in some fields."""
        if isinstance(record, Struct):
            return structs.replace(record, **changes)
        return dataclasses.replace(record, **changes)


def field_names(record: object) -> tuple[str, ...] | None:
    """Return the names of the fields of a struct or dataclass; `None` for another object."""
    if isinstance(record, Struct):
        return record.__struct_fields__
    if not dataclasses.is_dataclass(record):
        return None
    return tuple(field.name for field in dataclasses.fields(record))
