"""What the reports say, in English and Chinese: words.json, for Python and for the page's script.

A phrase is a key and the values that go into it. So what a view says has no language until it is
written down.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

import orjson

LANGUAGES: Final = ("en", "zh")
_VALUE = re.compile(r"\{(\w+)\}")


Fact: TypeAlias = tuple[str, str]
"""A label, by its key, and the value beside it."""


class Phrase(NamedTuple):
    """A sentence by its key, and the values in it by their names.

    Where the key's text has two forms (``one|many``), the value named `n` chooses.
    """

    key: str
    values: Mapping[str, str] = {}


def parse_phrase(key: str, **values: object) -> Phrase:
    """Return a phrase; numbers are written with separators of thousands."""
    return Phrase(key, {n: f"{v:,}" if isinstance(v, int) else str(v) for n, v in values.items()})


class Catalogue:
    """One language's words.

    Args:
        language: one of `LANGUAGES`.
    """

    def __init__(self, language: str = "en") -> None:
        self.language = language
        self._texts = load_catalogue()[language]

    def translate(self, said: Phrase) -> str:
        """Return a phrase in this language. KeyError for a key that words.json lacks."""
        return self.text(said.key, said.values)

    def text(self, key: str, values: Mapping[str, str] = {}) -> str:
        """Return a key's text with the values put in."""
        text = self._texts[key]
        one, bar, many = text.partition("|")
        if bar:
            text = one if values.get("n") == "1" else many
        if not values:
            return text
        return _VALUE.sub(lambda found: values.get(found.group(1), found.group()), text)


@cache
def load_catalogue() -> dict[str, dict[str, str]]:
    """Return words.json: by language, the text of each key."""
    read: dict[str, dict[str, str]] = orjson.loads(
        Path(__file__).with_name("words.json").read_bytes()
    )
    return read
