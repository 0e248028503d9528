"""The registry of kinds: the only place that names them all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, TypeVar

from coze_harness.expectations.baseline_kind import SameAsBaseline
from coze_harness.expectations.combinator_kinds import AllOf, AnyOf, Not, SomeOf
from coze_harness.expectations.conversation_kind import WholeConversation
from coze_harness.expectations.date_kind import CalendarDate
from coze_harness.expectations.facts_kind import SameFacts
from coze_harness.expectations.json_kind import Json
from coze_harness.expectations.judge_kind import Judge
from coze_harness.expectations.kind import ExpectationKind
from coze_harness.expectations.language_kind import SpokenLanguage
from coze_harness.expectations.leak_kind import NoLeak
from coze_harness.expectations.length_kind import Length
from coze_harness.expectations.links_kind import AllowedLinks
from coze_harness.expectations.markdown_kind import Markdown
from coze_harness.expectations.meaning_kind import Meaning
from coze_harness.expectations.message_kinds import Messages, ToolCalled
from coze_harness.expectations.number_kind import Number
from coze_harness.expectations.numeric_kinds import (
    FirstToken,
    FollowUps,
    Latency,
    Polls,
    TokenUsage,
)
from coze_harness.expectations.one_of_kind import OneOf
from coze_harness.expectations.order_kind import Order
from coze_harness.expectations.pii_kind import NoPersonalData
from coze_harness.expectations.python_kind import Python
from coze_harness.expectations.question_kind import Asks
from coze_harness.expectations.reasoning_kind import Reasoning
from coze_harness.expectations.refusal_kind import Refusal
from coze_harness.expectations.regex_kind import Regex
from coze_harness.expectations.similarity_kind import Similar
from coze_harness.expectations.status_kind import Status
from coze_harness.expectations.text_kinds import Contains, EndsWith, Equals, StartsWith
from coze_harness.expectations.text_normalization import OPTION_KEYS
from coze_harness.expectations.turn_count_kind import TurnCount
from coze_harness.model import MIN_SCORE

COMMON_KEYS: Final = ("name", "weight", "severity")
"""Keys of an item that go with every kind."""

_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_NOT_FREE: Final = (*COMMON_KEYS, *OPTION_KEYS, MIN_SCORE)
KindT = TypeVar("KindT", bound=type[ExpectationKind])


def is_kind_name(name: str) -> bool:
    """Return whether a kind may have a name."""
    return _NAME.fullmatch(name) is not None and name not in _NOT_FREE


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

        A kind replaces the one of the same module and class name: its module was imported again.

        Raises:
            ValueError: the name is not lower-case words joined by underscores, or is in use; the
                class has no summary or example.
        """
        name = kind.kind
        if not _NAME.fullmatch(name):
            raise ValueError(f'"{name}" is not a name for a kind, such as "starts_with".')
        missing = [key for key in ("summary", "example") if not hasattr(kind, key)]
        if missing:
            raise ValueError(f'{kind.__qualname__} has no "{missing[0]}".')
        known = self._kinds.get(name)
        if name in _NOT_FREE or (known and not _is_same_class(known, kind)):
            raise ValueError(f'The name "{name}" of {kind.__qualname__} is already in use.')
        self._kinds[name] = kind
        return kind

    def unregister(self, name: str) -> None:
        """Remove a kind, such as one that a test has registered."""
        del self._kinds[name]


def _is_same_class(one: type, other: type) -> bool:
    return (one.__module__, one.__qualname__) == (other.__module__, other.__qualname__)


KINDS: Final = KindRegistry(
    Contains,
    Equals,
    Regex,
    StartsWith,
    EndsWith,
    OneOf,
    Order,
    Number,
    CalendarDate,
    SameFacts,
    Length,
    SpokenLanguage,
    Refusal,
    NoPersonalData,
    NoLeak,
    AllowedLinks,
    Not,
    AnyOf,
    AllOf,
    SomeOf,
    Json,
    Markdown,
    Messages,
    ToolCalled,
    FollowUps,
    Asks,
    Reasoning,
    Similar,
    Meaning,
    SameAsBaseline,
    Judge,
    Latency,
    FirstToken,
    TokenUsage,
    Polls,
    Status,
    TurnCount,
    WholeConversation,
    Python,
)
"""Every kind of this process: those that are built in, and others as they are found.

A new built-in kind is one class and its name here; error messages, the editor's schema and the
tables of the documentation read this. `kind_discovery` finds the others.
"""


def register_kind(kind: KindT) -> KindT:
    """Add a kind of your own for all scenarios of this process; see `ExpectationKind`.

    Use it as a decorator above `@dataclass`, in a module that harness.yaml names under
    `expectations`. Installed packages name their classes in entry points.

    Raises:
        ValueError: the name is not lower-case words joined by underscores, or is in use; the class
            has no summary or example.
    """
    return KINDS.register(kind)
