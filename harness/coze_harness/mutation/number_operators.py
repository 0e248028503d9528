"""Changes a number; the form in which it is written stays the same."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import Final

from coze_harness.mutation.date_operators import DATE
from coze_harness.mutation.mutation_operator import choose_other
from coze_harness.mutation.text_language import matches

_ZH: Final = "一二三四五六七八九"
_UNITS: Final = "十百千万亿"
_WORDS: Final = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
# Measure words. A single 一 is mostly an article, and a number only before a unit of measure.
_COUNTED = "个本年天位条种次点分秒元块岁度米公里家项章节部页倍座层只张台辆届周小名道句"
_MEASURED = "年天周小时秒元块岁度米公倍层号本张页"
_NUMBER = re.compile(
    rf"{DATE}"
    r"|(?m:^[ \t]*+[0-9]{1,3}[.)、][ \t])"
    r"|(?P<digits>[0-9]+(?:[.,][0-9]+)*)"
    r"|(?P<wide>[０-９]+(?:[.,．，][０-９]+)*)"
    rf"|(?P<zh>第[{_ZH}十][{_ZH}{_UNITS}零]*"
    rf"|[两{_ZH}][{_UNITS}][{_ZH}{_UNITS}零〇]*|十[{_ZH}]"
    rf"|[两二三四五六七八九](?=[{_COUNTED}])|一(?=[{_MEASURED}]))"
    rf"|(?P<word>\b(?i:{'|'.join(_WORDS)})\b)"
)


def change_number(answer: str, rng: random.Random, _others: Sequence[str]) -> str | None:
    """Return the answer with one number changed; numbers of dates and lists are not changed."""
    change = {"digits": _digits, "wide": _digits, "zh": _chinese, "word": _word}
    numbers = [match for match in matches(_NUMBER, answer) if match.lastgroup in change]
    if not numbers:
        return None
    match = rng.choice(numbers)
    changed = change[match.lastgroup or ""](match[0], rng)
    return f"{answer[: match.start()]}{changed}{answer[match.end() :]}"


def _digits(text: str, rng: random.Random) -> str:
    digits = "123456789" if text.isascii() else "１２３４５６７８９"
    return choose_other(digits, text[0], rng) + text[1:]


def _chinese(text: str, rng: random.Random) -> str:
    for at, character in enumerate(text):
        if character in _ZH:
            return f"{text[:at]}{choose_other(_ZH, character, rng)}{text[at + 1 :]}"
        if character == "两":
            return f"{text[:at]}{rng.choice('三四五六七八九')}{text[at + 1 :]}"
    return text.replace("十", rng.choice(("百", "千")), 1)


def _word(text: str, rng: random.Random) -> str:
    other = choose_other(_WORDS, text.lower(), rng)
    return other.capitalize() if text[0].isupper() else other
