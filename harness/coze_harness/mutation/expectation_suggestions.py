"""What would have seen a spoilt answer: an item of `expect:`, as it is written in a scenario."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable

from coze_harness.mutation.mutation_operator import Suggestion
from coze_harness.mutation.text_language import is_chinese
from coze_harness.text.graphemes import grapheme_boundary

_SHORTEST, _LONGEST, _WIDEST = 3, 20, 60
_CONTEXT = 2
_HIDDEN = re.compile(
    "[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffe\uffff\ud800-\udfff]"
)


def suggest_fixed(item: str) -> Suggestion:
    """Return the remedy that is the same for all answers."""
    return lambda _original, _spoilt: item


def suggest_without(*words: str) -> Suggestion:
    """Return the remedy that none of these words is contained: those that the spoiling brought."""

    def none(original: str, spoilt: str) -> str:
        brought = [word for word in words if word in spoilt and word not in original]
        if not brought:
            return suggest_limit(original, spoilt)
        return f"contains: {{none: [{', '.join(map(_quoted, brought))}]}}"

    return none


def suggest_lost_text(original: str, spoilt: str) -> str:
    """Return what tells two answers apart by a piece that only one of them has."""
    if piece := _only_in(original, spoilt):
        return f"contains: {_quoted(piece)}"
    if piece := _only_in(spoilt, original):
        return f"not: {{contains: {_quoted(piece)}}}"
    return f"length: {{min: {len(original)}}}"


def suggest_limit(original: str, spoilt: str) -> str:
    """Return that the answer is not as long as the spoilt one is."""
    return f"length: {{max: {(len(original) + len(spoilt)) // 2}}}"


def suggest_language(original: str, _spoilt: str) -> str:
    """Return that there are Han characters, or that there are none."""
    return r"regex: '\p{Han}'" if is_chinese(original) else r"not: {regex: '\p{Han}'}"


def _quoted(text: str) -> str:
    """Return a text in double quotes, as YAML and JSON both read it; nothing in it is hidden."""
    return _HIDDEN.sub(
        lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False)
    )


def _only_in(text: str, other: str) -> str:
    """Return a piece of a text, from where it differs, that another one has not; empty if none."""
    if text in other:
        return ""
    start, end = _changed(text, other)
    if end - start < _SHORTEST:
        start, end = max(0, start - _CONTEXT), min(len(text), end + _CONTEXT)
    end = min(end, start + _LONGEST)
    piece = _piece(text, start, end)
    while piece in other and end - start < min(_WIDEST, len(text)):
        start, end = max(0, start - _CONTEXT), min(end + _CONTEXT, len(text))
        piece = _piece(text, start, end)
    return "" if piece in other else piece


def _piece(text: str, start: int, end: int) -> str:
    """Return a piece that breaks neither a word, a number nor a character."""
    start = grapheme_boundary(text, start)
    for _ in range(_WIDEST):
        if not (0 < start < len(text) and _one_word(text[start - 1], text[start])):
            break
        start -= 1
    for _ in range(_WIDEST):
        whole = grapheme_boundary(text, end) == end
        if not 0 < end < len(text) or (whole and not _one_word(text[end - 1], text[end])):
            break
        end += 1
    return text[start:end].strip()


def _one_word(before: str, after: str) -> bool:
    return before.isascii() and before.isalnum() and after.isascii() and after.isalnum()


def _changed(original: str, spoilt: str) -> tuple[int, int]:
    """Return where the original differs from the spoilt answer: from where to where."""
    most = min(len(original), len(spoilt))
    start = _most(most, lambda count: original[:count] == spoilt[:count])
    most -= start
    kept = _most(
        most, lambda count: original[len(original) - count :] == spoilt[len(spoilt) - count :]
    )
    return start, len(original) - kept


def _most(limit: int, holds: Callable[[int], bool]) -> int:
    """Return the highest count up to a limit for which something holds; it does for all below."""
    return bisect_right(range(1, limit + 1), 0, key=lambda count: 0 if holds(count) else 1)
