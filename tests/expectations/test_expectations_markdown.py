"""Which elements a Markdown text has, and which of its marks are not shown as intended."""

from __future__ import annotations

import time

import pytest
from coze_harness.expectations.markdown.markdown_code import blank_code
from coze_harness.expectations.markdown.markdown_structure import MAX_PARSED, parse_markdown
from declaring import judge

TABLE = "| a | b |\n| --- | --- |\n"
FAULTS = [
    ("好的。", []),
    ("```\na\n```", []),
    ("~~~\n```\n~~~", []),
    ("````\n```\n````", []),
    ("> ```\n> a\n> ```", []),
    ("- ```\n  a\n  ```", []),
    ("```\na", [(0, "kind.markdown.fence")]),
    ("```\na\n````x", [(0, "kind.markdown.fence")]),
    ("如下：```python\nprint(1)\n", [(0, "kind.markdown.fence")]),
    (TABLE + "| 1 | 2 |\n| 3 | 4", []),
    (TABLE + "| 1 | `a\\|b` |", []),
    ("a | b\n--- | ---\n1 | 2", []),
    (TABLE + "| 1 |\n| 1 | 2 | 3 |", [(2, "kind.markdown.row"), (3, "kind.markdown.row")]),
    ("| a | b |\n| 1 | 2 |", [(0, "kind.markdown.no_table")]),
    ("| a | b |\n| --- |\n| 1 | 2 |", [(0, "kind.markdown.no_table")]),
    ("**重点**、*斜体*、***都有***", []),
    ("2**3 和 a ** b，f(**kwargs)", []),
    ("\\*\\*重点", []),
    ("`**`", []),
    ("第一行\n**重点", [(1, "kind.markdown.emphasis")]),
    ("**标题：**内容", [(0, "kind.markdown.emphasis")]),
    ("**Note text", [(0, "kind.markdown.emphasis")]),
    ("重点**", [(0, "kind.markdown.emphasis")]),
]


@pytest.mark.parametrize(("text", "faults"), FAULTS)
def test_faults_are_found_in_their_lines(text: str, faults: list[tuple[int, str]]) -> None:
    actual = parse_markdown(text).faults
    lines = sorted({(fault.line, fault.reason.id) for fault in actual})
    assert lines == faults
    verdict = judge("markdown: {well_formed: true}", text)
    assert (verdict.status.value == "passed") == (not faults)
    lines_of_text = text.split("\n")
    marked = [text[start:end] for start, end in verdict.evidence]
    assert marked == [lines_of_text[line] for line in sorted({line for line, _ in faults})]


@pytest.mark.parametrize(
    ("text", "elements"),
    [
        ("# 标题", {"heading"}),
        ("标题\n===", {"heading"}),
        ("- a", {"list"}),
        ("1. a", {"list"}),
        (TABLE, {"table"}),
        ("```\n- a\n```", {"code_block"}),
        ("    a", {"code_block"}),
        ("> a", {"quote"}),
        ("**a**", {"bold"}),
        ("[a](b)", {"link"}),
        ("![a](b)", {"image"}),
        ("- **a**\n\n# b", {"list", "bold", "heading"}),
        ("`a` *b* 1 - 2", set()),
    ],
)
def test_elements_are_those_that_are_shown(text: str, elements: set[str]) -> None:
    assert parse_markdown(text).elements == elements


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a `b` c", "`b`"),
        ("a `b", ""),
        ("```\nx\n```\ny", "```x```"),
        ("```\nx", "```x"),
        ("~~~\n```\n~~~\ny", "~~~```~~~"),
        ("没有代码", ""),
    ],
)
def test_code_is_blanked_and_nothing_else(text: str, code: str) -> None:
    blank = blank_code(text)
    assert len(blank) == len(text)
    removed = "".join(a for a, b in zip(text, blank, strict=True) if a != b)
    assert removed.replace(" ", "") == code


@pytest.mark.parametrize("text", ["`", "```\n", "``", "~~~\n", "` "])
def test_code_of_a_hostile_answer_is_blanked_in_linear_time(text: str) -> None:
    begin = time.process_time()
    blank_code(text * (200_000 // len(text)))
    assert time.process_time() - begin < 1


@pytest.mark.parametrize("text", ["![", "[", "*", "|", "> ", "a\n", "```\n"])
def test_a_hostile_answer_is_parsed_in_bounded_time(text: str) -> None:
    begin = time.process_time()
    judge("markdown: {well_formed: true}", text * (MAX_PARSED // len(text)))
    assert time.process_time() - begin < 5
