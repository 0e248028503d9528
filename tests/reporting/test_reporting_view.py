"""Text made visible, evidence cut out, times in words: the ground that all reports stand on."""

from __future__ import annotations

import json
import unicodedata
import xml.etree.ElementTree as ET

import pytest
from builders import failed_verdict, message, reply, trial, turn, verdict
from coze_harness.model import Severity, TrialStatus, Verdict, VerdictStatus
from coze_harness.reporting.fragment_spool import Fragments, FragmentSpool
from coze_harness.reporting.views.message_view import mark_evidence, message_views
from coze_harness.reporting.views.safe_text import (
    format_duration,
    format_moment,
    language_hint,
    show_control_characters,
    single_line,
    truncate_text,
)
from coze_harness.reporting.views.trial_view import trial_view
from coze_harness.reporting.views.view_model import MarkedText
from hypothesis import given
from hypothesis import strategies as st

anything = st.text(st.characters(exclude_categories=()), max_size=30)


@pytest.mark.parametrize(
    ("text", "visible"),
    [
        ("你好，世界 ＡＢＣ\u3000x", "你好，世界 ＡＢＣ\u3000x"),
        ("a\tb\nc", "a\tb\nc"),
        ("a\r\nb\rc", "a\nb⟨CR⟩c"),
        ("\x1b[31m", "⟨ESC⟩[31m"),
        ("\x00\x7f\x9b", "⟨NUL⟩⟨U+007F⟩⟨U+009B⟩"),
        ("\u202eabc\u202c", "⟨U+202E⟩abc⟨U+202C⟩"),
        ("一\u2028二", "一⟨U+2028⟩二"),
        ("\ud83d", "⟨U+D83D⟩"),
        ("7\u00a0天", "7\u00a0天"),
        ("👨‍👩‍👧 ❤️ e\u0301", "👨‍👩‍👧 ❤️ e\u0301"),
        ("hi\U000e0068\U000e0069", "hi⟨U+E0068⟩⟨U+E0069⟩"),
    ],
)
def test_invisible_characters_are_shown_and_visible_ones_unchanged(text: str, visible: str) -> None:
    assert show_control_characters(text) == visible


@given(anything)
def test_visible_text_is_utf8_xml_and_stays_as_it_is(text: str) -> None:
    visible = show_control_characters(text)
    visible.encode()
    ET.fromstring(f"<a>{visible.replace('&', '').replace('<', '').replace(']]>', '')}</a>")  # noqa: S314
    assert show_control_characters(visible) == visible
    assert not any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t" for c in visible)


@given(anything, st.integers(1, 40))
def test_one_line_is_one_line(text: str, limit: int) -> None:
    assert len(single_line(text, limit).splitlines()) <= 1


def test_a_cut_text_says_how_long_it_is() -> None:
    assert truncate_text("九" * 10, 10) == "九" * 10
    assert truncate_text("九" * 1_200, 3) == ("九九九\n… ⟨3 / 1,200 → trials.jsonl⟩")
    assert single_line("九" * 5, 3) == "九九九…"


@pytest.mark.parametrize(
    ("text", "language"),
    [("你好 hello", "zh"), ("hello", ""), ("おはよう世界", ""), ("한국어", ""), ("𠮷", "zh")],
)
def test_chinese_is_recognized(text: str, language: str) -> None:
    assert language_hint(text) == language


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0.00 s"),
        (0.4812, "0.48 s"),
        (9.996, "10.0 s"),
        (99.96, "1 min 40 s"),
        (125, "2 min 05 s"),
        (3600, "1 h 00 min"),
    ],
)
def test_durations_are_formatted_for_people(seconds: float, expected: str) -> None:
    assert format_duration(seconds) == expected


@pytest.mark.parametrize(
    ("iso", "expected"),
    [
        ("2026-11-22T10:03:12Z", "2026-11-22 10:03:12 UTC"),
        ("2026-11-22T18:03:12.5+08:00", "2026-11-22 10:03:12 UTC"),
        ("", ""),
        ("yesterday <b>", ""),
    ],
)
def test_moments_are_shown_in_utc(iso: str, expected: str) -> None:
    assert format_moment(iso) == expected


