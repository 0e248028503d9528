"""Expectations: what a scenario declares about a reply, one class for each kind, all in `KINDS`.

`build_expectation` makes one from an item of a scenario's `expect:` list; its `judge` returns a
`Verdict`. Judging is pure: the same reply gets the same verdict, offline. A clock only stops a
runaway pattern.

A package outside defines a kind as a subclass of `ExpectationKind`; `kind_discovery` finds it.
"""

from __future__ import annotations

from coze_harness.expectations.item_argument import ItemArgument
from coze_harness.expectations.item_builder import build_expectation
from coze_harness.expectations.kind import ExpectationKind, ItemContext
from coze_harness.expectations.kind_discovery import load_all_kinds, load_project_kinds
from coze_harness.expectations.kind_registry import KINDS, KindRegistry, register_kind
from coze_harness.expectations.kind_schema import (
    item_schema,
    kind_schemas,
)
from coze_harness.expectations.parameter import Schema
from coze_harness.expectations.turn_judging import judge_expectation, judge_turn, score_verdict
from coze_harness.model.trial import Expectation

__all__ = [
    "KINDS",
    "ExpectationKind",
    "ItemArgument",
    "ItemContext",
    "KindRegistry",
    "Schema",
    "asks_for",
    "build_expectation",
    "item_schema",
    "judge_expectation",
    "judge_turn",
    "kind_schemas",
    "load_all_kinds",
    "load_project_kinds",
    "register_kind",
    "score_verdict",
]


def asks_for(expectation: Expectation, kind: str) -> bool:
    """Return whether an expectation is of a kind, or has one inside `not`, `any_of`, `all_of`."""
    if expectation.kind == kind:
        return True
    operands = expectation.operands() if isinstance(expectation, ExpectationKind) else ()
    return bool(operands) and any(asks_for(one, kind) for one in operands)
