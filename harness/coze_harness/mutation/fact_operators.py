"""Changes units, exchanges facts, drops the clause of a fact, and invents one."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

from coze_harness.mutation.name_operators import find_names
from coze_harness.mutation.text_language import is_chinese
from coze_harness.text.facts import Fact, FactKind, compare_facts, extract_facts

_MAX_LENGTH: Final = 8_000
"""Characters of an answer in which facts are looked for."""

_OTHER_UNITS: Final = MappingProxyType(
    {
        "工作日": "天", "小时": "天", "分钟": "小时", "秒钟": "分钟", "秒": "分钟", "天": "小时",
        "星期": "天", "周": "天", "月": "年", "年": "个月", "元": "美元", "块": "美元",
        "美元": "元", "欧元": "元", "港币": "元", "公斤": "克", "千克": "克", "斤": "公斤",
        "克": "公斤", "毫克": "克", "吨": "公斤", "公里": "米", "千米": "米", "米": "公里",
        "厘米": "米", "毫米": "厘米", "平方米": "亩", "升": "毫升", "毫升": "升", "折": "%",
        "度": "华氏度", "摄氏度": "华氏度", "岁": "个月", "次": "人", "℃": "℉", "°C": "°F",
        "%": "折", "seconds": "minutes", "minutes": "hours", "minute": "hour", "hours": "days",
        "hour": "day", "days": "weeks", "day": "week", "weeks": "days", "week": "day",
        "months": "years", "month": "year", "years": "months", "year": "month", "yuan": "dollars",
        "dollars": "yuan", "euros": "dollars", "kg": "g", "g": "kg", "grams": "kilograms",
        "kilograms": "grams", "km": "m", "kilometers": "meters", "meters": "kilometers",
        "miles": "km", "cm": "m", "mm": "cm", "MB": "GB", "GB": "MB", "TB": "GB", "KB": "MB",
        "L": "ml", "ml": "L", "percent": "dollars", "degrees": "degrees Fahrenheit",
    }
)  # fmt: skip
_UNIT: Final = re.compile(
    rf"({'|'.join(map(re.escape, sorted(_OTHER_UNITS, key=len, reverse=True)))})\Z"
)
_OTHER_PREFIXES: Final = (("US$", "¥"), ("$", "€"), ("€", "$"), ("£", "$"), ("¥", "$"), ("￥", "$"))

_CLAUSE: Final = re.compile(
    r"(?:[^，。！？；!?;,.\n]|[.,!?;](?=\S))+(?:[，。！？；!?;,.]+[”’」』）)\"]*\s*|\n\s*|\Z)"
)
_BETWEEN: Final = re.compile(r"[，。；！？\n]|[,;.!?]\s")
_MIN_BETWEEN: Final = 4
_MAX_FACTS: Final = 40

_INVENTED_ZH: Final = (
    "另外，新用户还可享受8.8折优惠，有效期为45天。",
    "根据最新规定，还需额外支付36元手续费。",
    "该服务由青云集团于2009年推出，至今已有520万名用户。",
)
_INVENTED_EN: Final = (
    "New users also get a 12% discount for 45 days.",
    "Under the latest rules, an extra fee of $36 applies.",
    "It was launched by the Quillon Group in 2009 and has 5.2 million users.",
)


def _numbers(answer: str) -> list[Fact]:
    facts = extract_facts(answer[:_MAX_LENGTH])
    return [one for one in facts if one.kind is FactKind.NUMBER and one.is_certain][:_MAX_FACTS]


def change_unit(answer: str, rng: random.Random, _others: Sequence[str]) -> str | None:
    """Return the answer with the unit or currency of one number changed."""
    numbers = [one for one in _numbers(answer) if one.unit]
    rng.shuffle(numbers)
    for one in numbers:
        changed = _with_other_unit(one.text)
        if changed:
            return f"{answer[: one.start]}{changed}{answer[one.end :]}"
    return None


def _with_other_unit(text: str) -> str:
    for prefix, other in _OTHER_PREFIXES:
        if text.startswith(prefix):
            return other + text.removeprefix(prefix)
    match = _UNIT.search(text)
    if match is None:
        return ""
    number, other = text[: match.start()], _OTHER_UNITS[match[0]]
    if other.startswith("个") and number.endswith("个"):
        other = other[1:]
    elif number.endswith("个") and other in ("天", "年", "人", "米"):
        number = number[:-1]
    return number + other


def exchange_numbers(answer: str, rng: random.Random, _others: Sequence[str]) -> str | None:
    """Return the answer with the numbers of two statements in each other's place."""
    sections = [(one.start, one.end, f"{one.value}{one.unit}") for one in _numbers(answer)]
    return _exchange(answer, sections, rng)


def exchange_names(answer: str, rng: random.Random, _others: Sequence[str]) -> str | None:
    """Return the answer with the names of two statements in each other's place."""
    names = [match.span() for match in find_names(answer)][:_MAX_FACTS]
    return _exchange(answer, [(start, end, answer[start:end]) for start, end in names], rng)


def _exchange(
    answer: str, sections: Sequence[tuple[int, int, str]], rng: random.Random
) -> str | None:
    """Exchange two different sections of different clauses: an enumeration has no order."""
    pairs = [
        (one, other)
        for index, one in enumerate(sections)
        for other in sections[index + 1 :]
        if one[2] != other[2]
        and other[0] - one[1] >= _MIN_BETWEEN
        and _BETWEEN.search(answer, one[1], other[0])
    ]
    if not pairs:
        return None
    (start, end, _), (other_start, other_end, _) = rng.choice(pairs)
    return (
        f"{answer[:start]}{answer[other_start:other_end]}{answer[end:other_start]}"
        f"{answer[start:end]}{answer[other_end:]}"
    )


def drop_fact(answer: str, rng: random.Random, _others: Sequence[str]) -> str | None:
    """Return the answer without a clause that has a number, a date or a name."""
    text = answer[:_MAX_LENGTH]
    clauses = [match.span() for match in _CLAUSE.finditer(text) if match[0].strip()]
    if len(clauses) < 2:
        return None
    facts = [one for one in extract_facts(text) if one.is_certain]
    clauses_with_facts = [
        (start, end)
        for start, end in clauses
        if any(start <= one.start < end for one in facts if one.kind is not FactKind.NEGATION)
    ]
    rng.shuffle(clauses_with_facts)
    for start, end in clauses_with_facts[:3]:
        mutant = answer[:start] + answer[end:]
        if mutant.strip() and compare_facts(text, mutant[:_MAX_LENGTH]).removed:
            return mutant.rstrip()
    return None


def invent_fact(answer: str, rng: random.Random, _others: Sequence[str]) -> str | None:
    """Return the answer with a sentence that nobody asked for after it."""
    if answer.lstrip()[:1] in ("{", "["):
        return None
    if is_chinese(answer):
        return answer.rstrip() + rng.choice(_INVENTED_ZH)
    return f"{answer.rstrip()} {rng.choice(_INVENTED_EN)}"
