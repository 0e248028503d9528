"""What spoilings know of a text: its language, where its sentences end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

HAN: Final = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
LATIN: Final = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"

_HAN = re.compile(f"[{HAN}]")
_WORD = re.compile(rf"[{LATIN}]+(?:['’-][{LATIN}]+)*")
_END = re.compile(r"[。！？；!?…]+[”’」』）)\"]*|\.(?=\s)|\n+")
_SAMPLE = 4_000
_MOST = 200
_REACH = 100_000


def is_chinese(text: str) -> bool:
    """Tell whether a text reads as Chinese: it has as many Han characters as Latin words.

    Its beginning decides, so that a long one costs no more than a short one.
    """
    sample = text[:_SAMPLE]
    if sample.isascii():
        return False
    han = len(_HAN.findall(sample))
    return han > 0 and han >= len(_WORD.findall(sample))


def has_words(text: str) -> bool:
    """Tell whether a text has letters, of whatever script, and not only numbers and signs."""
    return any(character.isalpha() for character in text)


def matches(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Yield where a pattern is found, as far as chance may choose from: the first 200 places.

    Of a text of megabytes only the beginning is looked at.
    """
    return islice(pattern.finditer(text, 0, _REACH), _MOST)


def sentence_ends(text: str, start: int, end: int) -> list[int]:
    """Return where sentences (and lines) end between two places of a text."""
    return [found.end() for found in _END.finditer(text, start, end)]
