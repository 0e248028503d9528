"""What counts as the same text, what a reader counts, and which piece of an answer is shown."""

from __future__ import annotations

import time

import pytest
import regex  # type: ignore[import-untyped]  # the package has no types
from coze_harness.expectations.answer_text.length_kind import LengthUnit, measure
from coze_harness.expectations.answer_text.near_match import find_near_match
from coze_harness.expectations.answer_text.word_count import words
from coze_harness.expectations.excerpt import LIMIT, excerpt
from coze_harness.expectations.text_normalization import PLAIN
from coze_harness.messages import LocalizedText, literal
from coze_harness.model import VerdictStatus
from declaring import answer_context, declare, ids, judge
from hypothesis import given
from hypothesis import strategies as st

PASSED, FAILED = VerdictStatus.PASSED, VerdictStatus.FAILED
FAMILY = "👨‍👩‍👧‍👦"

SAME = [
    ("contains: 'café'", "un cafe\u0301 noir", PASSED),
    ("contains: 'cafe\u0301'", "un café noir", PASSED),
    ("equals: 'e'", "e\u0301", FAILED),
    ("contains: 'e'", "e\u0301", FAILED),
    ("regex: '^cafe\u0301$'", "café", PASSED),
    ("starts_with: 'Å'", "\u212bngström", PASSED),
    ("contains: ','", "你好，世界", FAILED),
    ("contains: ','\nnormalize: width", "你好，世界", PASSED),
    ("contains: '，'\nnormalize: width", "你好,世界", PASSED),
    ("equals: 'ABC 123'\nnormalize: width", "ＡＢＣ\u3000１２３", PASSED),
    ("contains: ガイド\nnormalize: width", "旅行ｶﾞｲﾄﾞ", PASSED),
    ("contains: ガイド", "旅行ｶﾞｲﾄﾞ", FAILED),
    ("contains: '1'\nnormalize: width", "①", FAILED),
    ("contains: kg\nnormalize: width", "5㎏", FAILED),
    ("contains: ￥\nnormalize: width", "¥5", PASSED),
    ("contains: {text: STRASSE, ignore_case: true}", "die Straße", PASSED),
    ("contains: {text: ΣΊΣΥΦΟΣ, ignore_case: true}", "σίσυφος", PASSED),
    ("contains: {text: ＡＢＣ, ignore_case: true, normalize: width}", "abc", PASSED),
    ("contains: {text: ＡＢＣ, ignore_case: true}", "abc", FAILED),
    ("regex: '（[0-9]+）'\nnormalize: width", "答案(12)", PASSED),
    ("regex: '[０-９]{2}'\nnormalize: width", "12", PASSED),
    ("regex: '\\（'\nnormalize: width", "(", PASSED),
    ("regex: '\\d\\.'\nnormalize: width", "１．", PASSED),
    ("regex: {pattern: '[A-Z]+', ignore_case: true}", "abc", PASSED),
    ("regex: '\\p{Lu}'", "abc", FAILED),
    ("similar: {to: 'ＯＫ', at_least: 1, normalize: width}", "OK", PASSED),
    ("similar: {to: 'OK', at_least: 1, ignore_case: true}", "ok", PASSED),
]


@pytest.mark.parametrize(("item", "answer", "status"), SAME)
def test_texts_are_the_same_after_nfc_and_what_the_author_allows(
    item: str, answer: str, status: VerdictStatus
) -> None:
    assert judge(item, answer).status is status


