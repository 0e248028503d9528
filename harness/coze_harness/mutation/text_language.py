"""What spoilings know of a text: its language, where its sentences and characters end."""

from __future__ import annotations

import re
import unicodedata
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

_JOINER = "\u200d"
_FLAGS = ("\U0001f1e6", "\U0001f1ff")
_SKINS = ("\U0001f3fb", "\U0001f3ff")


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


def boundary(text: str, at: int) -> int:
    """Return the last place up to `at` where a text can be cut without breaking a character.

    What readers see as one (an accent, an emoji of several parts, a flag) stays whole.
    """
    while 0 < at < len(text) and _belong_together(text, at):
        at -= 1
    return at


def _belong_together(text: str, at: int) -> bool:
    before, after = text[at - 1], text[at]
    if before == _JOINER or after == _JOINER or (before == "\r" and after == "\n"):
        return True
    if _FLAGS[0] <= after <= _FLAGS[1]:
        return _flags_before(text, at) % 2 == 1
    return _SKINS[0] <= after <= _SKINS[1] or unicodedata.category(after) in ("Mn", "Me", "Mc")


def _flags_before(text: str, at: int) -> int:
    """Count the halves of flags that stand right before a place; more than a line of them never."""
    start = at
    while start > max(0, at - _MOST) and _FLAGS[0] <= text[start - 1] <= _FLAGS[1]:
        start -= 1
    return at - start
