"""The piece of an answer that a verdict shows: short, and never cut inside a character."""

from __future__ import annotations

import unicodedata
from typing import Final

LIMIT: Final = 300
"""Characters of an answer that a verdict shows at most, besides the marks of omission."""
REACH: Final = 32
"""How far a cut is moved to keep a character whole; longer chains of marks are no writing."""

LONGEST_FLAGS: Final = 1000
"""How far back a row of flags, which pair up from its beginning, is followed."""

_JOINER: Final = "\u200d"


def _joined(text: str, cut: int) -> bool:
    """Tell whether the code points on both sides of a cut are one character to a reader."""
    before, after = text[cut - 1], text[cut]
    if before == _JOINER or after == _JOINER or (before == "\r" and after == "\n"):
        return True
    if after.isascii():
        return False
    if "\U0001f1e6" <= after <= "\U0001f1ff":
        run = cut
        while run > max(0, cut - LONGEST_FLAGS) and "\U0001f1e6" <= text[run - 1] <= "\U0001f1ff":
            run -= 1
        return bool((cut - run) % 2)
    return "\U0001f3fb" <= after <= "\U0001f3ff" or unicodedata.category(after).startswith("M")


def whole(text: str, cut: int) -> int:
    """Return the nearest place at or before a cut where no character is broken."""
    place = cut
    while 0 < place < len(text) and cut - place < REACH and _joined(text, place):
        place -= 1
    return place


def excerpt(text: str, start: int = 0, end: int = 0) -> str:
    """Return a text of reasonable length as it is, and of a longer one what is around a piece.

    Args:
        text: an answer.
        start: where the piece begins that must be seen.
        end: where it ends.
    """
    if len(text) <= LIMIT:
        return text
    room = max(0, LIMIT - (end - start))
    first = max(0, min(start - room // 2, len(text) - LIMIT))
    first = whole(text, first)
    last = whole(text, min(len(text), first + LIMIT))
    return f"{'…' if first else ''}{text[first:last]}{'…' if last < len(text) else ''}"
