"""The registry of kinds: the only place that names them all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Final, TypeVar

from coze_harness.expectations.kind import ExpectationKind
from coze_harness.expectations.text_normalization import OPTION_KEYS
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
    """Kinds by the key that authors write, in the order in which people see them.

    Args:
        kinds: classes.
        built_in: kinds of this package by name, each as `folder.module.Class`; imported when
            first used.
    """

    def __init__(
        self, *kinds: type[ExpectationKind], built_in: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self._kinds: dict[str, type[ExpectationKind] | str] = dict(built_in)
        for kind in kinds:
            self.register(kind)

    def __getitem__(self, name: str) -> type[ExpectationKind]:
        kind = self._kinds[name]
        if isinstance(kind, str):
            kind = self._kinds[name] = _import_kind(kind)
        return kind

    def __contains__(self, name: object) -> bool:
        return name in self._kinds

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
        known = self.get(name)
        if name in _NOT_FREE or (known and not _is_same_class(known, kind)):
            raise ValueError(f'The name "{name}" of {kind.__qualname__} is already in use.')
        self._kinds[name] = kind
        return kind

    def unregister(self, name: str) -> None:
        """Remove a kind, such as one that a test has registered."""
        del self._kinds[name]


def _import_kind(path: str) -> type[ExpectationKind]:
    module, _, name = path.rpartition(".")
    kind: object = getattr(import_module(f"{__package__}.{module}"), name)
    assert isinstance(kind, type)  # noqa: S101 (named in this module)
    assert issubclass(kind, ExpectationKind)  # noqa: S101 (as above)
    return kind


def _is_same_class(one: type, other: type) -> bool:
    return (one.__module__, one.__qualname__) == (other.__module__, other.__qualname__)


_BUILT_IN: Final = MappingProxyType(
    {
        "contains": "answer_text.text_kinds.Contains",
        "equals": "answer_text.text_kinds.Equals",
        "regex": "answer_text.regex_kind.Regex",
        "starts_with": "answer_text.text_kinds.StartsWith",
        "ends_with": "answer_text.text_kinds.EndsWith",
        "one_of": "answer_text.one_of_kind.OneOf",
        "order": "answer_text.order_kind.Order",
        "number": "values.number_kind.Number",
        "date": "values.date_kind.CalendarDate",
        "facts": "values.facts_kind.SameFacts",
        "length": "answer_text.length_kind.Length",
        "language": "language.language_kind.SpokenLanguage",
        "refusal": "language.refusal_kind.Refusal",
        "pii": "privacy.pii_kind.NoPersonalData",
        "leak": "privacy.leak_kind.NoLeak",
        "links": "markdown.links_kind.AllowedLinks",
        "not": "combinator_kinds.Not",
        "any_of": "combinator_kinds.AnyOf",
        "all_of": "combinator_kinds.AllOf",
        "some_of": "combinator_kinds.SomeOf",
        "json": "json_answer.json_kind.Json",
        "markdown": "markdown.markdown_kind.Markdown",
        "messages": "conversation.message_kinds.Messages",
        "tool_call": "conversation.message_kinds.ToolCalled",
        "follow_ups": "conversation.numeric_kinds.FollowUps",
        "asks": "conversation.reply_part_kinds.Asks",
        "reasoning": "conversation.reply_part_kinds.Reasoning",
        "similar": "similarity.similarity_kind.Similar",
        "meaning": "similarity.meaning_kind.Meaning",
        "same_as_baseline": "similarity.baseline_kind.SameAsBaseline",
        "judge": "judge.judge_kind.Judge",
        "latency": "conversation.numeric_kinds.Latency",
        "first_token": "conversation.numeric_kinds.FirstToken",
        "tokens": "conversation.numeric_kinds.TokenUsage",
        "polls": "conversation.numeric_kinds.Polls",
        "status": "conversation.status_kind.Status",
        "turns": "conversation.numeric_kinds.TurnCount",
        "conversation": "conversation.conversation_kind.WholeConversation",
        "python": "python_kind.Python",
    }
)

KINDS: Final = KindRegistry(built_in=_BUILT_IN)
"""Every kind of this process: those that are built in, and others as they are found.

A new built-in kind is one class and its line above; error messages, the editor's schema and the
tables of the documentation read this. To import all of them would take a fifth of a small run.
`kind_discovery` finds the others.
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
