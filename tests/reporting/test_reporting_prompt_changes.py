"""Which lines of a prompt changed, and where a change may be said to occur again."""

from __future__ import annotations

import json

import pytest
from coze_harness.reporting.views.answer_difference import answer_difference
from coze_harness.reporting.views.prompt_difference import prompt_difference, shorten_change
from coze_harness.reporting.views.prompt_echo import ChangedTexts, PromptEcho, find_echoes
from coze_harness.text import DiffOperation
from hypothesis import given
from hypothesis import strategies as st

OLD = """# 角色
你是青山茶铺的客服小青。
- 称呼“您”，语气正式
- 用顾客的语言回答
# 知识
- 退货期限：签收后 7 天内
- 会员 9 折
- 运费：偏远地区 18 元，满 199 元包邮"""
NEW = """# 角色
你是青山茶铺的客服小青。
- 称呼“亲”，语气活泼
# 知识
- 退货期限：签收后 15 天内
- 会员 9 折
- 运费：全国包邮"""


def echoes(old: str, new: str, before: str, after: str, required: str = "") -> list[PromptEcho]:
    texts = ChangedTexts([(before, after)], [required] if required else [])
    return find_echoes(prompt_difference(old, new).changes, texts)


def test_words_are_marked_in_lines_and_facts_are_whole() -> None:
    difference = prompt_difference(OLD, NEW)
    lines = [(one.op, one.number) for one in difference.lines]
    assert lines == [
        ("del", 3), ("ins", 3), ("del", 4), ("same", 4), ("del", 6), ("ins", 5), ("same", 6),
        ("del", 8), ("ins", 7),
    ]  # fmt: skip
    assert difference.lines[0].skipped == 2
    assert (len(difference.changes), difference.total) == (4, 8)
    refund = difference.lines[4]
    assert [one.text for one in refund.segments if one.is_fact] == ["7 天"]
    short = shorten_change(difference.changes[2].segments)
    assert "".join(one.text for one in short if one.op != "del") == "退货期限：签收后 15 天内"


@pytest.mark.parametrize("end", ["\n", "\n\n"])
def test_a_line_feed_at_the_end_of_one_prompt_is_no_change(end: str) -> None:
    assert prompt_difference(OLD, OLD + end).changes == []
    ((change),) = prompt_difference(f"{OLD}\n- 新的一行", OLD + end).changes
    assert (change.before, change.after) == ("- 新的一行", None)


def test_a_list_item_keeps_its_own_dash() -> None:
    (change,) = prompt_difference("- 会员 9 折", "- 会员 8 折").changes
    assert change.before == "- 会员 9 折"
    assert change.segments[0].text.startswith("- ")


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_difference_with_facts_gives_both_texts_back(before: str, after: str) -> None:
    segments = answer_difference(before, after).segments
    assert "".join(one.text for one in segments if one.op is not DiffOperation.INS) == before
    assert "".join(one.text for one in segments if one.op is not DiffOperation.DEL) == after


def test_a_fact_is_marked_wherever_it_occurs() -> None:
    difference = answer_difference(
        "签收后 7 天内可以退货，超过 7 天恕不受理。", "签收后 15 天内可以退货，超过 15 天恕不受理。"
    )
    marked = [(one.op.value, one.text) for one in difference.segments if one.is_fact]
    assert marked == [("del", "7 天"), ("ins", "15 天")] * 2


@pytest.mark.parametrize(
    ("before", "after", "required", "number", "expected"),
    [
        ("签收后 7 天内可以退货。", "签收后 15 天内都可以退货。", "", 5, ("7 天", "15 天")),
        ("within 7 days.", "亲，15 天内可以退回。", "", 5, ("7 天", "15 天")),
        ("您好，欢迎光临。", "亲，欢迎光临。", "", 3, ("您", "亲")),
        ("运费 18 元。", "全国包邮，请放心。", "", 7, ("", "全国")),
        ("运费 18 元。", "运费全免。", "包含“18 元”", 7, ("18 元", "")),
    ],
)
def test_the_same_change_in_prompt_and_answer_is_named(
    before: str, after: str, required: str, number: int, expected: tuple[str, str]
) -> None:
    echo_texts = {
        (one.number, (one.before, one.after)) for one in echoes(OLD, NEW, before, after, required)
    }
    assert (number, expected) in echo_texts


@pytest.mark.parametrize(
    ("before", "after", "required"),
    [
        ("中秋礼盒 268 元。", "中秋礼盒 286 元。", "包含“268 元”"),
        ("保质期 7 个月。", "保质期 15 个月。", ""),
        ("一共 7 款茶。", "一共 15 款茶。", ""),
        ("签收后 15 天内可以退货。", "签收后 15 天内都可以退货。", ""),
        ("签收后 7 天内可以退货。", "签收后 7 天内可以退货，15 天内可以换货。", ""),
        ("寄到拉萨 5–7 天。", "寄到拉萨 3 天。", "包含“5–7 天”"),
        ("可以的，请您放心。", "没有问题，您可以放心。", ""),
        ("国庆期间正常营业。", "国庆期间不营业，10 月 8 日恢复。", ""),
        ("您好，您的会员是 9 折。", "您好，您的会员享受 9 折。", ""),
        ("Please ask our staff.", "Please call our staff.", ""),
        ("", "", ""),
    ],
)
def test_similar_numbers_and_common_words_are_not_the_same_change(
    before: str, after: str, required: str
) -> None:
    assert echoes(OLD, NEW, before, after, required) == []


def test_common_words_of_both_languages_tell_nothing() -> None:
    assert echoes("回答。", "回答，你可以使用这个问题。", "好。", "你可以使用这个问题，好。") == []
    assert (
        echoes("Answer.", "Answer about this with them.", "Yes.", "Yes, about this with them.")
        == []
    )
    (echo,) = echoes("Answer.", "Answer politely.", "Yes.", "Yes, politely.")
    assert (echo.before, echo.after) == ("", "politely")


def test_a_tree_of_a_difference_names_facts_by_a_class() -> None:
    from coze_harness.reporting.views.diff_view import diff_tree, read_tree

    tree = diff_tree(answer_difference("268 元", "286 元").segments)
    assert [node[1].get("class") for node in json.loads(tree)[2:]] == ["marked", "marked"]
    assert list(read_tree(tree)) == [("del", "268 元"), ("ins", "286 元")]
