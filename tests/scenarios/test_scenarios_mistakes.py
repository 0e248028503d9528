"""Typical mistakes in scenario files: the place, the advice, and that following it works.

Each mistake is a file as an author writes it, and the same file after the advice was followed. The
fixed file must load, and what it expects or asks must be what the author meant.
"""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import NamedTuple

import pytest
from coze_harness.model.trial import Turn
from coze_harness.scenarios import scenario_schema
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from scenario_project import errors_of, fault_of, trials_of

VALIDATOR = Draft202012Validator(scenario_schema())


class Mistake(NamedTuple):
    """`text` stands in a file at `where`; the next step has `advice`; `fixed` is that followed.

    `meant` is what the fixed file's first prompt or expectation says in the end.
    """

    text: str
    where: str
    advice: str
    fixed: str
    meant: str


def item(text: str, where: str, advice: str, fixed: str, meant: str) -> Mistake:
    """A mistake in an item of `expect:`, which begins in column 7 of line 4."""
    head = "turns:\n  - prompt: 你好\n    expect:\n      "
    return Mistake(f"{head}{text}\n", where, advice, f"{head}{fixed}\n", meant)


def prompt(text: str, where: str, advice: str, fixed: str, meant: str) -> Mistake:
    """A mistake in a prompt, whose value begins in column 13 of line 3."""
    head = "cases: [{city: 杭州, n: 5}]\nturns:\n  - prompt: "
    return Mistake(f"{head}{text}\n", where, advice, f"{head}{fixed}\n", meant)


def whole(text: str, where: str, advice: str, fixed: str, meant: str) -> Mistake:
    return Mistake(f"{text}\n", where, advice, f"{fixed}\n", meant)


