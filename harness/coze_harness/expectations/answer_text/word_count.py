"""The words of a text, in any language."""

from __future__ import annotations

from typing import Final

from coze_harness.text.safe_regex import compile_pattern

# Chinese characters and Japanese kana, which are written without spaces: each is a word.
_ALONE: Final = (
    "\u3005-\u3007\u3040-\u309a\u309d-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003ffff"
)
_RUN: Final = rf"[^\W{_ALONE}]+"
_WORDS: Final = rf"[{_ALONE}][\p{{M}}\uff9e\uff9f]*|{_RUN}(?:(?:[-'’]|(?<=\d)[.,:](?=\d)){_RUN})*"


def words(text: str) -> list[str]:
    """Return the words of a text.

    A run of letters and digits is a word (don't, state-of-the-art, 1,200.50); in Chinese and
    Japanese, which are written without spaces, each character is one. Punctuation is none.
    """
    return compile_pattern(_WORDS).findall(text)


def count_words(text: str) -> int:
    """Return the number of `words`, without the memory for them."""
    return compile_pattern(_WORDS).subn("", text)[1]
