"""Messages in the language of a report and, for the page, in the other language."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

from coze_harness.messages import LITERAL, Catalogue, Language, LocalizedText, message

_SECOND: Final = MappingProxyType[Language, Language]({"en": "zh", "zh": "en"})


class Wording:
    """Writes messages in one language or in two.

    Args:
        language: that of the report.
        both: whether the texts of the other language are needed too.
    """

    def __init__(self, language: Language = "en", *, both: bool = False) -> None:
        self.words = Catalogue(language)
        self._second = Catalogue(_SECOND[language]) if both else None

    def text(self, message: LocalizedText) -> str:
        """Return a message in the report's language."""
        return self.words.text(message)

    def pair(self, message: LocalizedText) -> tuple[str, str]:
        """Return a message in both languages; the second is empty if it is equal or not needed."""
        text = self.words.text(message)
        if self._second is None or not message.id or message.id == LITERAL:
            return text, ""
        second = self._second.text(message)
        return text, "" if second == text else second


def list_names(names: Sequence[str | LocalizedText], more: int) -> LocalizedText:
    """Return names, and how many more there are."""
    if more:
        return message("list.and_more", names=tuple(names), n=more)
    return message("list.all", names=tuple(names))
