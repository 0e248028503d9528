"""Changes dates, weekdays and times; the form in which they are written stays the same."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Final, TypeAlias

from coze_harness.mutation.mutation_operator import choose_other
from coze_harness.mutation.text_language import matches

_DateChange: TypeAlias = Callable[[str, random.Random], str | None]

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


def _format_like(number: int, like: str) -> str:
    """Return a number with the digits (half or full width) and padding of another."""
    text = str(number).zfill(len(like) if like[0] in "0０" else 0)
    return text if like.isascii() else text.translate(_FULL_WIDTH)


_PARTS = re.compile(rf"({_D}+)([^0-9０-９]+)({_D}+)(?:([^0-9０-９]+)({_D}+))?")


def _day(text: str, rng: random.Random) -> str | None:
    """Shift a date of year, month and day, or of month and day, by up to four weeks."""
    match = _PARTS.match(text)
    if match is None:
        return None
    first, separator, second, last_separator, third = match.groups()
    numbers = [int(first), int(second), *([int(third)] if third else [])]
    try:
        original = date(*numbers) if third else date(_LEAP_YEAR, *numbers)
        changed = original + timedelta(days=rng.randint(1, 27))
    except (ValueError, OverflowError, TypeError):
        return None
    if not third:
        return f"{_format_like(changed.month, first)}{separator}{_format_like(changed.day, second)}"
    return (
        f"{_format_like(changed.year, first)}{separator}{_format_like(changed.month, second)}"
        f"{last_separator}{_format_like(changed.day, third)}"
    )


def _number(low: int, high: int) -> _DateChange:
    """Return a function that changes the first number of a text to another one in a range."""

    def change(text: str, rng: random.Random) -> str | None:
        match = re.search(f"{_D}+", text)
        if match is None:
            return None
        number = int(match[0])
        other = rng.choice([n for n in range(low, high + 1) if n != number])
        return f"{text[: match.start()]}{_format_like(other, match[0])}{text[match.end() :]}"

    return change


def _year(text: str, rng: random.Random) -> str | None:
    changed = int(text[:4]) + rng.choice((-7, -3, -2, -1, 1, 2, 3, 7))
    return f"{_format_like(min(max(changed, 1), 9999), text[:4])}{text[4:]}"


def _word(*families: Sequence[str]) -> _DateChange:
    """Return a function that changes a word to another one of its family."""

    def change(text: str, rng: random.Random) -> str | None:
        family = next((words for words in families if text in words), None)
        return choose_other(family, text, rng) if family else None

    return change


def _zh_weekday(text: str, rng: random.Random) -> str | None:
    return text[:-1] + choose_other(_ZH_DAYS, text[-1].replace("天", "日"), rng)


def _zh_number(text: str, rng: random.Random) -> str | None:
    match = re.search("十[一二]|[一二两三四五六七八九十]", text)
    if match is None:
        return None
    other = choose_other(_ZH_NUMBERS, match[0], rng)
    return f"{text[: match.start()]}{other}{text[match.end() :]}"


_any = "|".join
_HALF = "上午|下午|早上|晚上|中午|凌晨|傍晚"
_ZH_HOUR = "(?:十[一二]|[一二两三四五六七八九十])"
_FORMS: Final[tuple[tuple[str, _DateChange], ...]] = (
    (rf"(?<!{_D}){_D}{{4}}\s?[-/.年]\s?{_D}{{1,2}}\s?[-/.月]\s?{_D}{{1,2}}(?!{_D})", _day),
    (rf"(?<!{_D}){_D}{{1,2}}\s?月\s?{_D}{{1,2}}(?=\s?[日号])", _day),
    (rf"(?<!{_D}){_D}{{1,2}}[:：]{_D}{{2}}\s?(?:am|pm|AM|PM|a\.m\.|p\.m\.)(?![A-Za-z])",
     _number(1, 12)),
    (rf"(?<!{_D}){_D}{{1,2}}[:：]{_D}{{2}}(?!{_D})", _number(0, 23)),
    (rf"(?<!{_D}){_D}{{1,2}}\s?(?:am|pm|AM|PM|a\.m\.|p\.m\.)(?![A-Za-z])", _number(1, 12)),
    (rf"(?:{_HALF}){_D}{{1,2}}(?=[点时])", _number(1, 12)),
    (rf"(?<!{_D}){_D}{{1,2}}(?=点钟|点半|点整|点{_D}{{1,2}}分)", _number(1, 12)),
    (rf"(?:{_HALF}){_ZH_HOUR}(?=[点时])", _zh_number),
    (rf"{_ZH_HOUR}(?=点钟|点半|点整)", _zh_number),
    (rf"(?<!{_D}){_D}{{4}}年", _year),
    (r"(?<=\b(?:in|by|of) )(?:19|20)[0-9]{2}\b", _year),
    (rf"(?<!{_D}){_D}{{1,2}}(?=月)", _number(1, 12)),
    (rf"(?<!{_D}){_D}{{1,2}}(?=[日号](?!线))", _number(1, 28)),
    ("(?:星期|礼拜)[一二三四五六日天]|周[一二三四五六日](?![年期次天])", _zh_weekday),
    ("(?:十[一二]|[一二三四五六七八九十])月(?![亮球饼光])", _zh_number),
    (_any(word for family in _RELATIVE[:2] for word in family), _word(*_RELATIVE[:2])),
    (rf"\b(?:{_any(word for family in _RELATIVE[2:] for word in family)})\b",
     _word(*_RELATIVE[2:])),
    (rf"\b(?:{_any(WEEKDAYS)})(?=s?\b)", _word(WEEKDAYS)),
    (rf"\b(?:{_any(m for m in MONTHS if m not in ('March', 'May'))})\b", _word(MONTHS)),
    (r"\b(?:March|May)(?= [0-9])|(?<=[0-9] )(?:March|May)\b|(?<=\bin )(?:March|May)\b",
     _word(MONTHS)),
    (rf"\b(?:{_any(_SHORT_MONTHS)})(?=\.? [0-9])", _word(_SHORT_MONTHS)),
)  # fmt: skip
DATE: Final = "|".join(f"(?P<date{number}>{form})" for number, (form, _) in enumerate(_FORMS))
_DATE = re.compile(DATE)


def change_date(answer: str, rng: random.Random, _others: Sequence[str]) -> str | None:
    """Return the answer with one of its dates, weekdays or times changed."""
    dates = list(matches(_DATE, answer))
    rng.shuffle(dates)
    for match in dates:
        _form, change = _FORMS[int((match.lastgroup or "date0").removeprefix("date"))]
        if changed := change(match[0], rng):
            return f"{answer[: match.start()]}{changed}{answer[match.end() :]}"
    return None