MISTAKES = [
    # a text that looks like a kind
    item("- contains：学术", "4:9", '`contains: "学术"`', '- contains: "学术"', 'contains "学术"'),
    item("- not: contains：学术", "4:14", '`{contains: "学术"}`', '- not: {contains: "学术"}',
         'does not contain "学术"'),
    item("- contains:学术", "4:9", '`contains: "学术"`', '- contains: "学术"', 'contains "学术"'),
    item("- is-json", "4:9", "`json: true`", "- json: true", "JSON"),
    item("- is-json", "4:9", '`contains: "is-json"`', '- contains: "is-json"',
         'contains "is-json"'),
    item("- icontains：Ok", "4:9", '{text: "Ok", ignore_case: true}',
         '- contains: {text: "Ok", ignore_case: true}', 'contains "Ok" (ignoring case)'),
    item('- "equals: 好的"', "4:9", '`equals: "好的"`', '- equals: "好的"', 'equals "好的"'),
    item("- not-contains：x", "4:9", '`not: {contains: "x"}`', '- not: {contains: "x"}',
         'does not contain "x"'),
    item("- not contains ChatGPT", "4:9", '`not: {contains: "ChatGPT"}`',
         '- not: {contains: "ChatGPT"}', 'does not contain "ChatGPT"'),
    item("- any_of: [北京, regex：a+]", "4:22", "`{regex: 'a+'}`",
         "- any_of: [北京, {regex: 'a+'}]", 'any of: contains "北京"; matches /a+/'),
    item("- {contains：学术}", "4:10", '`contains: "学术"`', '- {contains: "学术"}',
         'contains "学术"'),
    item("- contians：学术", "4:9", '`contains: "学术"`', '- contains: "学术"', 'contains "学术"'),
    item("- contians: 学术", "4:9", "contains, equals", "- contains: 学术", 'contains "学术"'),
    # what YAML reads otherwise
    item("- issue #12", "4:15", '"issue #12"', '- "issue #12"', 'contains "issue #12"'),
    item("- 北京 #注释", "4:12", "a space after `#`", "- 北京 # 注释", 'contains "北京"'),
    item("- #标签", "4:9", '"#标签"', '- "#标签"', 'contains "#标签"'),
    item("- “学术”", "4:9", '"学术"', '- "学术"', 'contains "学术"'),
    item("- “学术”", "4:9", '"“学术”"', '- "“学术”"', 'contains "“学术”"'),
    item("- contains: ‘ok’", "4:19", '"ok"', '- contains: "ok"', 'contains "ok"'),
    item("- ＂ok＂", "4:9", '"ok"', '- "ok"', 'contains "ok"'),
    item("- 北京\n       - 上海", "5:8", "the column", "- 北京\n      - 上海", 'contains "北京"'),
    item("- 北京\n      －上海", "5:7", "ASCII dash", "- 北京\n      - 上海", 'contains "北京"'),
    item("- contains: 12:30", "4:19", '`contains: "12:30"`', '- contains: "12:30"',
         'contains "12:30"'),
    item("- [issue #12]", "4:16", '"issue #12"', '- any_of: ["issue #12"]',
         'any of: contains "issue #12"'),
    # quotes and first characters
    item('- "he said "hi""', "4:19", "'he said \"hi\"'", "- 'he said \"hi\"'",
         'contains "he said "hi""'),
    item("- 'it's ok'", "4:13", '"it\'s ok"', '- "it\'s ok"', 'contains "it\'s ok"'),
    item('- regex: "\\d{2"', "4:17", "'\\d{2'", "- regex: '\\d{2'", "matches /\\d{2/"),
    item('- regex: "\\d+"', "4:17", "'\\d+'", "- regex: '\\d+'", "matches /\\d+/"),
    item("- regex: [0-9]+", "4:21", '"[0-9]+"', '- regex: "[0-9]+"', "matches /[0-9]+/"),
    item("- *bold*", "4:9", '"*bold*"', '- "*bold*"', 'contains "*bold*"'),
    item("- **bold**", "4:9", '"**bold**"', '- "**bold**"', 'contains "**bold**"'),
    item("- *bold", "4:9", '"*bold"', '- "*bold"', 'contains "*bold"'),
    item("- @user", "4:9", '"@user"', '- "@user"', 'contains "@user"'),
    item("- `code`", "4:9", '"`code`"', '- "`code`"', 'contains "`code`"'),
    item("- > 5", "4:9", '"> 5"', '- "> 5"', 'contains "> 5"'),
    item("- &amp; x", "4:9", '"&amp; x"', '- "&amp; x"', 'contains "&amp; x"'),
    item("- !important", "4:9", "quotes around it", '- "!important"', 'contains "!important"'),
    item('- "你好', "4:9", 'Close it with `"`', '- "你好"', 'contains "你好"'),
    # numbers
    item("- similar: {to: x, at_least: 80%}", "4:36", "Write 0.8.",
         "- similar: {to: x, at_least: 0.8}", 'similarity to "x" of at least 0.8'),
    item('- latency: "3"', "4:18", "Write 3, without quotes.", "- latency: 3", "at most 3 s"),
    item("- latency: 300ms", "4:18", "Write 0.3.", "- latency: 0.3", "at most 0.3 s"),
    item("- tokens: {max: 1千}", "4:23", "Write 1.", "- tokens: {max: 1}", "at most 1 token"),
    item("- tokens: ８００", "4:17", "Write 800.", "- tokens: 800", "at most 800 tokens"),
    # templates
    prompt("{{ city }}", "3:13", '"{{ city }}"', '"{{ city }}"', "杭州"),
    prompt("{{ city }}天气?", "3:13", '"{{ city }}天气?"', '"{{ city }}天气?"', "杭州天气?"),
    prompt("a\n    expect: [{{ city }}]", "4:14", '"{{ city }}"', 'a\n    expect: ["{{ city }}"]',
           'contains "杭州"'),
    prompt("a\n    expect: [{length: {max: {{ n }}}}]", "4:29", '"{{ n }}"',
           'a\n    expect: [{length: {max: "{{ n }}"}}]', "at most 5 characters"),
    # keys, colons, brackets, indentation
    prompt("note: 1", "3:17", '"note: 1"', '"note: 1"', "note: 1"),
    item("- not: contains: x", "4:22", "`{contains: x}`", "- not: {contains: x}",
         'does not contain "x"'),
    whole("turns:\n  - prompt：你好\n    expect: [x]", "2:11", "`prompt: 你好`",
          "turns:\n  - prompt: 你好\n    expect: [x]", "你好"),
    whole("name：a\nturns:\n  - prompt: 你好", "1:5", "`name: a`",
          "name: a\nturns:\n  - prompt: 你好", "你好"),
    whole("turns:\n  - prompt：你好", "2:5", "`prompt: 你好`", "turns:\n  - prompt: 你好", "你好"),
    whole("turns: [{prompt：你好}]", "1:10", "`prompt: 你好`", "turns: [{prompt: 你好}]", "你好"),
    whole("turns: [{prompt: 你好， expect: [x]}]", "1:20", "`, `",
          "turns: [{prompt: 你好, expect: [x]}]", "你好"),
    whole("turns: [{prompt: 你好, expect:[x]}]", "1:28", "`: [`",
          "turns: [{prompt: 你好, expect: [x]}]", "你好"),
    whole("turns:\n  - prompt:你好", "2:5", "`prompt: 你好`", "turns:\n  - prompt: 你好", "你好"),
    whole("turns:\n  -prompt: 你好", "2:3", "`- prompt: …`", "turns:\n  - prompt: 你好", "你好"),
    whole("turns:\n  prompt: 你好", "2:3", "`- ` before `prompt: …`",
          "turns:\n  - prompt: 你好", "你好"),
    whole("turns: {prompt: 你好}", "1:8", "[{prompt: …}]", "turns: [{prompt: 你好}]", "你好"),
    whole("turns: 【{prompt: 你好}】", "1:8", "[{prompt: 你好}]",
          "turns: [{prompt: 你好}]", "你好"),
    whole("turns: [{prompt: a, expect: 【北京】}]", "1:29", "[北京]",
          "turns: [{prompt: a, expect: [北京]}]", 'contains "北京"'),
    whole("turns:\n\t- prompt: 你好", "2:1", "spaces", "turns:\n  - prompt: 你好", "你好"),
    whole("name: a\n turns:\n  - prompt: 你好", "2:2", "the column",
          "name: a\nturns:\n  - prompt: 你好", "你好"),
    whole("turns: [{prompt: 你好, “expect”: [x]}]", "1:22", "prompt, expect",
          "turns: [{prompt: 你好, expect: [x]}]", "你好"),
    whole("turns: [{promt: 你好}]", "1:10", "prompt, expect", "turns: [{prompt: 你好}]", "你好"),
    whole("stream: 是\nturns: [{prompt: 你好}]", "1:9", "Write true.",
          "stream: true\nturns: [{prompt: 你好}]", "你好"),
    whole("stream: 'false'\nturns: [{prompt: 你好}]", "1:9", "Write false, without quotes.",
          "stream: false\nturns: [{prompt: 你好}]", "你好"),
    whole("min_pass_rate: 80%\nturns: [{prompt: 你好}]", "1:16", "Write 0.8.",
          "min_pass_rate: 0.8\nturns: [{prompt: 你好}]", "你好"),
    whole("tags: [a，b]\nturns: [{prompt: 你好}]", "1:8", "[a, b]",
          "tags: [a, b]\nturns: [{prompt: 你好}]", "你好"),
    whole("<<<<<<< HEAD\nturns: [{prompt: 你好}]", "1:1", "conflict",
          "turns: [{prompt: 你好}]", "你好"),
]  # fmt: skip


