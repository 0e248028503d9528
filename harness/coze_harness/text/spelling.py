"""Words for messages about what an author wrote: the nearest known word, the type of a value."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

FULL_WIDTH_COLONS: Final = "：﹕︰"
"""Colons of Chinese input methods, which YAML takes for letters."""

_QUOTATIONS: Final = (("“", "”"), ("‘", "’"), ("＂", "＂"), ("”", "”"), ("“", "“"))


def nearest_word(word: str, known: Iterable[str], *, min_similarity: float = 0.6) -> str:
    """Return the known word that a misspelled one most likely means; empty text if none is near.

    Case and width do not count, and a space or hyphen counts as an underscore.

    Args:
        word: as it was written.
        known: the words to choose from.
        min_similarity: 0 to 1; higher where unknown words are valid, too.
    """
    from difflib import get_close_matches  # only errors need it

    by_fold = {_fold(name): name for name in known}
    matches = get_close_matches(_fold(word), by_fold, n=1, cutoff=min_similarity)
    return by_fold[matches[0]] if matches else ""


def suggest_word(word: str, known: Iterable[str]) -> str:
    """Return ` Did you mean "x"?` for the known word nearest to a misspelled one, or empty text."""
    nearest = nearest_word(word, known)
    return f' Did you mean "{nearest}"?' if nearest else ""


def _fold(word: str) -> str:
    if not word.isascii():
        word = unicodedata.normalize("NFKC", word)
    return word.strip(" \t:").casefold().replace("-", "_").replace(" ", "_")


def without_curly_quotes(text: str) -> str:
    """Return a text without the curly or full-width quotes around the whole of it, if it has any.

    `“你好”，他说“再见”` is two quotations and stays as it is, as do titles in 《》 and 「」.
    """
    for opening, closing in _QUOTATIONS:
        inner = text[1:-1]
        if (
            len(text) > 1
            and text.startswith(opening)
            and text.endswith(closing)
            and opening not in inner
            and closing not in inner
        ):
            return inner
    return text


def yaml_type_name(value: object) -> str:
    """Return what a value is, in YAML's words: `text`, `a list`, `the number 5`."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return "text"
    return "a mapping" if isinstance(value, Mapping) else "a list"
