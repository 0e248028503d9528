"""What holds for every pair of texts, and that no pair hangs a diff."""

from __future__ import annotations

import itertools
import random
import subprocess
import sys
import time

import pytest
import regex  # type: ignore[import-untyped]
from coze_harness.text import DiffOperation, DiffSegment, diff_lines, diff_texts, similarity
from hypothesis import given
from hypothesis import strategies as st

_MADE_OF = [
    *"的退货天。，、！ \n\n|#-.:/’'\t\r",
    *("99", "2024-05-01", "v1.2", "１２．５", "don't", "GB", "Coze-3", "\r\n", "\n\n", "T10:"),
    *("👨‍👩‍👧", "🇨🇳", "🇨", "e\u0301", "1\ufe0f\u20e3", "\u0301", "\u200d", "\ufe0f"),
    *("각", "\u1100", "\u1161"),
    *("क्षि", "\u0600", "\u2028", "\ud83d", "\x00", "\U000f0000", "صل", "дом"),
]  # fmt: skip
texts = st.lists(
    st.one_of(st.sampled_from(_MADE_OF), st.characters(exclude_categories=())), max_size=25
).map("".join)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[str, str]:
    """Two texts that have much in common, as two answers to one prompt have."""
    shared = draw(st.lists(texts, max_size=4))
    before, after = draw(texts), draw(texts)
    for part in shared:
        before += part + draw(texts.filter(lambda text: len(text) < 9))
        after += part + draw(texts.filter(lambda text: len(text) < 9))
    return before, after


def text_before(pieces: tuple[DiffSegment, ...]) -> str:
    return "".join(piece.text for piece in pieces if piece.op is not DiffOperation.INS)


def text_after(pieces: tuple[DiffSegment, ...]) -> str:
    return "".join(piece.text for piece in pieces if piece.op is not DiffOperation.DEL)


def edges(pieces: tuple[DiffSegment, ...], without: DiffOperation) -> set[int]:
    """Where one piece ends and the next begins, in the text that lacks an op's pieces."""
    place, edges = 0, set()
    for piece in pieces:
        if piece.op is not without:
            place += len(piece.text)
            edges.add(place)
    return edges


def inner_places(pattern: str, text: str) -> set[int]:
    return {
        place
        for match in regex.finditer(pattern, text)
        for place in range(match.start() + 1, match.end())
    }


_WHOLE = r"[A-Za-z][A-Za-z0-9_]*(?:['-][A-Za-z0-9_]+)*|\d+(?:[.,:/-]\d+)*"


@given(pairs())
def test_the_pieces_give_both_texts_back(pair: tuple[str, str]) -> None:
    before, after = pair
    diff = diff_texts(before, after)
    for pieces in (diff.pieces, diff_lines(before, after)):
        assert text_before(pieces) == before
        assert text_after(pieces) == after
        assert all(piece.text for piece in pieces)
    assert not diff.rewritten or len(diff.pieces) == 2


@given(pairs())
def test_no_piece_cuts_a_grapheme_a_number_or_a_word(pair: tuple[str, str]) -> None:
    before, after = pair
    pieces = diff_texts(before, after).pieces
    for text, without in ((before, DiffOperation.INS), (after, DiffOperation.DEL)):
        cut = edges(pieces, without)
        assert not cut & inner_places(r"\X", text)
        assert not cut & inner_places(_WHOLE, text)


@given(pairs())
def test_neighbours_differ_and_what_went_stands_before_what_came(pair: tuple[str, str]) -> None:
    ops = [piece.op for piece in diff_texts(*pair).pieces]
    neighbours = set(itertools.pairwise(ops))
    assert not neighbours & {(op, op) for op in DiffOperation}
    assert (DiffOperation.INS, DiffOperation.DEL) not in neighbours


@given(pairs())
def test_each_piece_of_a_line_diff_is_whole_lines(pair: tuple[str, str]) -> None:
    before, after = pair
    pieces = diff_lines(before, after)
    for text, without in ((before, DiffOperation.INS), (after, DiffOperation.DEL)):
        for place in edges(pieces, without):
            assert place == len(text) or text[place - 1] == "\n"


@given(pairs())
def test_likeness_is_the_same_both_ways_and_whole_for_equal_texts_only(
    pair: tuple[str, str],
) -> None:
    before, after = pair
    alike = similarity(before, after)
    assert alike == similarity(after, before) == diff_texts(before, after).similarity
    assert 0.0 <= alike <= 1.0
    assert (alike == 1.0) == (before == after)


@given(texts)
def test_a_text_differs_from_itself_in_nothing(text: str) -> None:
    diff = diff_texts(text, text)
    assert diff.similarity == 1.0
    assert not diff.rewritten
    assert diff.pieces == (((DiffOperation.SAME, text),) if text else ())
    assert diff_lines(text, text) == diff.pieces


def random_text(seed: int, size: int) -> str:
    rng = random.Random(seed)
    return "".join(chr(0x4E00 + rng.randrange(500)) for _ in range(size))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("ab" * 4000, "ba" * 4000),
        ("的是" * 4000, "是的" * 4000),
        ("a b " * 4000, "b a " * 4000),
        ("|的 |\n" * 800, "|的  |\n" * 800),
        (random_text(1, 8000), random_text(2, 8000)),
        ("\n".join(random_text(3, 8000)), "\n".join(random_text(4, 8000))),
        ("a" * 5_000_000, "b" * 5_000_000),
        (random_text(5, 5000) * 1000, random_text(6, 5000) * 1000),
        ("好\n" * 300_000, "好 \n" * 300_000),
        ("第一行\n" * 500_000, "第一行\n" * 250_000 + "第二行\n" * 250_001),
    ],
    ids=["ab", "的是", "words", "table", "unrelated", "short lines", "one word", "one line",
         "many lines", "half of the lines"],
)  # fmt: skip
def test_no_pair_hangs(before: str, after: str) -> None:
    started = time.process_time()
    diff = diff_texts(before, after)
    lined = diff_lines(before, after)
    # Generous for a busy machine: the naive ways take from half a minute to hours.
    assert time.process_time() - started < 5
    for pieces in (diff.pieces, lined):
        assert text_before(pieces) == before
        assert text_after(pieces) == after


def test_a_giant_line_with_one_edit_is_shown_whole_with_its_likeness() -> None:
    before = random_text(7, 300_000)
    diff = diff_texts(before, before[:150_000] + "改" + before[150_000:])
    assert diff.rewritten
    assert 0.99 < diff.similarity < 1.0


def test_giant_texts_are_compared_by_their_lines() -> None:
    before = [f"第 {number} 行：{random_text(number, 20)}\n" for number in range(20_000)]
    after = [*before[:7], "插入一行\n", *before[7:19_000], "改了\n", *before[19_001:]]
    diff = diff_texts("".join(before), "".join(after))
    assert not diff.rewritten
    assert (DiffOperation.INS, "插入一行\n") in diff.pieces
    assert diff.similarity > 0.99
    assert len(diff.pieces) < 10


def test_the_seed_of_hashes_does_not_show() -> None:
    script = (
        "from coze_harness.text import diff_texts\n"
        "before, after = '今天 go home 99 元 and more', 'today go away 98 元，and more words'\n"
        "print(ascii(diff_texts(before, after)))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={"PYTHONHASHSEED": seed, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "77")
    }
    assert len(outputs) == 1
    assert "Diff(" in outputs.pop()
