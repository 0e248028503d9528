"""Expectations: what a scenario declares about a reply, one class a kind, listed in `KINDS`.

`build_expectation` makes one from an item of a scenario's `expect:` list; its `judge` returns a
`Verdict`. Judging is pure: the same reply gets the same verdict, offline and without a clock, which
only stops a runaway pattern.
"""

from __future__ import annotations

from coze_harness.expectations.item_builder import build_expectation
from coze_harness.expectations.kind import ExpectationKind
from coze_harness.expectations.kind_registry import KINDS
from coze_harness.expectations.kind_schema import (
    KindSummary,
    item_schema,
    kind_schemas,
    summarize_kinds,
)
from coze_harness.model.trial import Expectation

__all__ = [
    "KINDS",
    "ExpectationKind",
    "KindSummary",
    "asks_for",
    "build_expectation",
    "item_schema",
    "kind_schemas",
    "summarize_kinds",
]


def asks_for(expectation: Expectation, kind: str) -> bool:
    """Tell whether an expectation is of a kind, or holds one inside `not`, `any_of` or `all_of`."""
    if expectation.kind == kind:
        return True
    inner = expectation.operands() if isinstance(expectation, ExpectationKind) else ()
    return bool(inner) and any(asks_for(one, kind) for one in inner)
