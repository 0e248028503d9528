"""Markdown of answers becomes a tree of known elements, and hides nothing that a bot said."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from coze_harness.reporting.views.answer_markdown import markdown_tree
from coze_harness.reporting.views.safe_text import show_control_characters
from hypothesis import given
from hypothesis import strategies as st
from report_hostile import ATTACKS

TAGS = re.compile(
    "div|p|h[3-6]|ul|ol|li|blockquote|pre|code|em|strong|s|a|br|hr|table|thead|tbody|tr|th|td|span"
)
VALUES = {
    "href": re.compile(r"https?://[!-~]+|mailto:[!-~]+", re.IGNORECASE),
    "class": re.compile(r"left|center|right|chip|host|lang"),
    "start": re.compile(r"\d{1,9}"),
    "value": re.compile(r"\d{1,9}"),
}


def inside(text: str) -> list[Any]:
    """What stands in the outermost element; the answer itself where it is shown as it is."""
    tree = markdown_tree(text)
    if not tree:
        return [text]
    tag, attributes, *children = orjson.loads(tree)
    assert (tag, attributes) == ("div", 0)
    return list(children)


def nodes(tree: Any) -> Iterator[tuple[int, Any]]:
    """Every node in the order of reading, with its depth; nothing here recurses either."""
    left = [(0, tree)]
    while left:
        depth, node = left.pop()
        yield depth, node
        if not isinstance(node, str):
            left.extend((depth + 1, child) for child in reversed(node[2:]))


def text_of(tree: str) -> str:
    """What is read, with the numbers of lists where a number is given."""
    texts = []
    for _, node in nodes(orjson.loads(tree)):
        if isinstance(node, str):
            texts.append(node)
        else:
            texts += [
                value for name, value in (node[1] or {}).items() if name in ("start", "value")
            ]
    return "".join(texts)


def check(tree: str) -> None:
    """Hold what the page relies on."""
    if not tree:
        return
    for depth, node in nodes(orjson.loads(tree)):
        assert depth <= 70
        if isinstance(node, str):
            assert node
            assert show_control_characters(node) == node
            continue
        assert TAGS.fullmatch(node[0])
        for name, value in (node[1] or {}).items():
            assert VALUES[name].fullmatch(value)


def test_the_usual_marks_become_elements() -> None:
    assert inside("# 退货\n\n**时限**：`7` 天，*请*~~勿~~拆封\n再来一行\n\n---\n\n> 引用") == [
        ["h3", 0, "退货"],
        ["p", 0, ["strong", 0, "时限"], "：", ["code", 0, "7"], " 天，", ["em", 0, "请"],
         ["s", 0, "勿"], "拆封", ["br", 0], "再来一行"],
        ["hr", 0],
        ["blockquote", 0, ["p", 0, "引用"]],
    ]  # fmt: skip


def test_headings_stand_below_those_of_the_page() -> None:
    children = inside("\n".join(f"{'#' * level} 第{level}级" for level in range(1, 7)))
    assert [node[0] for node in children] == ["h3", "h4", "h5", "h6", "h6", "h6"]


def test_lists_keep_the_numbers_that_were_written() -> None:
    assert inside("3. 三\n4. 四\n7. 七\n8. 八") == [
        ["ol", {"start": "3"}, ["li", 0, "三"], ["li", 0, "四"], ["li", {"value": "7"}, "七"],
         ["li", 0, "八"]],
    ]  # fmt: skip
    assert inside("1. 甲\n1. 乙\n   - 丙\n1. 丁") == [
        ["ol", 0, ["li", 0, "甲"], ["li", 0, "乙", ["ul", 0, ["li", 0, "丙"]]], ["li", 0, "丁"]],
    ]


def test_a_list_that_begins_anew_does_so() -> None:
    assert inside("1. 甲\n2. 乙\n\n1. 丙\n2. 丁")[0][4:] == [
        ["li", {"value": "1"}, ["p", 0, "丙"]],
        ["li", 0, ["p", 0, "丁"]],
    ]


def test_a_table_keeps_its_cells_and_their_sides() -> None:
    assert inside("| 套餐 | 价格 |\n| :-- | --: |\n| 甲 | **99** |") == [
        ["table", 0,
         ["thead", 0, ["tr", 0, ["th", {"class": "left"}, "套餐"],
                       ["th", {"class": "right"}, "价格"]]],
         ["tbody", 0, ["tr", 0, ["td", {"class": "left"}, "甲"],
                       ["td", {"class": "right"}, ["strong", 0, "99"]]]]],
    ]  # fmt: skip


def test_code_is_unchanged_and_has_its_language() -> None:
    assert inside("```py\nif a < b: # *x*\n    pass\n```") == [
        ["pre", 0, ["span", {"class": "lang"}, "py"], ["code", 0, "if a < b: # *x*\n    pass\n"]]
    ]


@pytest.mark.parametrize(
    ("source", "children"),
    [
        ("[看这里](https://a.example/x?y=1 \"题\")",
         [["a", {"href": "https://a.example/x?y=1"}, "看这里"],
          ["span", {"class": "host"}, " (a.example)"]]),
        ("[a.example 的页面](https://A.example/)",
         [["a", {"href": "https://A.example/"}, "a.example 的页面"]]),
        ("<https://a.example/x>", [["a", {"href": "https://a.example/x"}, "https://a.example/x"]]),
        ("[bank.com](https://bank.com.evil.example)",
         [["a", {"href": "https://bank.com.evil.example"}, "bank.com"],
          ["span", {"class": "host"}, " (bank.com.evil.example)"]]),
        ("[**银行**](https://bank.com@evil.example/)",
         [["a", {"href": "https://bank.com@evil.example/"}, ["strong", 0, "银行"]],
          ["span", {"class": "host"}, " (evil.example)"]]),
        ("[例](https://例子.中国/)",
         [["a", {"href": "https://xn--fsqu00a.xn--fiqs8s/"}, "例"],
          ["span", {"class": "host"}, " (xn--fsqu00a.xn--fiqs8s)"]]),
        ("[写信](mailto:me@a.example?subject=x)",
         [["a", {"href": "mailto:me@a.example?subject=x"}, "写信"],
          ["span", {"class": "host"}, " (me@a.example)"]]),
        ("![图](https://b.example/p.png)", [["span", {"class": "chip"}, "🖼 图 · b.example"]]),
        ("[无处]()", [["span", 0, "无处"]]),
        ("![](https://b.example/p.png)", [["span", {"class": "chip"}, "🖼 b.example"]]),
        ("![图](data:image/png;base64,AAAA)", [["span", {"class": "chip"}, "🖼 图 · data"]]),
        ("[![图](https://b.example/p.png)](https://a.example)",
         [["a", {"href": "https://a.example"}, ["span", {"class": "chip"}, "🖼 图 · b.example"]],
          ["span", {"class": "host"}, " (a.example)"]]),
    ],
)  # fmt: skip
def test_where_a_link_or_an_image_leads_can_be_read(source: str, children: list[Any]) -> None:
    assert inside(source) == [["p", 0, *children]]


@pytest.mark.parametrize(
    "source",
    [
        "[x](javascript:alert%281%29)", "[x](JaVaScRiPt:1)", "[x](&#106;avascript:1)",
        "[x](data:text/html;base64,PHNjcmlwdD4=)", "[x](vbscript:1)", "[x](file:///etc/passwd)",
        "[x](//host.example/x)", "[x](/x)", "[x](x)", "[x](#s=1)", "[x](http:evil)",
        "[x](http:///evil)", "[x](http://ex%61mple.com)", "[x](ftp://a.example)", "<ftp://a.example>",
        "[x](http://[::1)", "![x](/x.png)", "![x](javascript:1)", "[x]: https://a.example\n\n[x]",
    ],
)  # fmt: skip
def test_what_must_not_lead_anywhere_stays_as_it_was_written(source: str) -> None:
    assert "href" not in markdown_tree(f"{source} **粗**")
    assert markdown_tree(source) == "" or "&#" in source


def test_markup_of_another_kind_is_text() -> None:
    assert inside("**粗** <b onclick=x>raw</b> <!-- c -->") == [
        ["p", 0, ["strong", 0, "粗"], " <b onclick=x>raw</b> <!-- c -->"]
    ]


def test_a_character_that_nobody_sees_does_not_come_back_by_its_number() -> None:
    assert inside("*a*&#x202e;b&#0;`&#x202e;`") == [
        ["p", 0, ["em", 0, "a"], "⟨U+202E⟩b\ufffd", ["code", 0, "&#x202e;"]]
    ]


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "\n", "您好，请问有什么可以帮您？", "第一行\n第二行\n\n第三行", "a_b 3 < 5 & 6",
        "3~5 天", "价格|数量", "#1 和 #话题", "2024.5.1 发布\n3.5 元",
        "a * b * c", "[方括号]", "👨‍👩‍👧 ok", "-5 度",
    ],
)  # fmt: skip
def test_plain_text_has_no_tree(text: str) -> None:
    assert markdown_tree(text) == ""


@pytest.mark.parametrize(
    "text",
    ["- 一", "1) 一", "    code", "\tcode", "一\n- 二", "a\n===", "a\\*b", "&lt;", "~~~\nx\n~~~",
     "| a |\n|---|", "# 一"],
)  # fmt: skip
def test_marks_at_the_start_of_any_line_are_seen(text: str) -> None:
    assert markdown_tree(text)


@pytest.mark.parametrize(
    "text",
    [
        "| a |\n| --- |\n| 1 | 2 |",
        "> " * 70 + "x",
        "- " * 70 + "x",
        "**粗**" + "长" * 20_000,
    ],
    ids=["more cells than the head", "quotes", "lists", "long"],
)
def test_an_answer_that_markdown_would_cut_is_shown_as_it_is(text: str) -> None:
    assert markdown_tree(text) == ""


@pytest.mark.parametrize("attack", ATTACKS, ids=range(len(ATTACKS)))
def test_no_attack_becomes_more_than_known_elements(attack: str) -> None:
    for text in (
        attack,
        f"**x** {attack}",
        f"- {attack}\n\n```\n{attack}",
        f"| a |\n|-|\n|{attack}|",
    ):
        check(markdown_tree(show_control_characters(text)))


@pytest.mark.parametrize(
    "text",
    [
        "*" * 2000 + "a" + "*" * 2000, "[" * 8000, "![" * 1300 + "a" + "](http://x)" * 1300,
        "> " * 2000 + "x", "|a" * 3000 + "\n" + "|-" * 3000 + "\n" + "|x\n" * 300, "a**b" * 5000,
        "*_" * 9000, "".join("`" * run + "a" for run in range(190)), "&a;" * 6000, "<a:" * 6000,
        "\n".join("  " * depth + "- x" for depth in range(100)), "1. a\n" * 4000,
        "[a](<" * 3900, "[" * 1500 + "a" + "](https://a.example)" * 700,
    ],
    ids=range(14),
)  # fmt: skip
def test_no_text_hangs_or_overflows_it(text: str) -> None:
    started = time.process_time()
    tree = markdown_tree(text)
    assert time.process_time() - started < 2
    assert len(tree) < 40 * len(text)
    check(tree)


_PIECES = [
    # What is written, and the letters of it that must be seen; more may be.
    *(
        (mark, "")
        for mark in ("# ", "## ", "- ", "\n1. ", "\n9) ", "> ", "\n", "\n\n", "    ", "\t")
    ),
    *((mark, "") for mark in ("*", "**", "_", "~~", "`", "```", "\\", "|", "---", "| - |", "~~~")),
    *((mark, "") for mark in ("[", "]", "(", ")", "![", "](", "<", ">", "&amp;", "&#x202e;", "!")),
    *((word, word) for word in ("退货", "a1", "99", "字", "e\u0301", "GB")),
    ("|甲|乙|\n|-|-|\n|1|2|\n", "甲乙12"),
    ("[链](https://a.example/t)", "链"),
    ("![图](https://b.example/t.png)", "图"),
    ("[否](javascript:1)", "否"),
    ("<b>", "b"),
    ("：", ""),
    (" ", ""),
]


def letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


@given(st.lists(st.sampled_from(_PIECES), max_size=30))
def test_every_letter_of_an_answer_can_be_read(pieces: list[tuple[str, str]]) -> None:
    tree = markdown_tree("".join(source for source, _ in pieces))
    check(tree)
    if tree:
        remaining = iter(letters(text_of(tree)))
        assert all(
            letter in remaining for letter in letters("".join(content for _, content in pieces))
        )


@given(
    st.text(st.one_of(st.sampled_from("*_`~[]()<>!|-#\n \\&;:/a1好"), st.characters()), max_size=60)
)
def test_any_text_makes_a_sound_tree_or_none(text: str) -> None:
    check(markdown_tree(show_control_characters(text)))


def test_a_plain_answer_costs_next_to_nothing_and_loads_no_parser() -> None:
    script = (
        "import sys\n"
        "from coze_harness.reporting.views.answer_markdown import markdown_tree\n"
        "assert markdown_tree('您好，请问有什么可以帮您？\\n第二行') == ''\n"
        "print('markdown_it' in sys.modules)\n"
        "markdown_tree('**粗**')\n"
        "print('markdown_it' in sys.modules)\n"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False", "True"]


@pytest.mark.parametrize(
    ("source", "strong"),
    [
        ("**时限：**7 天内可退", "时限："),
        ("请看**“说明”**一节", "“说明”"),
        ("我可以强调**这个`code`**吗", "这个"),
        ("이 **용어(This term)**를 강조", "용어(This term)"),
        ("**注意！**7 天", "注意！"),
        ("价格是**99元（含税）**每月", "99元（含税）"),
        ("a **b** c", "b"),
    ],
)
def test_emphasis_needs_no_spaces_in_chinese(source: str, strong: str) -> None:
    assert f'["strong",0,"{strong}"' in markdown_tree(source)


@pytest.mark.parametrize("source", ["2 * 3 * 4", 'a*"b"*c', "snake_case_name"])
def test_what_is_no_emphasis_elsewhere_stays_as_it_is(source: str) -> None:
    assert "em" not in markdown_tree(source)
