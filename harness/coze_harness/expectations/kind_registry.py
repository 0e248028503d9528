"""The table of kinds: the only place that names them all."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from coze_harness.expectations.baseline_kind import SameAsBaseline
from coze_harness.expectations.combinator_kinds import AllOf, AnyOf, Not
from coze_harness.expectations.json_kind import Json
from coze_harness.expectations.kind import ExpectationKind
from coze_harness.expectations.length_kind import Length
from coze_harness.expectations.message_kinds import Messages, ToolCalled
from coze_harness.expectations.numeric_kinds import (
    FirstToken,
    FollowUps,
    Latency,
    Polls,
    TokenUsage,
)
from coze_harness.expectations.reasoning_kind import Reasoning
from coze_harness.expectations.regex_kind import Regex
from coze_harness.expectations.similarity_kind import Similar
from coze_harness.expectations.status_kind import Status
from coze_harness.expectations.text_kinds import Contains, EndsWith, Equals, StartsWith

KINDS: Final[tuple[type[ExpectationKind], ...]] = (
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
    TokenUsage,
    Polls,
    Status,
)
"""Every kind, in the order in which they are told to people.

A new kind is one class and its name here; the loader, the nearest-word hints, the editor's schema
and the table in the documentation read this.
"""

BY_NAME: Final[Mapping[str, type[ExpectationKind]]] = MappingProxyType(
    {kind.kind: kind for kind in KINDS}
)