def marking_verdict(mark: str, *spans: tuple[int, int]) -> Verdict:
    status = {"passed": VerdictStatus.PASSED, "skipped": VerdictStatus.SKIPPED}
    return verdict(
        status.get(mark, VerdictStatus.FAILED),
        severity=Severity.WARNING if mark == "warning" else Severity.ERROR,
        evidence=spans,
    )


def test_evidence_is_counted_over_all_answers_of_a_reply() -> None:
    answers = reply(messages=[message("九点"), message("x", type="verbose"), message("开门吗")])
    assert answers.answer == "九点\n开门吗"
    assert mark_evidence(answers, turn(verdicts=[marking_verdict("passed", (1, 5))])) == [
        [MarkedText("九", ""), MarkedText("点", "passed", "1")],
        [MarkedText("开门", "passed", "1"), MarkedText("吗", "")],
    ]


def test_pieces_of_audio_are_one_message_and_no_part_of_the_evidence() -> None:
    pieces = [message("KgAx", content_type="audio"), message("AQAD", content_type="audio")]
    answers = reply(messages=[pieces[0], message("九点"), *pieces])
    assert answers.answer == "九点"
    (parts,) = mark_evidence(answers, turn(verdicts=[marking_verdict("passed", (1, 2))]))
    assert [part.text for part in parts] == ["九", "点"]
    views = message_views(answers, turn(verdicts=[]))
    assert [len(view.chips) for view in views] == [1, 0, 1]
    assert [chip.text for view in views for chip in view.chips] == ["4", "8"]


def test_where_verdicts_overlap_the_worst_one_marks_and_all_are_named() -> None:
    verdicts = [
        marking_verdict("passed", (0, 4)),
        marking_verdict("failed", (2, 6)),
        marking_verdict("warning", (1, 3)),
    ]
    parts = mark_evidence(reply("abcdef"), turn(verdicts=verdicts))
    assert parts == [
        [
            MarkedText("a", "passed", "1"),
            MarkedText("b", "warning", "1 3"),
            MarkedText("c", "failed", "1 2 3"),
            MarkedText("d", "failed", "1 2"),
            MarkedText("ef", "failed", "2"),
        ]
    ]


def test_without_evidence_nothing_is_cut() -> None:
    verdicts = [marking_verdict("passed"), marking_verdict("skipped", (0, 1))]
    assert mark_evidence(reply("abc"), turn(verdicts=verdicts)) == []


@given(
    st.lists(st.text("ab九🤖\u202e\n", max_size=8), min_size=1, max_size=3),
    st.lists(st.tuples(st.integers(-5, 40), st.integers(-5, 40)), min_size=1, max_size=6),
)
def test_marks_never_lose_or_repeat_text(texts: list[str], spans: list[tuple[int, int]]) -> None:
    answers = reply(messages=[message(text) for text in texts])
    parts = mark_evidence(answers, turn(verdicts=[marking_verdict("passed", *spans)]))
    joined = ["".join(part.text for part in answer) for answer in parts]
    assert joined == [show_control_characters(text) for text in texts]


def test_a_spool_gives_back_the_last_record_of_a_name_and_forgets_its_file() -> None:
    with FragmentSpool() as spool:
        first, second, third = (Fragments(spool, position) for position in range(3))
        for number in range(50):
            spool.add(f"{number % 25}", [f"{number}九".encode() * 40_000, b"", b"%d" % number])
            assert third.get(f"{number // 2 % 25}")
        assert first.get("3") == "28九".encode() * 40_000
        assert first.get("24") == "49九".encode() * 40_000
        assert third.get("24") == b"49"
        assert ("3" in first, "3" in second, "3" in third) == (True, False, True)
        assert "25" not in first


def test_a_failed_comparison_of_texts_shows_the_text_that_was_wanted_not_its_description() -> None:
    expected = 'equals "9.8 更\\n大！"'
    failed = failed_verdict(kind="equals", expected=expected, actual="9.8 更\n大。")
    view = trial_view(trial(TrialStatus.FAILED, turns=[turn("?", reply("9.8 更\n大。"), [failed])]))
    assert view.diff is not None
    (change,) = view.diff.turns
    assert json.loads(change.tree)[2:] == [
        "9.8 更\n大",
        ["del", 0, "！"],
        ["ins", 0, "。"],
    ]