@pytest.mark.parametrize(
    ("item", "answer", "pieces"),
    [
        ("学术", "一个学术助手", ["学术"]),
        ("contains: {any: [助手, 学术, x]}", "一个学术助手", ["助手", "学术"]),
        ("contains: {none: [助手]}", "一个学术助手", ["助手"]),
        ("contains: {all: [x, 助手]}", "一个学术助手", ["助手"]),
        ("not: 助手", "一个学术助手", ["助手"]),
        ("regex: '术.'", "一个学术助手", ["术助"]),
        ("regex: '\\b'", "一个", []),
        ("starts_with: 一个", "一个学术助手", ["一个"]),
        ("ends_with: 助手", "一个学术助手", ["助手"]),
        ("equals: 一个", "一个", ["一个"]),
        ('equals: ""', "", []),
        ("contains: {text: OPEN, ignore_case: true}", "🙂 Open 10", ["Open"]),
        ("contains: 'O'\nnormalize: width", "是ＯＫ", ["Ｏ"]),
        ("all_of: [一, 助手]", "一个学术助手", ["一", "助手"]),
        # offsets would be those of another text
        ("contains: b", "e\u0301b", []),
        ("contains: {text: b, ignore_case: true}", "ßB", []),
        ("contains: ド\nnormalize: width", "ｶﾞｲﾄﾞ", []),
    ],
)
def test_evidence_marks_the_pieces_of_the_answer_itself(
    item: str, answer: str, pieces: list[str]
) -> None:
    evidence = judge(item, answer).evidence
    assert [answer[start:end] for start, end in evidence] == pieces


@pytest.mark.parametrize(
    ("item", "answer", "hint", "values"),
    [
        ("contains: open", "We Open", "kind.near.case", {}),
        ("contains: 'a,b'", "a，b", "kind.near.width", {}),
        ("contains: 早上九点", "早上 九点", "kind.near.spaces", {}),
        (
            "contains: 早上九点开门",
            "我们早上十点开门。",
            "kind.near.closest",
            {"near": "早上十点开门", "at": 3},
        ),
        (
            "contains: {all: [我们, 早上九点开门]}",
            "我们早上十点开门。",
            "kind.near.closest_to",
            {"text": "早上九点开门", "near": "早上十点开门", "at": 3},
        ),
        # half of a number, a date or a word says something else
        ("contains: 7 天", "请在 15 天内退货", "kind.near.closest", {"near": "15 天", "at": 4}),
        ("contains: 80–85", "得分 90–95 分", "kind.near.closest", {"near": "90–95", "at": 4}),
        ("contains: 10月1日", "2024年11月1日", "kind.near.closest", {"near": "2024年11月1日"}),
        ("contains: 1,200.50 元", "约 1,250.50 元", "kind.near.closest", {"near": "1,250.50 元"}),
        ("contains: assistance", "two assistants", "kind.near.closest", {"near": "assistants"}),
        ("contains: 9 折", "打 8.5 折", "kind.near.closest", {"near": "8.5 折", "at": 3}),
        ("contains: 九点", " \n", "kind.text.blank", {}),
    ],
)
def test_a_missing_text_is_explained_by_the_nearest_one(
    item: str, answer: str, hint: str, values: dict[str, object]
) -> None:
    verdict = judge(item, answer)
    assert ids(verdict.reason).split()[1] == hint
    near = verdict.reason.params["hint"]
    assert isinstance(near, LocalizedText)
    assert {name: near.params[name] for name in values} == values
    if "near" in values:
        assert verdict.actual == literal(str(values["near"]))


@pytest.mark.parametrize(
    ("item", "answer", "reason", "values"),
    [
        (
            "starts_with: 共",
            "全部费用合计为 12500 元",
            "kind.starts_with.failed",
            {"start": "全部费用合计为 12500…"},
        ),
        (
            "ends_with: 元",
            "合计 12500 dollars.",
            "kind.ends_with.failed",
            {"end": "12500 dollars."},
        ),
        (
            "equals: 请在 15 天内退货",
            "请在 17 天内退货",
            "kind.equals.different",
            {"at": 4, "expected": "15 天内退货", "actual": "17 天内退货"},
        ),
        ("equals: 好的", "好的\n", "kind.equals.white_space", {}),
        ("equals: OK", "ok", "kind.equals.case", {}),
        ("equals: 'a,b'", "a，b", "kind.equals.width", {}),
        ("equals: 好的没问题", "好的", "kind.equals.shorter", {"at": 2, "text": "没问题"}),
        ("equals: 好的", "好的没问题", "kind.equals.longer", {"at": 2, "text": "没问题"}),
        ("equals: 好的", "", "kind.equals.empty", {"text": "好的"}),
    ],
)
def test_a_difference_is_shown_where_it_is(
    item: str, answer: str, reason: str, values: dict[str, object]
) -> None:
    verdict = judge(item, answer)
    assert verdict.reason.id == reason
    assert {name: verdict.reason.params[name] for name in values} == values


