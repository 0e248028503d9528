"""The words of reports in English and Chinese: words.json, for Python and the page's script.

A phrase is a key with values, so a view has no language until a writer translates it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

import orjson

LANGUAGES: Final = ("en", "zh")
_VALUE: Final = re.compile(r"\{(\w+)\}")


Fact: TypeAlias = tuple[str, str]
"""A label, as a key of words.json, and its value."""


class Phrase(NamedTuple):
    """A sentence: its key and its values by name.

    If the key's text has two forms (``one|many``), the value `n` chooses.
    """

    key: str
    values: Mapping[str, str] = {}


def make_phrase(key: str, **values: object) -> Phrase:
    """Return a phrase; whole numbers get separators of thousands."""
    return Phrase(key, {n: f"{v:,}" if isinstance(v, int) else str(v) for n, v in values.items()})


class Catalogue:
    """The words of one language, one of `LANGUAGES`."""

    def __init__(self, language: str = "en") -> None:
        self.language = language
        self._texts = load_catalogue()[language]

    def translate(self, phrase: Phrase) -> str:
        """Return a phrase in this language. Raises KeyError for an unknown key."""
        return self.text(phrase.key, phrase.values)

    def text(self, key: str, values: Mapping[str, str] = {}) -> str:
        """Return a key's text with the values filled in. Raises KeyError for an unknown key."""
        text = self._texts[key]
        one, bar, many = text.partition("|")
        if bar:
            text = one if values.get("n") == "1" else many
        if not values:
            return text
        return _VALUE.sub(lambda match: values.get(match.group(1), match.group()), text)


@cache
def load_catalogue() -> dict[str, dict[str, str]]:
    """Return words.json: for each language, the text of each key."""
    words: dict[str, dict[str, str]] = orjson.loads(
        Path(__file__).with_name("words.json").read_bytes()
    )
    return words
