"""The table of kinds: the only place that names them all."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from harness.expectations.baseline import SameAsBaseline
from harness.expectations.closeness import Similar
from harness.expectations.combine import AllOf, AnyOf, Not
from harness.expectations.cost import FirstToken, FollowUps, Latency, Polls, Tokens
from harness.expectations.jsonshape import Json
from harness.expectations.kind import Kind
from harness.expectations.length import Length
from harness.expectations.matching import Regex
from harness.expectations.reasoning import Reasoning
from harness.expectations.shape import Messages, ToolCalled
from harness.expectations.state import Status
from harness.expectations.text import Contains, EndsWith, Equals, StartsWith

KINDS: Final[tuple[type[Kind], ...]] = (
    Contains,
    Equals,
    Regex,
    StartsWith,
    EndsWith,
    Length,
    Not,
    AnyOf,
    AllOf,
    Json,
    Messages,
    ToolCalled,
    FollowUps,
    Reasoning,
    Similar,
    SameAsBaseline,
    Latency,
    FirstToken,
    Tokens,
    Polls,
    Status,
)
"""Every kind, in the order in which they are told to people.

A new kind is one class and its name here; the loader, the nearest-word hints, the editor's schema
and the table in the documentation read this.
"""

BY_NAME: Final[Mapping[str, type[Kind]]] = MappingProxyType({kind.kind: kind for kind in KINDS})
