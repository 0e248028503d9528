"""The metrics of `similar`, compared with values that others computed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from coze_harness.expectations.similarity.similarity_metrics import METRICS, similarity_score
from declaring import declare, judge, refusal

# ROUGE-L by hand: LCS of the words, words of the answer, words of the reference.
BY_HAND = [
    ("the cat sat on the mat", "the cat is on the mat", 5, 6, 6),
    ("police killed the gunman", "police kill the gunman", 3, 4, 4),
    ("the gunman kill police", "police kill the gunman", 2, 4, 4),
    ("七天内可以退货", "签收后七天内可以退货", 7, 7, 10),
    ("可以退货，七天内", "七天内可以退货", 4, 7, 7),
    ("今天 20 度", "明天 20 度", 3, 4, 4),
    ("iPhone 15 有货", "有货的是 iPhone 15", 2, 4, 6),
    ("你好", "hello", 0, 2, 1),
    ("", "你好", 0, 0, 2),
    ("。", "！", 0, 0, 0),
]


@pytest.mark.parametrize(("answer", "reference", "common", "of_answer", "of_reference"), BY_HAND)
def test_rouge_l_is_the_f1_of_the_longest_common_subsequence(
    answer: str, reference: str, common: int, of_answer: int, of_reference: int
) -> None:
    score = similarity_score(answer, reference, "rouge_l")
    if not common:
        assert score == 0
        return
    precision, recall = common / of_answer, common / of_reference
    assert score == pytest.approx(2 * precision * recall / (precision + recall))


PAIRS = [
    ("我是一个学术助手chatchat。", "我是chatchat,一个虚拟的学术助手。"),
    ("签收之后 7 天内都可以退货。", "签收后七天内可以退货。"),
    ("The parcel arrives on Friday morning.", "The parcel arrives on Friday."),
    ("It is late, isn't it?", "The parcel arrives on Friday."),
]


@pytest.mark.parametrize("metric", ["chrf", "bleu"])
def test_chrf_and_bleu_are_those_of_the_command_of_sacrebleu(metric: str, tmp_path: Path) -> None:
    pytest.importorskip("sacrebleu")
    for tokenizer, pairs in (("zh", PAIRS[:2]), ("13a", PAIRS[2:])):
        answers, references = tmp_path / "answers", tmp_path / "references"
        answers.write_text("".join(f"{answer}\n" for answer, _ in pairs), "utf-8")
        references.write_text("".join(f"{reference}\n" for _, reference in pairs), "utf-8")
        command = [
            *(sys.executable, "-m", "sacrebleu", str(references), "-i", str(answers)),
            *("-m", metric, "--sentence-level", "-b", "-w", "6"),
            *(("-tok", tokenizer) if metric == "bleu" else ()),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
        theirs = [float(line.split()[-1]) for line in done.stdout.splitlines()]
        name = next(one for one in METRICS if one == metric)
        ours = [100 * similarity_score(answer, reference, name) for answer, reference in pairs]
        assert ours == pytest.approx(theirs, abs=1e-5)
        assert max(theirs) > 20


@pytest.mark.parametrize("metric", METRICS)
def test_equal_texts_are_equal_and_others_are_not(metric: str) -> None:
    item = f"similar: {{to: 签收后七天内可以退货, metric: {metric}, at_least: 1}}"
    assert judge(item, "签收后七天内可以退货").status.value == "passed"
    assert judge(item, "签收后七天内可以换货").status.value == "failed"
    assert judge(item, "").status.value == "failed"


def test_a_japanese_text_is_compared_by_character() -> None:
    pytest.importorskip("sacrebleu")
    assert similarity_score("明日は晴れです。", "明日は雨です。", "bleu") > 0.2


def test_a_long_answer_is_not_judged_by_a_slow_metric() -> None:
    for metric in ("rouge_l", "chrf", "bleu"):
        item = f"similar: {{to: 好, metric: {metric}}}"
        for one in (item, f"not: {{{item}}}"):
            verdict = judge(one, "好" * 200_001)
            assert (verdict.status.value, verdict.reason.id) == ("failed", "kind.text.long")


def test_a_metric_that_does_not_exist_yet_is_rejected() -> None:
    assert "not available in this version" in refusal("similar: {to: a, metric: embedding}")


def test_without_the_package_the_error_has_the_command_that_installs_it() -> None:
    """In a process of its own, in which the package cannot be imported."""
    code = (
        "import sys; sys.modules['sacrebleu'] = None\n"
        "from coze_harness.model.errors import ScenarioError\n"
        "from declaring import declare, judge\n"
        "assert judge('similar: {to: 好, metric: rouge_l}', '好').status == 'passed'\n"
        "try: declare('similar: {to: 好, metric: bleu}')\n"
        "except ScenarioError as error: print(error)\n"
    )
    folder = Path(__file__).parent
    paths = [str(folder), str(folder.parent), *sys.path]
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {paths!r}\n{code}"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert "pip install 'coze-harness[metrics]'" in done.stdout
    assert "scenarios/greet.yaml:1:28" in done.stdout


def test_the_metric_is_shown_with_what_is_expected() -> None:
    expected = declare("similar: {to: 好, metric: rouge_l, at_least: 0.5}").expected
    assert "rouge_l" in str(expected)
