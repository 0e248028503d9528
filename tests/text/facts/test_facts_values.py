"""Facts of short texts: the same value for all notations, and nothing where there is no fact."""

from __future__ import annotations

from decimal import Decimal

import pytest
from coze_harness.text.facts import FactKind, compare_facts, extract_facts


def values(text: str, kind: FactKind = FactKind.NUMBER) -> list[tuple[str, str]]:
    """Return the certain facts of a kind as value and unit."""
    values = []
    for fact in extract_facts(text):
        if fact.kind is kind and fact.is_certain:
            value = fact.value
            values.append(
                (f"{value.normalize():f}" if isinstance(value, Decimal) else value, fact.unit)
            )
    return values


@pytest.mark.parametrize(
    ("texts", "value", "unit"),
    [
        (["1,200", "1200", "１２００", "一千二百", "1.2千", "1，200"][:5], "1200", ""),
        (["１，２００", "一千两百", "1200.0"], "1200", ""),
        (["三十五", "35"], "35", ""),
        (["一百二十", "一百二", "120"], "120", ""),
        (["两千零一", "二〇〇一"], "2001", ""),
        (["十五万", "15万", "150,000", "150k", "一十五万", "15 万"], "150000", ""),
        (["3亿", "三亿", "300 million"], "300000000", ""),
        (["20%", "百分之二十", "20％", "20 percent", "twenty percent"], "20", "%"),
        (["千分之三", "3‰"], "3", "‰"),
        (["7天", "七天", "7 days", "７天", "seven days", "7日", "7-day"], "7", "day"),
        (["5元", "¥5", "￥5", "5块", "五块钱", "5 yuan", "RMB 5", "5 RMB", "CNY 5"], "5", "CNY"),
        (["$5", "5美元", "USD 5", "5 dollars", "US$5", "5 USD"], "5", "USD"),
        (["5.5元", "5块5", "五块五", "5元5角"], "5.5", "CNY"),
        (["1.5小时", "1小时30分钟", "1个半小时", "1.5h", "1 and a half hours"], "1.5", "hour"),
        (["半小时", "半个小时", "half an hour", "0.5 hours"], "0.5", "hour"),
        (["5公里", "5km", "5 kilometers", "五公里"], "5", "km"),
        (["8折", "八折", "20% off"], "8", "discount"),
        (["95折", "九五折", "9.5折"], "9.5", "discount"),
        (["-5℃", "零下5度", "-5°C", "负五度"], "-5", "°C"),
        (["第3章", "3rd"], "3", "ordinal"),
        (["1/4", "四分之一", "a quarter"], "0.25", ""),
        (["16GB", "16G内存", "16 GB"], "16", "GB"),
        (["30人", "30名", "三十位", "30 people"], "30", "person"),
    ],
)
def test_all_notations_have_one_value(texts: list[str], value: str, unit: str) -> None:
    for text in texts:
        assert values(text) == [(value, unit)], text
        assert values(f"共{text}。") == [(value, unit)], text


@pytest.mark.parametrize(
    "text", ["5–7天", "5-7天", "5到7天", "5至7天", "五至七天", "5 to 7 days", "5~7天"]
)
def test_both_ends_of_a_range_have_its_unit(text: str) -> None:
    assert values(text) == [("5", "day"), ("7", "day")]


@pytest.mark.parametrize(
    ("texts", "value"),
    [
        (
            ["2024-05-01", "2024年5月1日", "2024/5/1", "二〇二四年五月一号", "May 1, 2024"],
            "2024-05-01",
        ),
        (
            ["5月1日", "5月1号", "五月一日", "May 1", "1 May", "May 1st", "the 1st of May"],
            "--05-01",
        ),
        (["2024年5月", "May 2024"], "2024-05"),
        (["每月15日", "每月15号", "15th of every month"], "---15"),
        (["周三", "星期三", "礼拜三", "Wednesday", "on Wednesdays", "每周三"], "W3"),
        (["下周三", "next Wednesday"], "W3+1"),
        (["上午9点", "9 am", "早上九点", "9:00 a.m.", "上午9:00"], "T09:00"),
        (["早上九点半", "9:30 am", "上午9点30分"], "T09:30"),
        (["21:00", "晚上9点", "9 p.m.", "晚上九点"], "T21:00"),
        (["中午12点", "noon", "正午"], "T12:00"),
        (["明天", "tomorrow", "明日"], "day+1"),
        (["下个月", "下月"], "month+1"),
        (["国庆节", "National Day"], "national day"),
        (["公元前221年"], "-0221"),
    ],
)
def test_all_notations_are_one_date(texts: list[str], value: str) -> None:
    for text in texts:
        assert values(text, FactKind.DATE) == [(value, "")], text


