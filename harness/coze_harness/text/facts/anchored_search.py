"""Search of a long pattern at the few places where it can begin."""

from __future__ import annotations

import re
from collections.abc import Iterator


def search_at(
    anchors: re.Pattern[str], pattern: re.Pattern[str], text: str
) -> Iterator[re.Match[str]]:
    """Yield the matches of a pattern that begin where another, faster pattern is found.

    Args:
        anchors: one character, or the beginning of a word, of each possible match.
        pattern: what is matched there; matches do not overlap.
        text: the text.
    """
    done = 0
    for anchor in anchors.finditer(text):
        start = anchor.start()
        if start >= done and (match := pattern.match(text, start)):
            done = max(done, match.end())
            yield match
