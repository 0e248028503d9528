"""JSON's values, taken strictly: a value of another type is a ValueError or TypeError."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import TypeAlias

Record: TypeAlias = Mapping[str, "object"]


def texts(*names: str) -> Callable[[Record], tuple[str, ...]]:
    """Return what takes several values out of a record at once, and sees that they are text."""
    take = itemgetter(*names)

    def taken(record: Record) -> tuple[str, ...]:
        values: tuple[str, ...] = take(record)
        "".join(values)  # the cheapest way to have a TypeError for whatever is not text
        return values

    return taken


def text(value: object) -> str:
    """Return text."""
    if type(value) is not str:
        raise ValueError("text is expected")
    return value


def one(value: object) -> dict[str, object]:
    """Return a JSON object."""
    if type(value) is not dict:
        raise ValueError("an object is expected")
    return value


def listed(value: object) -> list[object]:
    """Return a list of anything."""
    if type(value) is not list:
        raise ValueError("a list is expected")
    return value


def records(value: object) -> list[Record]:
    """Return a list, of objects as their reader will find."""
    if type(value) is not list:
        raise ValueError("a list is expected")
    return value


def lines(value: object) -> tuple[str, ...]:
    """Return a list of texts."""
    if type(value) is not list or not all(type(entry) is str for entry in value):
        raise ValueError("a list of texts is expected")
    return tuple(value)


def whole(value: object) -> int:
    """Return a whole number."""
    if type(value) is not int:
        raise ValueError(f"{value!r:.40} is not a whole number")
    return value


def count(value: object) -> int:
    """Return a whole number of things."""
    if type(value) is not int or value < 0:
        raise ValueError("a whole number is expected, 0 or more")
    return value


def truth(value: object) -> bool:
    """Return true or false."""
    if type(value) is not bool:
        raise ValueError("true or false is expected")
    return value


def number(value: object) -> float:
    """Return a number as a float."""
    if type(value) is float:
        return value
    if type(value) is int:
        return float(value)
    raise ValueError(f"{value!r:.40} is not a number")


def number_or_none(value: object) -> float | None:
    """Return a number, or nothing where there is null."""
    return None if value is None else number(value)
