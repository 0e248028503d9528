r"""Graphemes: what a reader takes for one character, such as é in two code points, or 👨‍👩‍👧.

The rule is that of Unicode (UAX 29), as `\X` of the `regex` package has it.
"""

from __future__ import annotations

import re
from typing import Final

from coze_harness.text.safe_regex import compile_pattern

MAX_GRAPHEME: Final = 32
"""Code points up to which a grapheme is kept whole; longer chains of marks are not writing."""

_GRAPHEME: Final = r"\X"
_LOOKBACK: Final = 1_000
"""How far back a row of flags, which pair up from its beginning, is followed."""

# Ordinary Latin and Chinese writing, in which every code point is a grapheme of its own.
_SIMPLE_TEXT: Final = re.compile("[ -~\n\u2013-\u2026\u3001-\u3029\u4e00-\u9fff\uff01-\uff5e]*")


def count_graphemes(text: str) -> int:
    """Count the characters of a text as a reader does."""
    if _SIMPLE_TEXT.fullmatch(text):
        return len(text)
    return compile_pattern(_GRAPHEME).subn("", text)[1]


def grapheme_starts(text: str) -> list[int]:
    """Return where the graphemes of a text begin; nothing if every code point is one."""
    if _SIMPLE_TEXT.fullmatch(text):
        return []
    return [
        grapheme.start() for grapheme in compile_pattern(_GRAPHEME).finditer(text, 0, len(text))
    ]


def grapheme_boundary(text: str, index: int) -> int:
    """Return the last place at or before `index` where the text can be cut between graphemes.

    A grapheme of more than `MAX_GRAPHEME` code points may be cut anywhere.
    """
    if not 0 < index < len(text) or _SIMPLE_TEXT.fullmatch(text, index - 1, index + 1):
        return index
    start = index - 1
    first = max(0, index - _LOOKBACK)
    while start > first and not _SIMPLE_TEXT.fullmatch(text, start - 1, start + 1):
        start -= 1
    for grapheme in compile_pattern(_GRAPHEME).finditer(text, start, index + 1):
        if grapheme.end() > index:
            start = grapheme.start()
            return start if index - start <= MAX_GRAPHEME else index
    return index
