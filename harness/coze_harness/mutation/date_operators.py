"""Spoilings of dates: another day, month, weekday or time, written as the right one was."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Final

from coze_harness.mutation.text_language import matches

_D = "[0-9０-９]"
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_LEAP_YEAR = 2024

MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_SHORT_MONTHS: Final = tuple(month[:3] for month in MONTHS)
WEEKDAYS: Final = (
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
)  # fmt: skip
_ZH_DAYS: Final = "一二三四五六日"
_ZH_NUMBERS: Final = (
    "一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二",
)  # fmt: skip
_RELATIVE: Final = (
    ("前天", "昨天", "今天", "明天", "后天"),
    ("昨日", "今日", "明日"),
    ("yesterday", "today", "tomorrow"),
    ("Yesterday", "Today", "Tomorrow"),
)


def _another(words: Sequence[str], word: str, rng: random.Random) -> str:
    return rng.choice([other for other in words if other != word])


def _written(number: int, like: str) -> str:
    """Return a number in the digits of another, padded where that one is."""
    text = str(number).zfill(len(like) if like[0] in "0０" else 0)
    return text if like.isascii() else text.translate(_FULL_WIDTH)


_PARTS = re.compile(rf"({_D}+)([^0-9０-９]+)({_D}+)(?:([^0-9０-９]+)({_D}+))?")


def _day(text: str, rng: random.Random) -> str | None:
    """Shift a date of year, month and day, or of month and day, by up to four weeks."""
    found = _PARTS.match(text)
    if found is None:
        return None
    first, between, second, again, third = found.groups()
    numbers = [int(first), int(second), *([int(third)] if third else [])]
    try:
        given = date(*numbers) if third else date(_LEAP_YEAR, *numbers)
        moved = given + timedelta(days=rng.randint(1, 27))
    except (ValueError, OverflowError, TypeError):
        return None
    if not third:
        return f"{_written(moved.month, first)}{between}{_written(moved.day, second)}"
    return (
        f"{_written(moved.year, first)}{between}{_written(moved.month, second)}"
        f"{again}{_written(moved.day, third)}"
    )


def _leading(low: int, high: int) -> Callable[[str, random.Random], str | None]:
    """Return what changes the first number of a text to another in a range."""

    def shifted(text: str, rng: random.Random) -> str | None:
        found = re.search(f"{_D}+", text)
        if found is None:
            return None
        number = int(found[0])
        others = [other for other in range(low, high + 1) if other != number]
        return (
            f"{text[: found.start()]}{_written(rng.choice(others), found[0])}{text[found.end() :]}"
        )

    return shifted


def _year(text: str, rng: random.Random) -> str | None:
    moved = int(text[:4]) + rng.choice((-7, -3, -2, -1, 1, 2, 3, 7))
    return f"{_written(min(max(moved, 1), 9999), text[:4])}{text[4:]}"


def _one_of(*families: Sequence[str]) -> Callable[[str, random.Random], str | None]:
    """Return what changes a word to another of its family."""

    def changed(text: str, rng: random.Random) -> str | None:
        family = next((words for words in families if text in words), None)
        return _another(family, text, rng) if family else None

    return changed


def _zh_weekday(text: str, rng: random.Random) -> str | None:
    return text[:-1] + _another(_ZH_DAYS, text[-1].replace("天", "日"), rng)


def _zh_number(text: str, rng: random.Random) -> str | None:
    found = re.search("十[一二]|[一二两三四五六七八九十]", text)
    if found is None:
        return None
    return f"{text[: found.start()]}{_another(_ZH_NUMBERS, found[0], rng)}{text[found.end() :]}"


_WORDS = "|".join
_HALF = "上午|下午|早上|晚上|中午|凌晨|傍晚"
_ZH_HOUR = "(?:十[一二]|[一二两三四五六七八九十])"
_FORMS: Final[tuple[tuple[str, Callable[[str, random.Random], str | None]], ...]] = (
    (rf"(?<!{_D}){_D}{{4}}\s?[-/.年]\s?{_D}{{1,2}}\s?[-/.月]\s?{_D}{{1,2}}(?!{_D})", _day),
    (rf"(?<!{_D}){_D}{{1,2}}\s?月\s?{_D}{{1,2}}(?=\s?[日号])", _day),
    (rf"(?<!{_D}){_D}{{1,2}}[:：]{_D}{{2}}\s?(?:am|pm|AM|PM|a\.m\.|p\.m\.)(?![A-Za-z])",
     _leading(1, 12)),
    (rf"(?<!{_D}){_D}{{1,2}}[:：]{_D}{{2}}(?!{_D})", _leading(0, 23)),
    (rf"(?<!{_D}){_D}{{1,2}}\s?(?:am|pm|AM|PM|a\.m\.|p\.m\.)(?![A-Za-z])", _leading(1, 12)),
    (rf"(?:{_HALF}){_D}{{1,2}}(?=[点时])", _leading(1, 12)),
    (rf"(?<!{_D}){_D}{{1,2}}(?=点钟|点半|点整|点{_D}{{1,2}}分)", _leading(1, 12)),
    (rf"(?:{_HALF}){_ZH_HOUR}(?=[点时])", _zh_number),
    (rf"{_ZH_HOUR}(?=点钟|点半|点整)", _zh_number),
    (rf"(?<!{_D}){_D}{{4}}年", _year),
    (r"(?<=\b(?:in|by|of) )(?:19|20)[0-9]{2}\b", _year),
    (rf"(?<!{_D}){_D}{{1,2}}(?=月)", _leading(1, 12)),
    (rf"(?<!{_D}){_D}{{1,2}}(?=[日号](?!线))", _leading(1, 28)),
    ("(?:星期|礼拜)[一二三四五六日天]|周[一二三四五六日](?![年期次天])", _zh_weekday),
    ("(?:十[一二]|[一二三四五六七八九十])月(?![亮球饼光])", _zh_number),
    (_WORDS(word for family in _RELATIVE[:2] for word in family), _one_of(*_RELATIVE[:2])),
    (rf"\b(?:{_WORDS(word for family in _RELATIVE[2:] for word in family)})\b",
     _one_of(*_RELATIVE[2:])),
    (rf"\b(?:{_WORDS(WEEKDAYS)})(?=s?\b)", _one_of(WEEKDAYS)),
    (rf"\b(?:{_WORDS(m for m in MONTHS if m not in ('March', 'May'))})\b", _one_of(MONTHS)),
    (r"\b(?:March|May)(?= [0-9])|(?<=[0-9] )(?:March|May)\b|(?<=\bin )(?:March|May)\b",
     _one_of(MONTHS)),
    (rf"\b(?:{_WORDS(_SHORT_MONTHS)})(?=\.? [0-9])", _one_of(_SHORT_MONTHS)),
)  # fmt: skip
DATE: Final = "|".join(f"(?P<date{number}>{form})" for number, (form, _) in enumerate(_FORMS))
_DATE = re.compile(DATE)


def change_date(answer: str, rng: random.Random, _others: Sequence[str]) -> str | None:
    """Return the answer with one of its dates, weekdays or times changed."""
    found = list(matches(_DATE, answer))
    rng.shuffle(found)
    for one in found:
        _form, change = _FORMS[int((one.lastgroup or "date0").removeprefix("date"))]
        if words := change(one[0], rng):
            return f"{answer[: one.start()]}{words}{answer[one.end() :]}"
    return None
