"""Expectations: what a scenario declares about a reply, one class a kind, listed in `KINDS`.

`build` makes one from an item of a scenario's `expect:` list; `judge` of what it returns gives a
`Verdict`. Judging is pure: the same reply gets the same verdict, offline and without a clock, which
only stops a runaway pattern.
"""

from __future__ import annotations

from coze_harness.expectations.item_builder import build
from coze_harness.expectations.kind import Kind
from coze_harness.expectations.kind_registry import KINDS
from coze_harness.expectations.kind_schema import Described, describe, item_schema, schemas
from coze_harness.model.trial import Expectation

__all__ = [
    "KINDS",
    "Described",
    "Kind",
    "asks_for",
    "build",
    "describe",
    "item_schema",
    "schemas",
]


def asks_for(expectation: Expectation, kind: str) -> bool:
    """Tell whether an expectation is of a kind, or holds one inside `not`, `any_of` or `all_of`."""
    if expectation.kind == kind:
        return True
    inner = expectation.inner() if isinstance(expectation, Kind) else ()
    return bool(inner) and any(asks_for(one, kind) for one in inner)
