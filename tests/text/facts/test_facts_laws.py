"""Facts of any text: notations, sections, and time."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest
import regex  # type: ignore[import-untyped]  # the package has no types
from coze_harness.text.facts import FactKind, compare_facts, extract_facts
from fact_measurement import pairs
from hypothesis import given
from hypothesis import strategies as st

PIECES = [
    *"不没无未别的退货天，。、！ \n年月日-–~点半第",
    *(
        "99",
        "2024-05-01",
        "5月1日",
        "1,200.50",
        "10:30",
        "5–7",
        "-5",
        "15%",
        "三分之一",
        "一千二百",
        "９",
    ),
    *(
        "元",
        "天",
        "小时",
        "km",
        "USD",
        "$",
        "days",
        "not ",
        "can't",
        "GPT-4",
        "《三体》",
        "a@b.com",
        "May ",
    ),
    *(
        "👨‍👩‍👧",
        "🇨🇳",
        "e\u0301",
        "1\ufe0f\u20e3",
        "\u0301",
        "\u200d",
        "\r\n",
        "周三",
        "Wednesday",
        "two ",
    ),
]
TEXTS = st.lists(st.sampled_from(PIECES) | st.characters(exclude_categories=()), max_size=20).map(
    "".join
)
DIGITS = "零一二三四五六七八九"


def chinese(number: int) -> str:
    """Return a number below 10^12 in Chinese, by another way than the code reads it."""
    for scale, mark in ((10**8, "亿"), (10**4, "万")):
        if number >= scale:
            rest = number % scale
            gap = "零" if 0 < rest < scale // 10 else ""
            return chinese(number // scale) + mark + (gap + chinese(rest) if rest else "")
    text = ""
    for scale, mark in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // scale % 10
        if digit:
            text += DIGITS[digit] + mark
        elif text and not text.endswith("零") and number % scale:
            text += "零"
    return text


def only_value(text: str) -> Decimal | str:
    (fact,) = extract_facts(text)
    assert fact.kind is FactKind.NUMBER
    assert (fact.start, fact.end, fact.unit) == (0, len(text), "CNY")
    return fact.value


@given(st.integers(2, 10**11))
def test_a_number_has_one_value_in_all_notations(number: int) -> None:
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    notations = [f"{number}元", f"{number:,}元", f"{number}元".translate(wide), f"¥{number:,}"]
    notations += [f"{chinese(number)}元", f"{number} yuan", f"{number}.00元"]
    if number % 1000 == 0:
        notations.append(f"{number // 1000}k元")
    notations.append(f"{Decimal(number).scaleb(-4):f}万元")
    for text in notations:
        assert only_value(text) == number, text
        assert not compare_facts(f"共{notations[0]}。", f"共{text}。")


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_another_number_is_a_change(one: int, other: int) -> None:
    changes = compare_facts(f"价格是{one}元。", f"价格是{other}元。")
    assert bool(changes) == (one != other)
    assert len(changes.changed) == (one != other)


@given(TEXTS)
def test_sections_are_whole_graphemes_of_the_text(text: str) -> None:
    cuts = {match.start() for match in regex.finditer(r"\X", text)} | {len(text)}
    for fact in extract_facts(text):
        assert 0 <= fact.start < fact.end <= len(text)
        assert text[fact.start : fact.end] == fact.text
        assert {fact.start, fact.end} <= cuts


@given(TEXTS, TEXTS)
def test_a_text_has_no_changes_against_itself(one: str, other: str) -> None:
    assert not compare_facts(one, str(one))
    assert not compare_facts(f"{one}\n", f"\n{one}\n")
    assert bool(compare_facts(one, other)) == bool(compare_facts(other, one))


HOSTILE = {
    "digits": "9",
    "negations": "不",
    "numerals": "一",
    "thousands": "1,111,",
    "letters": "a",
    "numbers": "1 ",
    "clauses": "不能，",
    "titles": "《",
    "addresses": "a@",
    "links": "http://",
    "phones": "010-",
    "words": "five hundred and ",
    "accents": "1\u0301",
    "times": "一点",
    "months": "1月",
    "fractions": "一分之",
    "english": "not ",
    "conditions": "如果不",
}


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE)
def test_the_time_for_hostile_texts_is_bounded(piece: str) -> None:
    text = piece * (10_000 // len(piece))
    began = time.process_time()
    assert compare_facts(text, f"{text[:-5]}x8{text[5:]}") is not None
    assert time.process_time() - began < 3


def test_an_ordinary_answer_takes_less_than_a_millisecond() -> None:
    text = max((pair.before for pair in pairs()), key=len)
    text = (text * 4)[:300]
    extract_facts(text)
    times = []
    for _ in range(30):
        began = time.process_time()
        for _ in range(10):
            extract_facts(text)
        times.append((time.process_time() - began) / 10)
    assert min(times) < 0.001