def test_a_long_answer_is_shown_around_what_decided() -> None:
    answer = "前" * 1000 + "学术助手" + "后" * 1000
    actual = str(judge("学术助手", answer).actual)
    assert "前学术助手后" in actual
    assert len(actual) <= LIMIT + 2
    assert (actual[0], actual[-1]) == ("…", "…")

    assert "学术助" in str(judge("学术助理", answer).actual)

    assert str(judge("ends_with: 后", answer).actual).endswith("后")
    assert str(judge("ends_with: 后", answer).actual)[0] == "…"


@pytest.mark.parametrize(
    "character", [FAMILY, "🇨🇳", "e\u0301", "👍🏽", "❤️", "の\u3099", "\r\n", "a\u0302\u0323\u031b"]
)
def test_an_excerpt_never_breaks_a_character(character: str) -> None:
    answer = character * LIMIT
    section = excerpt(answer, len(answer) // 2, len(answer) // 2 + len(character))
    assert section.strip("…").replace(character, "") == ""


COUNTED: list[tuple[str, LengthUnit, int]] = [
    ("", "chars", 0),
    ("你好，世界！", "chars", 6),
    (FAMILY, "chars", 1),
    ("🇨🇳🇯🇵", "chars", 2),
    ("e\u0301", "chars", 1),
    ("a\r\nb", "chars", 3),
    ("a b\n", "chars", 4),
    ("\u200b", "chars", 1),
    ("", "words", 0),
    ("Don't stop: it's state-of-the-art.", "words", 4),
    ("1,200.50 at 12:30", "words", 3),
    ("我爱Python3编程，真的。", "words", 7),
    ("カタカナ ひらがな", "words", 8),
    ("ｶﾞｲﾄﾞ", "words", 3),
    ("안녕하세요 세계", "words", 2),
    ("नमस्ते दुनिया", "words", 2),
    ("e\u0301te\u0301", "words", 1),
    ("，。！ -- ...", "words", 0),
    ("", "lines", 0),
    ("\n \n\u3000\n", "lines", 0),
    ("一\n二\r\n\r\n三\u2028四\n", "lines", 4),
]


@pytest.mark.parametrize(("text", "unit", "count"), COUNTED)
def test_a_length_is_what_a_reader_counts(text: str, unit: LengthUnit, count: int) -> None:
    assert measure(text, unit) == count


def test_closeness_of_chinese_looks_at_single_characters_and_whole_latin_words() -> None:
    assert words("我是chatchat，学术助手。") == ["我", "是", "chatchat", "学", "术", "助", "手"]
    verdict = judge("similar: {to: chatchat学术, metric: token_set}", "我是chatchat，学术助手。")
    assert verdict.score == 1.0


@pytest.mark.parametrize(
    ("item", "answer"),
    [
        ("contains: Paris", "It is known for its food."),
    ],
)
def test_words_that_share_few_letters_are_not_the_nearest_ones(item: str, answer: str) -> None:
    assert judge(item, answer).reason.id == "kind.contains.missing"


def test_a_likeness_just_below_the_limit_is_not_rounded_up_to_it() -> None:
    verdict = judge(f"similar: {{to: {'a' * 999}, at_least: 1}}", "a" * 1000)
    assert str(verdict.reason) == "The similarity is 0.999; at least 1 is required."


RUNAWAY = "regex: '(a|aa)+$'"
VICTIM = "a" * 80 + "b"


@pytest.mark.parametrize("item", [RUNAWAY, f"not: {{{RUNAWAY}}}", f"any_of: [x, {{{RUNAWAY}}}]"])
def test_a_runaway_pattern_is_stopped_and_fails_also_inside_not(item: str) -> None:
    expectation = declare(item)
    began = time.perf_counter()
    verdict = expectation.judge(answer_context(VICTIM))
    assert time.perf_counter() - began < 30
    assert verdict.status is FAILED
    assert type(verdict).__name__ == "Verdict"
    assert "was stopped after 0.5 s on a text of 81 characters" in str(verdict.reason)


@pytest.mark.parametrize(
    ("pattern", "passes", "fails"),
    [
        ("^$", "", "a"),
        ("^(是|否)?$", "是", "不知道"),
        ("^[^鱼]*$", "肉", "鱼"),
        (r"^[^\u300a]*$", "书", "《书》"),
        (r"^\D*$", "一", "1"),
        (r"^\P{Han}*$", "ok", "好"),
        ("^.{0,60}$", "短", "长" * 61),
        (r"^(?:.*\n?){0,3}$", "a\nb", "a\nb\nc\nd"),
        ("^(?!.*ChatGPT)", "我", "我是 ChatGPT"),
        (r"^[^\U0001F600-\U0001F64F]*$", "好", "好😀"),
    ],
)
def test_a_pattern_that_matches_an_empty_text_may_still_reject_others(
    pattern: str, passes: str, fails: str
) -> None:
    item = f"regex: '{pattern}'"
    assert judge(item, passes).status is VerdictStatus.PASSED
    assert judge(item, fails).status is VerdictStatus.FAILED


@pytest.mark.parametrize("text", ["'a\\u200bb'", '"a\\u200bb"', "好👩‍👩‍👧", "می‌خواهم"])
def test_an_invisible_character_that_is_written_or_joins_letters_is_taken(text: str) -> None:
    assert declare(f"contains: {text}").kind == "contains"


def test_one_text_of_a_list_may_have_a_full_width_comma() -> None:
    for texts in ('["抱歉，我不能"]', "\n  - 抱歉，我不能", "[抱歉，我不能, ChatGPT]"):
        assert judge(f"contains:\n none: {texts}", "好").status is VerdictStatus.PASSED


def test_classic_catastrophes_end_soon() -> None:
    for pattern in ("(a+)+$", "^(([a-z])+.)+[A-Z]([a-z])+$", "(.*)*x(?<=y)"):
        began = time.perf_counter()
        judge(f"regex: '{pattern}'", "a" * 500 + "!")
        assert time.perf_counter() - began < 30


_PIECES = [
    *"的退货天内。，、 \n",
    *("15 天", "7 天", "80–85", "2024-05-01", "10月1日", "1,200.50", "10:30", "30%", "Coze-3"),
    *("assistant", "don't", "café", FAMILY, "e\u0301", "🇨🇳"),
]


@given(
    st.lists(st.sampled_from(_PIECES), min_size=1, max_size=8).map("".join),
    st.lists(st.sampled_from(_PIECES), min_size=1, max_size=4).map("".join),
)
def test_the_nearest_match_cuts_no_number_date_word_or_grapheme(answer: str, text: str) -> None:
    near = find_near_match(answer, text, PLAIN)
    if near.hint.id != "kind.near.closest":
        return
    whole = r"\d+(?:[.,:–-]\d+)*|\d+月\d+日|\p{Latin}\p{M}*(?:[\p{Latin}\p{M}'-]+\d*)*|\X"
    for match in regex.finditer(whole, answer):
        for place in (near.start, near.end):
            assert not match.start() < place < match.end(), (match.group(), near)
    assert near.hint.params["near"] == answer[near.start : near.end]
    assert near.hint.params["at"] == near.start + 1
