"""Texts as tokens: the units that a diff shows whole."""

from __future__ import annotations

import re

from coze_harness.text.safe_regex import compile_pattern

# Alphabets whose words stand between spaces. A word ends where Chinese begins: of "30GB流量" only
# "GB" is one. Arabic letters would lose their shapes if a word were cut.
_SCRIPTS = r"[\p{Latin}\p{Greek}\p{Cyrillic}\p{Armenian}\p{Georgian}\p{Arabic}\p{Hebrew}]"
_LETTER = rf"[{_SCRIPTS}&&\p{{L}}]"
_INNER = rf"[{_LETTER}\p{{M}}\p{{Nd}}_]"
_WORD = rf"{_LETTER}{_INNER}*(?:['’-]{_INNER}+)*"
# Dates, times, versions, prices, also in full width; the T of 2024-05-01T10:00.
_JOINT = r"(?:[.,:/-]|[．，：／－]|T(?=\d\d:))"
_NUMBER = rf"(?:[vV](?=\d+\.\d))?\d+(?:{_JOINT}\d+)*"
_SPACE = r"\r\n|\n|[^\S\r\n]+"
# What belongs to the character before it (a keycap's ring, an accent on a digit).
_TAIL = r"[\p{GCB=Extend}\p{GCB=SpacingMark}\p{GCB=ZWJ}]*"
# Version 1 of the package's syntax knows sets of characters.
_TOKEN = rf"(?V1)\p{{GCB=Prepend}}*(?:{_NUMBER}|{_WORD}|{_SPACE}){_TAIL}|\X"

# For the similarity of two texts, code points are as good as graphemes, and `re` is twice as fast.
# White space is left out, or any two English texts would have half in common.
_LATIN = "A-Za-zÀ-ɏͰ-ӿ"
_CONTENT = re.compile(
    rf"\d+(?:[.,:/-]\d+)*|[{_LATIN}][0-9{_LATIN}_\u0300-\u036f]*"
    rf"(?:['’-][0-9{_LATIN}_\u0300-\u036f]+)*|\S"
)

# Characters of two texts together above which they are not split: a tenth of a second.
_MAX_SIZE = 200_000


def is_diffable_by_word(before: str, after: str) -> bool:
    """Return whether two texts are short enough to be split into words."""
    return len(before) + len(after) <= _MAX_SIZE


def split_tokens(text: str) -> list[str]:
    """Split a text into words, numbers, runs of white space, line ends, and single graphemes.

    Joined, the tokens are the text. No token's edge lies inside a grapheme.
    """
    return compile_pattern(_TOKEN).findall(text)


def content_tokens(text: str) -> list[str]:
    """Split a text into words, numbers and single characters, without its white space."""
    return _CONTENT.findall(text)


def split_lines(text: str) -> list[str]:
    r"""Split a text after each ``\n`` and nowhere else; ``\r`` and U+2028 stay in their line."""
    parts = text.split("\n")
    last = parts.pop()
    lines = [f"{part}\n" for part in parts]
    return [*lines, last] if last else lines
