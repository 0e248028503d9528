"""What a verdict shows: a short part of an answer, never cut inside a character, and a score."""

from __future__ import annotations

from typing import Final

from coze_harness.text.graphemes import grapheme_boundary

LIMIT: Final = 300
"""Characters of an answer that a verdict shows at most, besides the marks of omission."""
_CONTEXT: Final = 40
"""Characters of an answer that are shown before and after the part that decided."""


def excerpt(text: str, start: int = 0, end: int = 0) -> str:
    """Return a short text as it is, and of a longer one what is around a part.

    Args:
        text: an answer.
        start: where the part begins that must be visible.
        end: where it ends.
    """
    if len(text) <= LIMIT:
        return text
    end = min(end, start + LIMIT)
    room = LIMIT - (end - start)
    first = max(0, min(start - room // 2, len(text) - LIMIT))
    first = grapheme_boundary(text, first)
    last = max(end, grapheme_boundary(text, min(len(text), first + LIMIT)))
    # Both bounds move back, a long grapheme moves them far: then the part comes first.
    first = max(first, last - LIMIT)
    return f"{'…' if first else ''}{text[first:last]}{'…' if last < len(text) else ''}"


def excerpt_around(text: str, start: int, end: int) -> str:
    """Return a part of a text with a little of what is before and after it.

    Args:
        text: an answer.
        start: where the part begins.
        end: where it ends.
    """
    if len(text) <= 2 * _CONTEXT:
        return text
    first = grapheme_boundary(text, max(0, start - _CONTEXT))
    last = grapheme_boundary(text, min(len(text), end + _CONTEXT))
    if last - first > LIMIT or last < end:
        return excerpt(text, start, end)
    return f"{'…' if first else ''}{text[first:last]}{'…' if last < len(text) else ''}"


def truncate_score(score: float, decimals: int = 3) -> float:
    """Return a score, not rounded up: 0.5996 must not become a failed 0.6."""
    factor: int = 10**decimals
    return int(score * factor) / factor
