"""Sections of a text that cut no number, date, word or grapheme."""

from __future__ import annotations

import time

import pytest
import regex  # type: ignore[import-untyped]  # the package has no types
from coze_harness.text.whole_parts import MAX_PART, widen_to_whole_parts
from hypothesis import given
from hypothesis import strategies as st

PIECES = [
    *"的退货天。，、！ \n年月日-–~",
    *("99", "2024-05-01", "2024年10月1日", "10月1日", "1,200.50", "10:30", "80–85", "-5", "15%"),
    *("don't", "GB", "Coze-3", "café", "дом", "5G", "二百五十", "３．５"),
    *("👨‍👩‍👧", "🇨🇳", "🇨", "e\u0301", "1\ufe0f\u20e3", "\u0301", "\u200d", "\u0600", "\r\n"),
]
TEXTS = st.lists(st.sampled_from(PIECES) | st.characters(exclude_categories=()), max_size=20).map(
    "".join
)
WHOLE = [
    r"\d+",
    r"\d{4}-\d\d-\d\d",
    r"\d+(?:[.,:]\d+)+",
    r"\d+年\d+月\d+日",
    r"\d+–\d+",
    r"\p{Latin}+",
    r"\p{Cyrillic}+",
    r"\X",
]
"""What must never be cut; other patterns than those of the code."""


def cut_inside(text: str, place: int) -> list[str]:
    """Return what a cut at a place breaks."""
    return [
        match.group()
        for pattern in WHOLE
        for match in regex.finditer(pattern, text)
        if match.start() < place < match.end()
    ]


@given(TEXTS, st.data())
def test_no_bound_is_inside_a_number_date_word_or_grapheme(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    bounds = widen_to_whole_parts(text, start, end)
    assert bounds is not None
    assert bounds[0] <= start <= end <= bounds[1]
    assert cut_inside(text, bounds[0]) == []
    assert cut_inside(text, bounds[1]) == []
    assert widen_to_whole_parts(text, *bounds) == bounds


@pytest.mark.parametrize(
    ("text", "part", "whole"),
    [
        ("请在 15 天内", "5 天", "15 天"),
        ("为 90–95 分", "0–95", "90–95"),
        ("2024年11月1日前", "1月1日", "2024年11月1日"),
        ("at 10:30", "0:3", "10:30"),
        ("约 1,200.50 元", "200", "1,200.50"),
        ("气温 -15℃", "5", "-15℃"),
        ("the assistants", "assistant", "assistants"),
        ("二百五十元", "五十元", "二百五十元"),
        ("涨了15％", "5", "15％"),
        ("10-20 days", "20 days", "10-20 days"),
        ("学术助手", "术助", "术助"),
        ("30GB流量", "0GB流", "30GB流"),
    ],
)
def test_a_section_grows_to_whole_parts(text: str, part: str, whole: str) -> None:
    start = text.index(part)
    bounds = widen_to_whole_parts(text, start, start + len(part))
    assert bounds is not None
    assert text[slice(*bounds)] == whole


def test_a_part_without_end_has_no_bounds() -> None:
    text = "9" * 1_000_000
    began = time.perf_counter()
    assert widen_to_whole_parts(text, 500_000, 500_001) is None
    assert widen_to_whole_parts(text[:MAX_PART], 50, 51) == (0, MAX_PART)
    assert time.perf_counter() - began < 1