def said(turn: Turn) -> list[str]:
    """Return what a turn asks and expects, in words."""
    return [turn.prompt, *(str(getattr(one, "expected", "")) for one in turn.expectations)]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda one: one.text.split("\n", 3)[-1].strip())
def test_a_mistake_has_its_place_and_advice_that_works(tmp_path: Path, mistake: Mistake) -> None:
    errors = errors_of(tmp_path / "wrong", mistake.text)
    named = [error for error in errors if mistake.advice in str(error.next_step)]
    assert [str(error.where) for error in named] == [f"scenarios/a.yaml:{mistake.where}"], [
        str(error) for error in errors
    ]
    assert all(len(str(error.next_step)) < 300 for error in errors)
    assert all(str(error.what).endswith((".", "?")) for error in errors)
    (trial,) = trials_of(tmp_path / "fixed", mistake.fixed)
    (turn,) = trial.script.turns({})
    assert any(mistake.meant in words for words in said(turn)), said(turn)


def test_there_are_at_least_forty_of_them() -> None:
    assert len({mistake.text for mistake in MISTAKES}) >= 40


ORDINARY = """
学术助手|我是chatchat,一个虚拟的学术助手。|你好，世界！|北京、上海|《西游记》|「你好」|『你好』
【注意】库存不足|Q：多少钱？A：十元|状态：已发货|共 3 项：甲、乙|“你好”，他说“再见”|他说“你好”
“退款”已受理|100%|80%|3.5折|￥1,200.50|时间：10:30|12：30|第#3号|C#|价格#优惠|A/B|2024-10-01|①②③
—— 完|……|10月1日|7×24|（完）|－5℃|・项目|status 已更新|JSON 格式|JSON：一种格式|支持 json、xml
rain|python|Python|JSON|status code 200|Status：shipped|the status is ok|length of stay|no messages
I do not know.|It's fine|regex tutorial|not available|Not bad|contains nuts|equal parts|any of them
all of us|starts with a bang|follow-up|word-count|max tokens|one-of-a-kind|e-mail|state-of-the-art
is it true|Is-a relation|contain|similarly|a = b|x:y|http://example.com/#top|user@example.com
C# and F#|Tom's “hat”|5 > 3|Contact：support|Content：text|Message：hello|Token：abc|State：NY
Note：contains nuts|Language：English|Cost：5|name：Tom|Containers：3|Equality：for all
"""


