"""How well `language` knows the language of short texts, and what it does without lingua.

Batch 1 was measured once before its errors were looked at: docs/scenarios.md has the result.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import pytest
from coze_harness.expectations.language.language_detection import (
    DEFAULT_CANDIDATES,
    LANGUAGES,
    detect_language,
)
from declaring import answer_context, declare, judge

FOLDER = Path(__file__).parent


class LabelledText(NamedTuple):
    text: str
    language: str
    batch: int


def labelled_texts() -> list[LabelledText]:
    lines = (FOLDER / "languages.jsonl").read_text("utf-8").splitlines()
    return [LabelledText(**json.loads(line)) for line in lines]


def test_accuracy_on_short_texts_of_many_languages() -> None:
    """Each text is judged by an expectation for each language."""
    pytest.importorskip("lingua")
    texts = labelled_texts()
    assert len(texts) > 140
    right = wrong = skipped = 0
    expectations = {one: declare(f"language: {one}") for one in DEFAULT_CANDIDATES}
    for text in texts:
        for language, expectation in expectations.items():
            status = expectation.judge(answer_context(text.text)).status.value
            expected = "passed" if language == text.language else "failed"
            right += status == expected
            skipped += status == "skipped"
            wrong += status not in (expected, "skipped")
    assert wrong / (right + wrong) < 0.002
    assert skipped / len(texts) / len(expectations) < 0.01


@pytest.mark.parametrize(
    "text",
    [
        "请运行：\n```sh\npip install requests and then restart the server\n```",
        "见 `for item in items: print(item)`。",
        "详见 https://www.coze.com/docs/guides/for/the/new/users 和 help@coze.com",
        "[文档](https://www.coze.com/docs/guides)",
        "推荐 MacBook Pro、Surface Laptop Studio、ThinkPad X1 Carbon。",
    ],
)
def test_code_addresses_and_names_do_not_change_the_language(text: str) -> None:
    assert judge("language: zh", text).status.value == "passed"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("请稍候", "zh-Hans"),
        ("請稍候", "zh-Hant"),
        ("价格为一百元", "zh-Hans"),
        ("價格為一百元", "zh-Hant"),
        ("你好", "zh"),
    ],
)
def test_variants_of_chinese_are_detected_by_characters_of_one_only(
    text: str, language: str
) -> None:
    assert detect_language(text, DEFAULT_CANDIDATES, ["zh"]).language == language
    for variant in ("zh-Hans", "zh-Hant"):
        passes = judge(f"language: {variant}", text).status.value == "passed"
        assert passes == (language in ("zh", variant))


def test_every_language_has_a_detector() -> None:
    lingua = pytest.importorskip("lingua")
    codes = {one.iso_code_639_1.name.lower() for one in lingua.Language.all()}
    assert set(LANGUAGES) <= codes


def run_without_lingua(code: str) -> str:
    """Run code in a process of its own, in which lingua cannot be imported."""
    paths = [str(FOLDER), str(FOLDER.parent), *sys.path]
    start = f"import sys; sys.path[:0] = {paths!r}; sys.modules['lingua'] = None\n"
    done = subprocess.run(
        [sys.executable, "-c", start + code], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout


def test_without_lingua_scripts_and_plain_english_are_known() -> None:
    code = """
from declaring import judge
for item, answer in [
    ("language: zh", "你好"), ("language: zh", "Hello there"), ("language: en", "你好"),
    ("language: en", "Hello, how can I help you?"), ("language: ru", "Привет"),
    ("language: {is: en, among: [zh, en]}", "Guten Tag"), ("language: ja", "Guten Tag"),
]: print(judge(item, answer).status.value)
"""
    assert run_without_lingua(code).split() == [
        *("passed", "failed", "failed", "passed", "passed", "passed", "failed")
    ]


def test_without_lingua_the_error_has_the_command_that_installs_it() -> None:
    code = """
from coze_harness.model.errors import ScenarioError
from declaring import judge
try: print(judge("language: en", "Guten Tag"))
except ScenarioError as error: print(error)
"""
    output = run_without_lingua(code)
    assert output.startswith("scenarios/greet.yaml:1:3: ")
    assert "pip install 'coze-harness[language]'" in output


@pytest.mark.parametrize("text", ["a", "字", "a ", "`", "```\n", "字a ", "かa字", "\u0301", "ж"])
def test_a_hostile_answer_is_judged_by_its_beginning(text: str) -> None:
    begin = time.process_time()
    judge("language: zh", text * (5_000_000 // len(text)))
    assert time.process_time() - begin < 1
