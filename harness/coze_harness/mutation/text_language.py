"""The language of a text, and places to change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

COMMON_HAN: Final = "\u3400-\u9fff"
"""Han characters without the rare ones above 16 bits, whose sets take 10 ms to compile."""
LATIN: Final = "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"

_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_WORD = re.compile(rf"[{LATIN}]+(?:['’-][{LATIN}]+)*")
_SAMPLE_LENGTH = 4_000
_MAX_MATCHES = 200
_MAX_LENGTH = 100_000


def is_chinese(text: str) -> bool:
    """Return whether a text has at least as many Han characters as Latin words.

    Only its first 4,000 characters are counted.
    """
    sample = text[:_SAMPLE_LENGTH]
    if sample.isascii():
        return False
    han = len(_HAN.findall(sample))
    return han > 0 and han >= len(_WORD.findall(sample))


def matches(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Yield the first 200 matches of a pattern in the first 100,000 characters of a text."""
    return islice(pattern.finditer(text, 0, _MAX_LENGTH), _MAX_MATCHES)
