"""Numerals in Chinese, English and digits, and their values."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

MAX_NUMERAL: Final = 30
"""Characters of a numeral; a longer row of digits is not an amount."""

_CHINESE_DIGITS: Final = dict(
    zip(
        "零〇一二两三四五六七八九壹贰叁肆伍陆柒捌玖",
        (0, 0, 1, 2, 2, *range(3, 10), *range(1, 10)),
        strict=True,
    )
)
_SMALL_SCALES: Final = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1_000, "仟": 1_000}
_LARGE_SCALES: Final = {"万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000}
CHINESE_DIGITS: Final = "".join(_CHINESE_DIGITS)
CHINESE_SCALES: Final = "".join((*_SMALL_SCALES, *_LARGE_SCALES))

_SCALE_MARKS: Final = frozenset(CHINESE_SCALES)

_ONE_WORDS: Final = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
_TEN_WORDS: Final = "twenty thirty forty fifty sixty seventy eighty ninety"
_ONES: Final = {word: value for value, word in enumerate(_ONE_WORDS.split(), 1)}
_TENS: Final = {word: 10 * value for value, word in enumerate(_TEN_WORDS.split(), 2)}
_ENGLISH_SCALES: Final = {
    "hundred": 100, "thousand": 1_000, "million": 10**6, "billion": 10**9, "bn": 10**9,
}  # fmt: skip
_SCALES: Final = _SMALL_SCALES | _LARGE_SCALES | _ENGLISH_SCALES | {"k": 1_000, "m": 10**6}

_SMALL: Final = "|".join((*_TENS, *sorted(_ONES, key=len, reverse=True)))
_LARGE: Final = "|".join(_ENGLISH_SCALES)
_WORD: Final = rf"(?:{_SMALL}|{_LARGE})"
ENGLISH_NUMERAL: Final = (
    rf"(?:(?:{_SMALL})|a(?=\s(?:{_LARGE})\b))\b"
    rf"(?:(?:[- ]|\sand\s(?:(?<=hundred\sand\s)|(?<=thousand\sand\s))){_WORD}\b){{0,8}}"
)
DIGITS: Final = r"(?:[0-9]{1,3}(?>(?:,[0-9]{3}){1,6})(?![0-9])|[0-9]++)(?:\.[0-9]++)?"
CHINESE_NUMERAL: Final = rf"[{CHINESE_DIGITS}{CHINESE_SCALES}]++"


def parse_digits(text: str, scale: str = "") -> Decimal:
    """Return the value of digits with separators, and of the scale after them.

    Args:
        text: such as 1,200.50.
        scale: such as 万, 百万, k, `million`; or empty.
    """
    value = Decimal(text.replace(",", ""))
    if scale := scale.strip():
        for mark in scale if scale[0] in CHINESE_SCALES else [scale.lower()]:
            value *= _SCALES[mark]
    return value


def has_scale(text: str) -> bool:
    """Whether a Chinese numeral has 十, 百, 千, 万 or 亿."""
    return not _SCALE_MARKS.isdisjoint(text)


def parse_chinese(text: str) -> Decimal | None:
    """Return the value of a Chinese numeral: 三十五, 两千零一, 十五万, 二〇二四, 三万五, 三点五.

    Returns:
        the value; `None` if it is not one well-formed numeral.
    """
    whole, _, fraction = text.partition("点")
    value = _parse_scaled(whole) if has_scale(whole) else _parse_row(whole)
    if value is None or not fraction:
        return None if value is None else Decimal(value)
    row = "".join(str(_CHINESE_DIGITS[mark]) for mark in fraction if mark in _CHINESE_DIGITS)
    return Decimal(f"{value}.{row}") if len(row) == len(fraction) else None


def _parse_row(text: str) -> int | None:
    """Digits without scales, read one by one: 二〇二四."""
    return int("".join(str(_CHINESE_DIGITS[mark]) for mark in text)) if text else None


def _parse_scaled(text: str) -> int | None:
    total = section = 0
    digit: int | None = None
    last_scale = 0  # of the last numeral with a scale: 三万五 is 35,000
    has_zero = False
    for mark in text:
        if mark in _CHINESE_DIGITS:
            if digit:
                return None
            digit = _CHINESE_DIGITS[mark]
            has_zero = has_zero or digit == 0
        elif mark in _SMALL_SCALES:
            last_scale = _SMALL_SCALES[mark]
            if digit is None and last_scale > 10:
                return None
            section += (1 if digit is None else digit) * last_scale
            digit, has_zero = None, False
        else:
            section += digit or 0
            last_scale = _LARGE_SCALES[mark]
            if not section and not total:
                return None
            total = (
                (total + section) * last_scale
                if section + total < last_scale
                else total + section * last_scale
            )
            section, digit, has_zero = 0, None, False
    if digit and last_scale > 10 and not has_zero:
        digit *= last_scale // 10
    return total + section + (digit or 0)


def parse_english(text: str) -> Decimal:
    """Return the value of English number words: twenty-five, two hundred and fifty."""
    total = current = 0
    for word in re.split(r"[-\s]+", text.lower()):
        if word in ("a", "and"):
            current = current or (word == "a")
        elif word in _ENGLISH_SCALES:
            scale = _ENGLISH_SCALES[word]
            if scale == 100:
                current = (current or 1) * scale
            else:
                total, current = total + (current or 1) * scale, 0
        else:
            current += _ONES.get(word) or _TENS[word]
    return Decimal(total + current)


def approximate_pair(text: str) -> tuple[int, int] | None:
    """Return the two numbers of 三五 in 三五天: two Chinese digits, the smaller first."""
    if len(text) != 2 or any(mark not in _CHINESE_DIGITS for mark in text):
        return None
    first, second = (_CHINESE_DIGITS[mark] for mark in text)
    return (first, second) if 0 < first < second else None
