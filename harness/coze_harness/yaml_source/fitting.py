"""Whether plain data fits a shape: a quick yes, or no answer.

Importing pydantic and building its models takes as long as loading five hundred scenarios. Data
that fits here needs none of it; anything else goes to `shape_check.py`, which knows more and says
why. A room that declares a shape both ways tests that pydantic accepts whatever fits here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from coze_harness.model import JSON

Check: TypeAlias = Callable[[JSON], bool]


def fits(value: JSON, keys: Mapping[str, Check], *required: str) -> bool:
    """Return whether a value is a mapping whose keys are known and whose values pass their checks.

    Args:
        value: from a document.
        keys: the known keys, with the checks of their values.
        required: keys that must be there.
    """
    if not isinstance(value, dict):
        return False
    for key, child in value.items():
        check = keys.get(key)
        if check is None or not check(child):
            return False
    return all(key in value for key in required)


def anything(_value: JSON) -> bool:
    """Accept any value."""
    return True


def text(value: JSON) -> bool:
    """Accept text that is not empty."""
    return isinstance(value, str) and value != ""


def any_text(value: JSON) -> bool:
    """Accept text."""
    return isinstance(value, str)


def flag(value: JSON) -> bool:
    """Accept true and false."""
    return isinstance(value, bool)


def whole(least: int, most: int) -> Check:
    """Return a check for whole numbers within limits."""
    return lambda value: type(value) is int and least <= value <= most


def number(least: float, most: float) -> Check:
    """Return a check for numbers within limits."""
    return lambda value: type(value) in (int, float) and least <= value <= most  # type: ignore[operator]  # numbers


def listed(check: Check, least: int = 0) -> Check:
    """Return a check for lists of at least `least` values that pass another check."""
    return lambda value: isinstance(value, list) and len(value) >= least and all(map(check, value))


def keyed(check: Check) -> Check:
    """Return a check for mappings of any keys to values that pass another check."""
    return lambda value: isinstance(value, dict) and all(map(check, value.values()))
