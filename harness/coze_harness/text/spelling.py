"""Words for messages about what an author wrote: the nearest known word, the type of a value."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

from coze_harness.messages import LocalizedText, message

FULL_WIDTH_COLONS: Final = "：﹕︰"
"""Colons of Chinese input methods, which YAML takes for letters."""

WIDE_SPACES: Final = "\u00a0\u3000"
"""The no-break space and that of Chinese input methods, which YAML takes for letters."""

WIDE_BRACKETS: Final = ("【", "［")
"""Brackets of Chinese input methods that look like those of a list."""

_FULL_WIDTH_PAIR: Final = rf"([A-Za-z_]+)\s*[{FULL_WIDTH_COLONS}](.*)"
_NUMBER: Final = r"([+-]?[0-9][0-9,]*(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,2})?)\s*(\D*)"
_FACTORS: Final[Mapping[str, float]] = {
    "%": 0.01, "ms": 0.001, "毫秒": 0.001, "min": 60, "minutes": 60, "分钟": 60, "h": 3600,
    "小时": 3600, "百": 100, "千": 1000, "k": 1000, "万": 10_000, "w": 10_000,
}  # fmt: skip
_PLAIN_UNITS: Final = frozenset({
    *("", "s", "sec", "seconds", "秒", "/s", "次", "次/秒", "个", "字", "条", "轮", "行", "字符"),
    *("token", "tokens", "times", "chars", "characters", "words", "turns"),
})  # fmt: skip
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


def with_suggestion(what: LocalizedText, word: str, known: Iterable[str]) -> LocalizedText:
    """Return the sentence about a misspelled word, with the nearest known word if there is one."""
    nearest = nearest_word(word, known)
    return message("spelling.suggestion", what=what, word=nearest) if nearest else what


def _fold(word: str) -> str:
    if not word.isascii():
        word = unicodedata.normalize("NFKC", word)
    return word.strip(" \t:\"'“”‘’").casefold().replace("-", "_").replace(" ", "_")


def split_full_width_pair(text: str) -> tuple[str, str] | None:
    """Return the key and the value of `prompt：你好`; `None` if the text is no such pair."""
    pair = re.match(_FULL_WIDTH_PAIR, text, re.DOTALL)
    return (pair.group(1), pair.group(2).strip()) if pair else None


def suggest_number(source: str) -> LocalizedText:
    """Return what to write for a text that should be a number: `80%` is `0.8`.

    Args:
        source: as its author wrote it, with its quotes.
    """
    plain = unicodedata.normalize("NFKC", source.strip().strip("\"'“”")).strip()
    number = re.fullmatch(_NUMBER, plain)
    if number is None:
        return message("spelling.number")
    digits, unit = number.group(1).replace(",", ""), number.group(2).strip().lower()
    factor = _FACTORS.get(unit)
    if factor is None and unit not in _PLAIN_UNITS:
        return message("spelling.number")
    number_text = format_written_number(float(digits) * (factor or 1))
    if plain == number_text and source.strip()[:1] in ("'", '"'):
        return message("spelling.write_unquoted", text=number_text)
    return message("spelling.write", text=number_text)


def suggest_share(percentage: float) -> LocalizedText | None:
    """Return what to write for a share of 0 to 1 that was given as a percentage: `80` is `0.8`.

    `None` if the number is more likely something else.
    """
    if not 10 <= percentage <= 100:
        return None
    return message("spelling.write", text=format_written_number(percentage / 100))


def format_written_number(value: float) -> str:
    """Return a number as YAML reads it: without an exponent and without trailing noise."""
    return f"{value:.12f}".rstrip("0").rstrip(".")


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


def yaml_type_name(value: object) -> LocalizedText:
    """Return what a value is, in YAML's words: `text`, `a list`, `the number 5`."""
    if value is None:
        return message("type.nothing")
    if isinstance(value, bool):
        return message("type.truth", value="true" if value else "false")
    if isinstance(value, int | float):
        return message("type.number", value=str(value))
    if isinstance(value, str):
        return message("type.text")
    return message("type.mapping") if isinstance(value, Mapping) else message("type.list")