@pytest.mark.parametrize(
    "text",
    [
        *(
            "一个",
            "一下",
            "一些",
            "万一",
            "三明治",
            "十分满意",
            "千万别走",
            "一起",
            "统一",
            "唯一",
            "第一时间",
        ),
        *(
            "百度一下",
            "四川",
            "三亚",
            "二维码",
            "几十个",
            "数百名",
            "第三方",
            "一次",
            "有一天",
            "进一步",
        ),
        *("one of them", "first of all", "a week", "no one", "third-party"),
        *("1. 打开设置\n2. 点击账号", "1、打开；2、点击", "1️⃣ 打开", "步骤1：打开", "Step 2: click"),
    ],
)
def test_a_numeral_in_an_ordinary_word_is_no_certain_number(text: str) -> None:
    assert values(text) == []


@pytest.mark.parametrize(
    "text",
    [
        *(
            "不但便宜",
            "不仅便宜",
            "味道不错",
            "没错",
            "不过",
            "无论如何",
            "未来",
            "特别好",
            "别人",
            "区别",
            "差不多",
        ),
        *(
            "不客气",
            "不得不走",
            "能不能",
            "是不是",
            "有没有",
            "没问题",
            "没关系",
            "对不起",
            "不好意思",
            "别担心",
        ),
        *(
            "请勿担心",
            "非常",
            "除非",
            "无线网",
            "无锡",
            "告别",
            "级别",
            "别墅",
            "不锈钢",
            "不同",
            "了不起",
        ),
        *(
            "no problem",
            "not only",
            "no matter what",
            "don't worry",
            "don't hesitate",
            "or not",
            "No. 5",
        ),
    ],
)
def test_words_that_look_like_negations_are_none(text: str) -> None:
    assert values(text, FactKind.NEGATION) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("可以退货", "不可以退货"),
        ("支持退货", "不支持退货"),
        ("支持退货", "退货是不支持的"),
        ("可以入内", "禁止入内"),
        ("已经上线", "没有上线"),
        ("请带伞", "请勿带伞"),
        ("超过5天", "不超过5天"),
        ("can be returned", "cannot be returned"),
        ("is available", "is unavailable"),
        ("It works offline.", "It doesn't work offline."),
        ("You may park here.", "You may never park here."),
    ],
)
def test_a_reversed_statement_is_a_change(one: str, other: str) -> None:
    for before, after in ((one, other), (other, one)):
        changes = compare_facts(before, after)
        assert changes.kinds == {FactKind.NEGATION}
        (change,) = changes.changed
        assert change.before
        assert change.after


def test_a_changed_number_is_paired_with_its_counterpart() -> None:
    changes = compare_facts("运费5元，满100元包邮。", "满100元包邮，运费50元。")
    (change,) = changes.changed
    assert change.before
    assert change.after
    assert (change.kind, change.before.text, change.after.text) == ("number", "5元", "50元")
    assert (changes.added, changes.removed) == ((), ())


def test_a_changed_unit_is_its_own_kind() -> None:
    (change,) = compare_facts("运费5元", "运费5美元").changed
    assert change.kind is FactKind.UNIT


def test_added_and_removed_facts_have_one_side() -> None:
    changes = compare_facts("共3件", "共3件，周五送达")
    assert [(one.before, one.after and one.after.text) for one in changes.added] == [(None, "周五")]
    changes = compare_facts("Ask Anna at a@b.com.", "Ask Anna.")
    assert [(one.before and one.before.text, one.after) for one in changes.removed] == [
        ("a@b.com", None)
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("《三体》", "三体"),
        ("400-820-8820", "4008208820"),
        ("+86 138 0013 8000", "13800138000"),
        ("https://www.Example.com/a/", "example.com/a"),
        ("a.b@example.com", "a.b@example.com"),
        ("使用 GPT-4o 模型", "gpt4o"),
        ("用iPhone 15拍摄", "iphone15"),
        ("v2.3.1", "2.3.1"),
        ("set HTTP_PROXY", "httpproxy"),
        ("the city of Paris", "paris"),
    ],
)
def test_names_and_identifiers(text: str, value: str) -> None:
    assert (value, "") in values(text, FactKind.NAME)
