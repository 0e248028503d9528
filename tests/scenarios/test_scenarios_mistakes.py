"""Typical mistakes in scenario files: the place, the advice, and that following it works.

Each mistake is a file as an author writes it, and the same file after the advice was followed. The
fixed file must load, and what it expects or asks must be what the author meant.
"""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest
from coze_harness.messages import Catalogue, LocalizedText
from coze_harness.model.errors import ScenarioError
from coze_harness.model.trial import Turn
from coze_harness.scenarios import scenario_schema
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from mistakes import MISTAKES, Mistake
from scenario_project import errors_of, fault_of, trials_of

VALIDATOR = Draft202012Validator(scenario_schema())
CHINESE = Catalogue("zh")
CODE = re.compile(r"`+[^`]*`+|\"[^\"]*\"|'[^']*'|“[^”]*”+|\[[^\]]*\]")
PROSE = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}|\{\w+(?::\w+)?\}")


def turn_texts(turn: Turn) -> list[str]:
    """Return what a turn asks and expects, in words."""
    return [turn.prompt, *(str(getattr(one, "expected", "")) for one in turn.expectations)]


def messages_of(error: ScenarioError) -> list[LocalizedText]:
    """Return an error's messages."""
    return [one for one in (error.what, *error.detail, error.next_step) if one]


def check_chinese(error: ScenarioError) -> None:
    """Check that an error is written in Chinese but for code and quoted texts."""
    for message in messages_of(error):
        text = CHINESE.text(message)
        assert re.search("[\u4e00-\u9fff]", text), text
        assert not PROSE.search(CODE.sub("", text)), text
        assert not re.search(r"[a-z]\.(?:\s|$)", CODE.sub("", text)), text


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda one: one.text.split("\n", 3)[-1].strip())
def test_a_mistake_has_its_place_and_advice_that_works(tmp_path: Path, mistake: Mistake) -> None:
    errors = errors_of(tmp_path / "wrong", mistake.text)
    matches = [error for error in errors if mistake.advice in str(error.next_step)]
    assert [str(error.where) for error in matches] == [f"scenarios/a.yaml:{mistake.where}"], [
        str(error) for error in errors
    ]
    assert all(len(str(error.next_step)) < 300 for error in errors)
    assert all(str(error.what).endswith((".", "?")) for error in errors)
    for error in errors:
        check_chinese(error)
    (trial,) = trials_of(tmp_path / "fixed", mistake.fixed_text)
    (turn,) = trial.script.turns({})
    assert any(mistake.description in words for words in turn_texts(turn)), turn_texts(turn)


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
order|number|Order：12345|Date：2026-03-05|Order number：7|language|links|Links：none|Refusal：no
facts
Note：contains nuts|Language：English|Cost：5|name：Tom|Containers：3|Equality：for all
"""


@pytest.mark.parametrize("text", re.split(r"[|\n]", ORDINARY.strip()))
def test_an_ordinary_text_is_taken_without_quotes(tmp_path: Path, text: str) -> None:
    assert VALIDATOR.is_valid({"turns": [{"prompt": text, "expect": [text]}]})
    file_text = f"turns:\n  - prompt: {text}\n    expect:\n      - {text}\n      - not: {text}\n"
    (trial,) = trials_of(tmp_path, file_text)
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
    assert f'contains "{text}"' in turn_texts(turn)


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
