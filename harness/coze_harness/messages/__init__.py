"""Messages for people as data: an id with parameters, and its text in English and Chinese."""

from coze_harness.messages.catalogue import (
    LANGUAGES,
    LITERAL,
    Catalogue,
    Language,
    LocalizedText,
    Param,
    UserText,
    as_message,
    change_texts,
    literal,
    message,
    text_values,
)

__all__ = [
    "LANGUAGES",
    "LITERAL",
    "Catalogue",
    "Language",
    "LocalizedText",
    "Param",
    "UserText",
    "as_message",
    "change_texts",
    "literal",
    "message",
    "text_values",
]
