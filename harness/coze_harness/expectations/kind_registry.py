"""The registry of kinds: the only place that names them all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, TypeVar

from coze_harness.expectations.baseline_kind import SameAsBaseline
from coze_harness.expectations.combinator_kinds import AllOf, AnyOf, Not
from coze_harness.expectations.conversation_kind import WholeConversation
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
from coze_harness.expectations.question_kind import Asks
from coze_harness.expectations.reasoning_kind import Reasoning
from coze_harness.expectations.regex_kind import Regex
from coze_harness.expectations.similarity_kind import Similar
from coze_harness.expectations.status_kind import Status
from coze_harness.expectations.text_kinds import Contains, EndsWith, Equals, StartsWith
from coze_harness.expectations.text_normalization import OPTION_KEYS
from coze_harness.expectations.turn_count_kind import TurnCount

COMMON_KEYS: Final = ("name", "weight", "severity")
"""Keys of an item that go with every kind."""

_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
KindT = TypeVar("KindT", bound=type[ExpectationKind])


class KindRegistry(Mapping[str, type[ExpectationKind]]):
    """Kinds by the key that authors write, in the order in which people see them."""

    def __init__(self, *kinds: type[ExpectationKind]) -> None:
        self._kinds: dict[str, type[ExpectationKind]] = {}
        for kind in kinds:
            self.register(kind)

    def __getitem__(self, name: str) -> type[ExpectationKind]:
        return self._kinds[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._kinds)

    def __len__(self) -> int:
        return len(self._kinds)

    def register(self, kind: KindT) -> KindT:
        """Add a kind, and return it, so that this is a class decorator (above `@dataclass`).

        Raises:
            ValueError: the name is not lower-case words joined by underscores, or is in use.
        """
        name = kind.kind
        if not _NAME.fullmatch(name):
            raise ValueError(f'"{name}" is not a name for a kind, such as "starts_with".')
        known = self._kinds.get(name)
        if name in (*COMMON_KEYS, *OPTION_KEYS) or (known and known is not kind):
            raise ValueError(f'The name "{name}" of {kind.__qualname__} is already in use.')
        self._kinds[name] = kind
        return kind

    def unregister(self, name: str) -> None:
        """Remove a kind, such as one that a test has registered."""
        del self._kinds[name]


KINDS: Final = KindRegistry(
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
    Asks,
    Reasoning,
    Similar,
    SameAsBaseline,
    Latency,
    FirstToken,
    TokenUsage,
    Polls,
    Status,
    TurnCount,
    WholeConversation,
)
"""Every kind of this process.

A new built-in kind is one class and its name here; error messages, the editor's schema and the
tables of the documentation read this. Kinds of other packages are added with `register_kind`.
"""


def register_kind(kind: KindT) -> KindT:
    """Add a kind of your own for all scenarios of this process; see `ExpectationKind`.

    Use it as a decorator above `@dataclass`, in a module that is imported before scenarios are
    loaded. Worker processes import that module when they unpickle an expectation of the kind.

    Raises:
        ValueError: the name is not lower-case words joined by underscores, or is in use.
    """
    return KINDS.register(kind)
