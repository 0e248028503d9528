"""Whether plain data fits a shape: a quick yes, or no answer.

Importing pydantic and building its models takes as long as loading five hundred scenarios. Data
that fits here needs none of it; anything else is for `shape_check.py`, which knows better
and tells why. A room that states a shape both ways tests that pydantic takes whatever fits here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from coze_harness.model import JSON

Check: TypeAlias = Callable[[JSON], bool]


def fits(value: JSON, keys: Mapping[str, Check], *needed: str) -> bool:
    """Tell whether a value is a mapping with these keys at most, each with a value that it takes.

    Args:
        value: from a document.
        keys: the keys that there are, with what their values must be.
        needed: those that must be there.
    """
    if not isinstance(value, dict):
        return False
    for key, inner in value.items():
        check = keys.get(key)
        if check is None or not check(inner):
            return False
    return all(key in value for key in needed)


def anything(_value: JSON) -> bool:
    """Take any value."""
    return True


def text(value: JSON) -> bool:
    """Take text that is not empty."""
    return isinstance(value, str) and value != ""


def any_text(value: JSON) -> bool:
    """Take text."""
    return isinstance(value, str)


def flag(value: JSON) -> bool:
    """Take true and false."""
    return isinstance(value, bool)


def whole(least: int, most: int) -> Check:
    """Return what takes a whole number within limits."""
    return lambda value: type(value) is int and least <= value <= most


def number(least: float, most: float) -> Check:
    """Return what takes a number within limits."""
    return lambda value: type(value) in (int, float) and least <= value <= most  # type: ignore[operator]  # numbers


def listed(check: Check, least: int = 0) -> Check:
    """Return what takes a list of at least so many values of a kind."""
    return lambda value: isinstance(value, list) and len(value) >= least and all(map(check, value))


def keyed(check: Check) -> Check:
    """Return what takes a mapping of any keys to values of a kind."""
    return lambda value: isinstance(value, dict) and all(map(check, value.values()))
