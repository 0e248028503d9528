"""A message: the id of its text in the catalogue, and the values that fill it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Final, TypeAlias

from msgspec import Struct

LITERAL: Final = "literal"
"""The id of data: its text is the same in every language."""


class LocalizedText(Struct, frozen=True):
    """A text for people that has no language yet; `Catalogue.text` writes it.

    `str()` gives it in English. An empty `id` is an empty text: the message is false then.
    """

    id: str = ""
    params: Mapping[str, str | int | float | LocalizedText | tuple[str | LocalizedText, ...]] = {}

    def __str__(self) -> str:
        return _english()(self)

    def __bool__(self) -> bool:
        return bool(self.id)


@cache
def _english() -> Callable[[LocalizedText], str]:
    from coze_harness.messages.catalogue import Catalogue  # the catalogue knows messages

    return Catalogue().text


Param: TypeAlias = str | int | float | LocalizedText | tuple[str | LocalizedText, ...]
"""A value of a message: data that is never translated, a number, another message, or several."""

UserText: TypeAlias = str | LocalizedText
"""A message, or a text that is the same in every language."""


def message(identifier: str, /, **params: Param) -> LocalizedText:
    """Return the message of an id of the catalogue.

    Args:
        identifier: the id.
        params: the values for the placeholders of its text.
    """
    return LocalizedText(identifier, params)


def literal(text: str) -> LocalizedText:
    """Return the message that is this text in every language: data, or a text of another tool."""
    return LocalizedText(LITERAL, {"text": text}) if text else LocalizedText()


def as_message(text: UserText) -> LocalizedText:
    """Return a text as a message."""
    return literal(text) if isinstance(text, str) else text


def change_texts(text: LocalizedText, change: Callable[[str], str]) -> LocalizedText:
    """Return a message whose values are changed where they are texts, such as redacted.

    Args:
        text: a message; its numbers stay, the messages inside it are changed, too.
        change: returns the new text for a text.
    """
    return LocalizedText(text.id, {name: _changed(v, change) for name, v in text.params.items()})


def _changed(value: Param, change: Callable[[str], str]) -> Param:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, LocalizedText):
        return change_texts(value, change)
    if isinstance(value, tuple):
        return tuple([change(v) if isinstance(v, str) else change_texts(v, change) for v in value])
    return value
