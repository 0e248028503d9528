"""Emphasis as people write it in Chinese: ``**时限：**7 天``.

CommonMark takes spaces and punctuation around the marks for the edges of words, which Chinese,
Japanese and Korean do not have: marks between a full-width colon and a character would stay as they
are. The rule here lets such characters stand for an edge, as the CJK-friendly amendment to
CommonMark proposes (commonmark-spec issue 650); for all other text it is CommonMark's own.
"""

from __future__ import annotations

import re

from markdown_it.common.utils import isMdAsciiPunct, isPunctChar, isWhiteSpace
from markdown_it.rules_inline.state_inline import Delimiter, StateInline

_CJK = re.compile(
    "[\u1100-\u11ff\u2e80-\u303f\u3040-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff"
    "\ufe30-\ufe4f\uff00-\uffef\U0001f200-\U0001f2ff\U00020000-\U0003ffff]"
)
_MARKS = "*_"


def emphasis(state: StateInline, silent: bool) -> bool:
    """Take a run of marks, as markdown-it's rule of the same name does."""
    marker = state.src[state.pos]
    if silent or marker not in _MARKS:
        return False
    # An underscore within a word is no mark in any script.
    scanned = state.scanDelims(state.pos, marker == "*")
    opens, closes = scanned.can_open, scanned.can_close
    if marker == "*":
        opens, closes = _edges(state, state.pos, state.pos + scanned.length)
    for _ in range(scanned.length):
        state.push("text", "", 0).content = marker
        state.delimiters.append(
            Delimiter(
                marker=ord(marker),
                length=scanned.length,
                token=len(state.tokens) - 1,
                end=-1,
                open=opens,
                close=closes,
            )
        )
    state.pos += scanned.length
    return True


def _edges(state: StateInline, begin: int, end: int) -> tuple[bool, bool]:
    """Return whether a run of asterisks can open, and whether it can close."""
    before = state.src[begin - 1] if begin else " "
    after = state.src[end] if end < state.posMax else " "
    opens = not _is_space(after) and (not _parts_words(after) or _is_edge(before))
    closes = not _is_space(before) and (not _parts_words(before) or _is_edge(after))
    return opens, closes


def _is_edge(character: str) -> bool:
    return bool(_is_space(character) or _is_punctuation(character) or _CJK.match(character))


def _parts_words(character: str) -> bool:
    return _is_punctuation(character) and not _CJK.match(character)


def _is_punctuation(character: str) -> bool:
    return isMdAsciiPunct(ord(character)) or isPunctChar(character)


def _is_space(character: str) -> bool:
    return isWhiteSpace(ord(character))
