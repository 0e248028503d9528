"""Suggests items of `expect:` that detect a mutant, as they are written in a scenario."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable

from coze_harness.mutation.mutation_operator import Suggestion
from coze_harness.mutation.text_language import is_chinese
from coze_harness.text.graphemes import grapheme_boundary

# Lengths in characters: of a piece that is quoted, and of what is added around a shorter one.
_MIN_PIECE, _MAX_PIECE, _MAX_WIDENED = 3, 20, 60
_CONTEXT = 2
_INVISIBLE = re.compile(
    "[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffe\uffff\ud800-\udfff]"
)


def suggest_fixed(item: str) -> Suggestion:
    """Suggest the same item for all answers."""
    return lambda _original, _mutant: item


def suggest_without(*words: str) -> Suggestion:
    """Suggest that the answer contains none of those words that only the mutant contains."""

    def suggest(original: str, mutant: str) -> str:
        added = [word for word in words if word in mutant and word not in original]
        if not added:
            return suggest_limit(original, mutant)
        return f"contains: {{none: [{', '.join(map(_quoted, added))}]}}"

    return suggest


def suggest_lost_text(original: str, mutant: str) -> str:
    """Suggest a piece of text that only the answer has, or only the mutant."""
    if piece := _only_in(original, mutant):
        return f"contains: {_quoted(piece)}"
    if piece := _only_in(mutant, original):
        return f"not: {{contains: {_quoted(piece)}}}"
    return f"length: {{min: {len(original)}}}"


def suggest_limit(original: str, mutant: str) -> str:
    """Suggest a maximum length between those of the answer and the longer mutant."""
    return f"length: {{max: {(len(original) + len(mutant)) // 2}}}"


def suggest_language(original: str, _mutant: str) -> str:
    """Suggest that the answer has Han characters, or none, as the original has."""
    return r"regex: '\p{Han}'" if is_chinese(original) else r"not: {regex: '\p{Han}'}"


def _quoted(text: str) -> str:
    """Return a text in double quotes for YAML and JSON; invisible characters are escaped."""
    return _INVISIBLE.sub(
        lambda match: f"\\u{ord(match[0]):04x}", json.dumps(text, ensure_ascii=False)
    )


def _only_in(text: str, other: str) -> str:
    """Return a piece of a text, where it differs from another, that the other does not contain."""
    if text in other:
        return ""
    start, end = _changed_range(text, other)
    if end - start < _MIN_PIECE:
        start, end = max(0, start - _CONTEXT), min(len(text), end + _CONTEXT)
    end = min(end, start + _MAX_PIECE)
    piece = _piece(text, start, end)
    while piece in other and end - start < min(_MAX_WIDENED, len(text)):
        start, end = max(0, start - _CONTEXT), min(end + _CONTEXT, len(text))
        piece = _piece(text, start, end)
    return "" if piece in other else piece


def _piece(text: str, start: int, end: int) -> str:
    """Return a piece, extended so that it does not split a word, a number or a grapheme."""
    start = grapheme_boundary(text, start)
    for _ in range(_MAX_WIDENED):
        if not (0 < start < len(text) and _is_inside_word(text[start - 1], text[start])):
            break
        start -= 1
    for _ in range(_MAX_WIDENED):
        whole = grapheme_boundary(text, end) == end
        if not 0 < end < len(text) or (whole and not _is_inside_word(text[end - 1], text[end])):
            break
        end += 1
    return text[start:end].strip()


def _is_inside_word(before: str, after: str) -> bool:
    return before.isascii() and before.isalnum() and after.isascii() and after.isalnum()


def _changed_range(original: str, mutant: str) -> tuple[int, int]:
    """Return start and end of the part of the original that differs from the mutant."""
    limit = min(len(original), len(mutant))
    prefix = _highest(limit, lambda count: original[:count] == mutant[:count])
    suffix = _highest(
        limit - prefix,
        lambda count: original[len(original) - count :] == mutant[len(mutant) - count :],
    )
    return prefix, len(original) - suffix


def _highest(limit: int, holds: Callable[[int], bool]) -> int:
    """Return the highest count up to a limit for which a condition holds, as for all below it."""
    return bisect_right(range(1, limit + 1), 0, key=lambda count: 0 if holds(count) else 1)
