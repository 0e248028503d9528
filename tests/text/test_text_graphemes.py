"""Where a text may be cut, and how many characters a reader counts, by Unicode's rule."""

from __future__ import annotations

import time

import pytest
import regex  # type: ignore[import-untyped]  # the package has no types
from coze_harness.text.graphemes import MAX_GRAPHEME, count_graphemes, grapheme_boundary
from hypothesis import given
from hypothesis import strategies as st

PIECES = [
    *"a 1.\n\r一、，（～é의ก",
    *("👨\u200d👩\u200d👧", "🇨🇳", "🇨", "e\u0301", "1\ufe0f\u20e3", "\u0301", "\u200d", "\ufe0f"),
    *("👍🏽", "の\u3099", "\r\n", "क्षि", "\u0600", "\u1100\u1161", "\u200b", "\ud83d", "\x00"),
]
TEXTS = st.lists(st.sampled_from(PIECES) | st.characters(exclude_categories=()), max_size=20)


def graphemes(text: str) -> list[str]:
    sections: list[str] = regex.findall(r"\X", text)
    return sections


@given(TEXTS.map("".join))
def test_a_text_is_cut_and_counted_by_the_rule_of_unicode(text: str) -> None:
    ends = [0]
    for grapheme in graphemes(text):
        ends.append(ends[-1] + len(grapheme))
    for index in range(len(text) + 1):
        assert grapheme_boundary(text, index) == max(end for end in ends if end <= index)
    assert count_graphemes(text) == len(ends) - 1


@pytest.mark.parametrize("character", ["👨\u200d👩\u200d👧\u200d👦", "🇨🇳", "e\u0301", "\r\n"])
def test_a_long_row_of_one_character_is_never_cut_inside(character: str) -> None:
    text = character * 300
    for index in range(len(text)):
        assert grapheme_boundary(text, index) % len(character) == 0


def test_a_chain_of_marks_without_end_may_be_cut() -> None:
    text = "a" + "\u0301" * 1_000_000
    began = time.perf_counter()
    assert grapheme_boundary(text, MAX_GRAPHEME) == 0
    assert grapheme_boundary(text, MAX_GRAPHEME + 1) == MAX_GRAPHEME + 1
    assert grapheme_boundary(text, 999_999) == 999_999
    assert time.perf_counter() - began < 1