@pytest.mark.parametrize("text", re.split(r"[|\n]", ORDINARY.strip()))
def test_an_ordinary_text_is_taken_without_quotes(tmp_path: Path, text: str) -> None:
    assert VALIDATOR.is_valid({"turns": [{"prompt": text, "expect": [text]}]})
    listed = f"turns:\n  - prompt: {text}\n    expect:\n      - {text}\n      - not: {text}\n"
    (trial,) = trials_of(tmp_path, listed)
    (turn,) = trial.script.turns({})
    assert turn.prompt == text
    assert len(turn.expectations) == 2


@pytest.mark.parametrize("text", ["is-json", "contains：x", "status: ok", "not contains x"])
def test_a_case_may_have_any_text(tmp_path: Path, text: str) -> None:
    rows = f'[{{word: "{text}"}}]'
    (trial,) = trials_of(
        tmp_path, f'cases: {rows}\nturns: [{{prompt: a, expect: ["{{{{ word }}}}"]}}]\n'
    )
    (turn,) = trial.script.turns({})
    assert f'contains "{text}"' in said(turn)


def test_comments_are_taken(tmp_path: Path) -> None:
    text = (
        "name: a # 名字\nturns:  #turns\n  - prompt: hi   # hello\n    expect: #!x\n      - b #\n"
    )
    assert len(trials_of(tmp_path, text)) == 1


def test_faults_of_texts_of_all_files_are_reported_at_once(tmp_path: Path) -> None:
    text = (
        "cases: cases/a.yaml\n"
        "turns:\n  - prompt: “a”\n    expect:\n"
        "      - issue #1\n      - is-json\n      - contians: x\n"
    )
    errors = errors_of(tmp_path, text)
    assert [error.where.line for error in errors if error.where] == [1, 3, 5, 6, 7]


def test_files_of_cases_are_checked_too(tmp_path: Path) -> None:
    fault = fault_of(
        tmp_path,
        "cases: rows.yaml\nturns: [{prompt: '{{ q }}'}]\n",
        rows__yaml="- q: issue #12\n",
    )
    assert str(fault.where) == "scenarios/rows.yaml:1:12"


@pytest.mark.parametrize(
    "text",
    ["contains：x", "is-json", "contains:x", "icontains", "equals: x", "not-contains：x", "json"],
)
def test_editors_refuse_a_text_that_looks_like_a_kind(tmp_path: Path, text: str) -> None:
    for item in (text, {"not": text}, {"any_of": ["a", text]}):
        data = {"turns": [{"prompt": "a", "expect": [item]}]}
        assert not VALIDATOR.is_valid(data)
        assert len(errors_of(tmp_path, json.dumps(data, ensure_ascii=False))) == 1
    on_purpose = {"turns": [{"prompt": "a", "expect": [{"contains": text}]}]}
    assert VALIDATOR.is_valid(on_purpose)
    assert errors_of(tmp_path, json.dumps(on_purpose, ensure_ascii=False)) == ()


@pytest.mark.parametrize(
    "text",
    [
        "turns: [{prompt: a",
        "turns: [{prompt: {{ a }}",
        "- 'a'",
        "x：",
        "a: [a #b",
        '- "\\d',
        "－ a: ",
    ],
)
def test_a_mistake_in_a_long_line_is_explained_at_once(tmp_path: Path, text: str) -> None:
    for filling in ("x", "{{ a }}", "[", " #", "“", "：", "a, "):
        began = time.perf_counter()
        errors = errors_of(tmp_path, text + filling * (200_000 // len(filling)) + "\n- : :\n")
        assert time.perf_counter() - began < 1
        assert errors
        assert all(len(str(error)) < 1_500 for error in errors)
