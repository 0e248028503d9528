"""The parts of a text that a reader takes as one: numbers, dates, words, graphemes."""

from __future__ import annotations

from typing import Final

from coze_harness.text.graphemes import MAX_GRAPHEME, grapheme_boundary
from coze_harness.text.safe_regex import compile_pattern

MAX_PART: Final = 200
"""Code points up to which a part is kept whole."""

# Alphabets whose words stand between spaces, as in the tokens of a diff.
_SCRIPTS: Final = (
    r"[\p{Latin}\p{Greek}\p{Cyrillic}\p{Armenian}\p{Georgian}\p{Arabic}\p{Hebrew}&&\p{L}]"
)
# A letter next to a digit belongs to it: 5G, 30GB, v2.
_INNER: Final = rf"[{_SCRIPTS}\p{{M}}\p{{Nd}}_]"
_FIRST: Final = rf"[{_SCRIPTS}\p{{Nd}}_]"
# Decimals, dates, times, versions and ranges, also in full width.
_JOINT: Final = r"(?:['’-]|(?<=\p{Nd})[.,:/–~～．，：／－](?=\p{Nd}))"
_RUN: Final = rf"{_FIRST}{_INNER}*(?:{_JOINT}{_INNER}+)*"
_SIGN: Final = r"(?:[¥￥$€£]|(?<![\w\p{Pd}])[-−+](?=[\p{Nd}]))*"
_CHINESE_DIGITS: Final = "零〇一二两三四五六七八九十百千万亿"
_COUNT: Final = rf"(?:{_RUN}|[{_CHINESE_DIGITS}]+)"
_DATE: Final = (
    rf"{_COUNT}\s?(?:年(?:\s?{_COUNT}\s?月(?:\s?{_COUNT}\s?[日号])?)?"
    rf"|月\s?{_COUNT}\s?[日号])"
)
_TAIL: Final = r"[\p{GCB=Extend}\p{GCB=SpacingMark}\p{GCB=ZWJ}]*"
_PART: Final = (
    rf"(?V1)(?:{_SIGN}(?:{_DATE}|{_RUN}[%％‰℃]?)"
    rf"|[{_CHINESE_DIGITS}]+(?:点[{_CHINESE_DIGITS}]+)?){_TAIL}"
)

_IN_PARTS: Final = frozenset(_CHINESE_DIGITS + "年月日号点")
_SENTENCE_SIGNS: Final = frozenset("。！？；、")


def widen_to_whole_parts(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the bounds of the least section around one that cuts no part of the text.

    A part is a number with its sign, unit sign and joints (1,200.50, 80–85, 10:30), a date
    (2024-05-01, 10月1日), a word of an alphabet, or a grapheme.

    Args:
        text: the text.
        start: where the section begins.
        end: where it ends.

    Returns:
        the bounds; `None` if a part at one of them is longer than `MAX_PART`.
    """
    first, last = max(0, start - MAX_PART), min(len(text), end + MAX_PART)
    parts: list[tuple[int, int]] = []
    if not (_is_next_to_han(text, start) and _is_next_to_han(text, end)):
        parts = [
            (part.start(), part.end())
            for part in compile_pattern(_PART).finditer(text, first, last)
        ]
    while True:
        before = (start, end)
        start = next((low for low, high in parts if low < start < high), start)
        end = next((high for low, high in parts if low < end < high), end)
        start = grapheme_boundary(text, start)
        end = _next_boundary(text, end)
        if (start, end) == before:
            break
    is_cut = (first > 0 and start <= first) or (last < len(text) and end >= last)
    return None if is_cut else (start, end)


def _is_next_to_han(text: str, index: int) -> bool:
    """Return whether no part lies on both sides of a place, which saves compiling the pattern.

    That is so at the text's ends, and next to a Chinese character or sign that is in no part.
    """
    return not 0 < index < len(text) or any(
        ("\u4e00" <= one <= "\u9fff" and one not in _IN_PARTS) or one in _SENTENCE_SIGNS
        for one in text[index - 1 : index + 1]
    )


def _next_boundary(text: str, index: int) -> int:
    """Return the first place at or after `index` where the text can be cut between graphemes."""
    for place in range(index, min(len(text), index + MAX_GRAPHEME)):
        if grapheme_boundary(text, place) == place:
            return place
    return min(len(text), index + MAX_GRAPHEME)
