"""Adds earlier answers to the bodies of trials, which were rendered before these were known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from typing import Final, TypeAlias, cast

import orjson

from coze_harness.model import PreviousRun, TrialRow
from coze_harness.reporting.html.markup_tree import parse_markup
from coze_harness.reporting.html.page_chunks import PageEntry
from coze_harness.reporting.html.trial_markup import add_texts, split_texts, with_gaps
from coze_harness.reporting.views.earlier_view import EarlierView, compared_size, earlier_view
from coze_harness.results import EarlierAnswers

_Shape: TypeAlias = tuple[object, ...]
_Node: TypeAlias = list[object]

_MAX_COMPARED: Final = 1_000_000
"""Characters of earlier answers that are compared with the present ones: that takes 2 s."""


class ExtendedBodies:
    """Extends the bodies of trials, and keeps the extended templates.

    Trials whose bodies have one template, and whose earlier answers have one shape, share a
    template again (see `trial_markup`).

    Args:
        earlier: earlier answers, by the id of the trial.
        past: the earlier runs, the oldest first.
        render: renders earlier answers by the page template.
    """

    def __init__(
        self,
        earlier: Mapping[str, EarlierAnswers],
        past: Sequence[PreviousRun],
        render: Callable[[EarlierView], str],
    ) -> None:
        self.templates: dict[bytes, bytes] = {}
        self._earlier = earlier
        self._past = past
        self._render = render
        self._left = _MAX_COMPARED
        self._keys: dict[_Shape, bytes] = {}

    def extend(
        self, row: TrialRow, entry: PageEntry, template: Callable[[bytes], bytes]
    ) -> PageEntry:
        """Return a trial's entry with its earlier answers, if it has any.

        Args:
            row: the trial.
            entry: its entry without them.
            template: returns the body's template of a key.
        """
        earlier = self._earlier.get(row.key.id)
        if earlier is None:
            return entry
        # The most urgent trials come first.
        view = earlier_view(row, earlier, self._past, compares=self._left > 0)
        self._left -= compared_size(earlier)
        if not entry.key:
            tree = _with_earlier(entry.texts, parse_markup(self._render(view)))
            return entry._replace(texts=tree)
        shape = (entry.key, _shape(view))
        key = self._keys.get(shape)
        if key is None:
            key = self._keys[shape] = b"%b+%d" % (entry.key, len(self._keys))
            first = len(split_texts(entry.texts))
            markup = self._render(with_gaps(view, count(first)))
            self.templates[key] = _with_earlier(template(entry.key), parse_markup(markup))
        return entry._replace(key=key, texts=add_texts(entry.texts, list(_texts(view))))


def _shape(value: object) -> object:
    """Return what decides which markup a view has: all but its texts."""
    if isinstance(value, str):
        return bool(value)
    return tuple(map(_shape, value)) if isinstance(value, (tuple, list)) else value


def _texts(value: object) -> Iterator[str]:
    """Yield the texts of a view in the order in which `with_gaps` numbers them."""
    if isinstance(value, str):
        if value:
            yield value
    elif isinstance(value, (tuple, list)):
        for one in value:
            yield from _texts(one)


def _with_earlier(tree: bytes, node: _Node) -> bytes:
    """Return a body's tree, or its template, with an element after the turns of its chat."""
    body = cast("_Node", orjson.loads(tree))
    for child in body[2:]:
        if _attribute(child, "data-panel") == "chat":
            chat = cast("_Node", child)
            # The bot and the cassette come last.
            chat.insert(
                3 if _attribute(chat[2] if len(chat) > 2 else None, "class") == "turns" else 2, node
            )
    return orjson.dumps(body)


def _attribute(node: object, name: str) -> str:
    """Return an attribute of an element; empty if it is none, or has none of this name."""
    attributes = node[1] if isinstance(node, list) and len(node) > 1 else None
    return str(attributes.get(name, "")) if isinstance(attributes, dict) else ""
