"""Other ways to write an answer: the same facts in another notation, which must still pass."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from coze_harness.mutation.deletion_operators import is_json
from coze_harness.mutation.mutation_operator import is_same_text
from coze_harness.mutation.text_language import COMMON_HAN, is_chinese
from coze_harness.text.facts import Fact, FactKind, compare_facts, extract_facts

_MAX_LENGTH: Final = 4_000
"""Characters above which an answer is not rewritten."""


class EquivalentAnswer(NamedTuple):
    """A right answer; `origin` is `repeat`, or the rewrite that made it."""

    origin: str
    text: str


_TO_WIDE: Final = MappingProxyType({",": "，", ":": "：", ";": "；", "!": "！", "?": "？"})
_TO_NARROW: Final = MappingProxyType({wide: mark for mark, wide in _TO_WIDE.items()})
_NARROW_MARK: Final = re.compile(rf"(?<=[{COMMON_HAN}])[,:;!?](?=[{COMMON_HAN}])")
_WIDE_MARK: Final = re.compile(rf"(?<=[{COMMON_HAN}])[，：；！？](?=[{COMMON_HAN}])")
_WIDE_DIGITS: Final = re.compile("[０-９]+")
_NARROW_DIGITS: Final = str.maketrans("０１２３４５６７８９", "0123456789")
# Not before 年, 月, 日 and the like, and not in a word such as A4.
_NO_SPACE: Final = re.compile(
    rf"(?<=[{COMMON_HAN}])(?=[A-Za-z0-9])|(?<=[A-Za-z0-9])(?=[{COMMON_HAN}])"
)
_SPACE: Final = re.compile(
    rf"(?<=[{COMMON_HAN}]) (?=[A-Za-z0-9])|(?<=[A-Za-z0-9]) (?=[{COMMON_HAN}])"
)
_EN_UNIT_SPACE: Final = re.compile(r"(?<=[0-9]) (?=(?:kg|km|cm|mm|MB|GB|TB|am|pm|AM|PM)\b)")
_BULLET: Final = re.compile(r"(?m:^([ \t]*)([-*•])([ \t]+)(?=\S))")
_OTHER_BULLETS: Final = MappingProxyType({"-": "*", "*": "-", "•": "-"})
_NO_REWRITE: Final = re.compile(r"```|https?://|</?[a-z]+>")

_NUMERALS: Final = "零一二三四五六七八九十"
_COUNTED: Final = "天年周岁次倍"
_SMALL_COUNT: Final = re.compile(
    rf"(?P<digits>10|[1-9])(?=(?:个(?:小时|月|工作日|星期)|小时|[{_COUNTED}])\Z)"
    rf"|(?P<zh>[{_NUMERALS}两])(?=(?:个(?:小时|月|工作日|星期)|小时|[{_COUNTED}])\Z)"
)
_PLAIN_NUMBER: Final = re.compile(r"[1-9][0-9]{3,8}(?![0-9年])")
_GROUPED_NUMBER: Final = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+")
_SYNONYMS: Final = (
    ("公斤", "千克"), ("公里", "千米"), ("度", "℃"), ("摄氏度", "℃"), ("℃", "°C"), ("元", "块钱"),
    ("块", "元"), ("个小时", "小时"), ("星期", "周"), ("平方米", "平米"), ("公升", "升"),
    ("kg", "kilograms"), ("kilograms", "kg"), ("km", "kilometers"), ("kilometers", "km"),
    ("hours", "hrs"), ("minutes", "mins"), ("percent", "%"), ("°C", "℃"), ("meters", "metres"),
)  # fmt: skip


def unit_synonyms(unit: str) -> list[str]:
    """Return other spellings of a unit in the same language, as rewrites use them."""
    synonyms = [other for one, other in _SYNONYMS if one == unit]
    return synonyms + [one for one, other in _SYNONYMS if other == unit and one not in synonyms]


def number_notations(text: str) -> list[str]:
    """Return other notations of a number with its unit: 7天 and 七天, 1200 and 1,200."""
    notations: list[str] = []
    small = _SMALL_COUNT.match(text)
    if small and small["digits"]:
        numeral = _NUMERALS[int(small["digits"])]
        has_measure = text[small.end() : small.end() + 1] in ("个", "天", "年", "周", "次", "倍")
        notations.append(
            ("两" if numeral == "二" and has_measure else numeral) + text[small.end() :]
        )
    elif small:
        value = 2 if small["zh"] == "两" else _NUMERALS.index(small["zh"])
        notations.append(f"{value}{text[small.end() :]}")
    if grouped := _GROUPED_NUMBER.search(text):
        plain = grouped[0].replace(",", "")
        notations.append(text[: grouped.start()] + plain + text[grouped.end() :])
    elif plain_match := _PLAIN_NUMBER.search(text):
        number = f"{int(plain_match[0]):,}"
        notations.append(text[: plain_match.start()] + number + text[plain_match.end() :])
    return notations


def rewrite_answer(answer: str) -> list[EquivalentAnswer]:
    """Return safe rewrites of an answer: each has the same facts, and reads the same."""
    if len(answer) > _MAX_LENGTH:
        return []
    if is_json(answer.strip()):
        return _distinct(answer, _reformatted_json(answer))
    if _NO_REWRITE.search(answer):
        return []
    facts = extract_facts(answer)
    numbers = [one for one in facts if one.kind is FactKind.NUMBER and one.is_certain]
    candidates = [
        *_other_spelling(answer),
        EquivalentAnswer("number", _with_numbers(answer, numbers)),
        EquivalentAnswer("unit", _with_units(answer, numbers)),
        EquivalentAnswer("list", _BULLET.sub(lambda m: m[1] + _OTHER_BULLETS[m[2]] + m[3], answer)),
    ]
    return [
        one
        for one in _distinct(answer, candidates)
        if one.origin == "list" or not compare_facts(answer, one.text)
    ]


def _other_spelling(answer: str) -> Iterator[EquivalentAnswer]:
    """Yield the answer with other punctuation, digits and spaces; its last mark stays."""
    if is_chinese(answer):
        wide = _NARROW_MARK.sub(lambda match: _TO_WIDE[match[0]], answer)
        if wide == answer:
            wide = _WIDE_MARK.sub(lambda match: _TO_NARROW[match[0]], answer)
        yield EquivalentAnswer(
            "width", _WIDE_DIGITS.sub(lambda match: match[0].translate(_NARROW_DIGITS), wide)
        )
        spaced = _SPACE.sub("", answer)
        yield EquivalentAnswer("spaces", spaced if spaced != answer else _NO_SPACE.sub(" ", answer))
    else:
        yield EquivalentAnswer("spaces", _EN_UNIT_SPACE.sub("", answer))


def _with_numbers(answer: str, numbers: Sequence[Fact]) -> str:
    """Return the answer with its first number that has another notation in that notation."""
    for one in numbers:
        if notations := number_notations(one.text):
            return f"{answer[: one.start]}{notations[0]}{answer[one.end :]}"
    return answer


def _with_units(answer: str, numbers: Sequence[Fact]) -> str:
    """Return the answer with each unit that has a synonym written as that."""
    parts: list[str] = []
    done = 0
    for one in numbers:
        number = one.text.rstrip("".join(set(one.text) - set("0123456789.,")))
        unit = one.text.removeprefix(number)
        synonyms = unit_synonyms(unit.strip())
        if number and one.start >= done and synonyms:
            space = unit[: len(unit) - len(unit.lstrip())]
            parts += (answer[done : one.start], number, space, synonyms[0])
            done = one.end
    return "".join((*parts, answer[done:])) if parts else answer


def _reformatted_json(answer: str) -> Iterator[EquivalentAnswer]:
    value = json.loads(answer)
    is_compact = "\n" not in answer.strip()
    text = json.dumps(value, ensure_ascii=False, indent=2 if is_compact else None)
    yield EquivalentAnswer("json", text)


def _distinct(answer: str, rewrites: Iterable[EquivalentAnswer]) -> list[EquivalentAnswer]:
    first: dict[str, EquivalentAnswer] = {}
    for one in rewrites:
        if one.text != answer:
            first.setdefault(one.text, one)
    return list(first.values())


def repeats(answer: str, recorded: Sequence[str]) -> list[EquivalentAnswer]:
    """Return the other recorded answers that differ from this one."""
    others = [text for text in dict.fromkeys(recorded) if text.strip()]
    return [EquivalentAnswer("repeat", text) for text in others if not is_same_text(text, answer)]
