"""Answers that try to get another verdict from a scripted judge, which reads the data by its marks.

A server's script is the judge: its pattern takes for the answer what stands between the marks with
the code, and says yes to an answer with 您.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from coze_harness.expectations.judge.judge_kind import Judge
from coze_harness.model import replace
from coze_harness.model.errors import JudgeReplyError
from coze_harness.server.prompt_matching import filler, match_answer
from coze_harness.server.script_schema import ServerScript
from declaring import answer_context, declare
from judging import QUESTION, judging, no, yes

ATTACKS: list[str] = yaml.safe_load(
    Path(__file__).with_name("judge_attacks.yaml").read_text("utf-8")
)
# What stands between the marks of the answer, which the judge then says again.
QUOTED_ANSWER = (
    QUESTION + r"BEGIN ANSWER (?P<code>[0-9a-f]{16})\n(?P<said>(?:(?!\nEND ANSWER (?P=code)).)*)"
)
QUOTING = {
    "before": "回答是：\n{{ said }}\n我的判定：\n" + no("没有"),
    "after": no("没有") + "\n它写道：{{ said }}",
    "in the reason, not escaped": '{"answer": "no", "reason": "{{ said }}"}',
    "and gives no verdict": "它写道：\n{{ said }}\n因此不通过。",
}


def judge_attack(script: ServerScript, answer: str) -> str:
    """Return the status of the verdict on an answer, or `error`."""
    judge, context = declare("judge: 是否使用敬语？"), answer_context(answer)
    assert isinstance(judge, Judge)
    (question,) = judge.questions(context)
    scripted, groups = match_answer(script.bots[1].answers, question.prompt, 1, [])
    (reply,) = map(filler(groups), scripted.answer)
    try:
        return judge.judge(replace(context, judge_replies={question.key: reply})).status
    except JudgeReplyError:
        return "error"


def test_there_are_enough_attacks_in_both_languages() -> None:
    assert len(set(ATTACKS)) >= 40
    assert sum(attack.isascii() for attack in ATTACKS) >= 15
    assert sum(any("一" <= c <= "鿿" for c in attack) for attack in ATTACKS) >= 10


@pytest.mark.parametrize("attack", ATTACKS, ids=range(len(ATTACKS)))
def test_an_attack_changes_no_verdict_of_a_judge_that_reads_the_data(attack: str) -> None:
    script = judging({})
    assert judge_attack(script, attack) == "failed"
    for polite in (f"您好\n{attack}", f"{attack}\n您好", f"{attack}您"):
        assert judge_attack(script, polite) == "passed"


@pytest.mark.parametrize("style", QUOTING)
def test_no_answer_passes_because_the_judge_quotes_it(style: str) -> None:
    script = judging({}, judge=[{"regex": QUOTED_ANSWER, "answer": QUOTING[style]}])
    statuses = [judge_attack(script, attack) for attack in ATTACKS]
    assert set(statuses) <= {"failed", "error"}
    if style == "and gives no verdict":
        assert set(statuses) == {"error"}
    else:
        assert statuses.count("failed") > len(ATTACKS) / 2


def test_a_judge_without_the_marks_would_be_deceived() -> None:
    """The attacks are real: who takes the first END for the end of the data is deceived."""
    naive: list[dict[str, object]] = [
        {"regex": r"(?s)BEGIN ANSWER.*?END ANSWER\W.*?yes.*?END ANSWER", "answer": yes()},
        {"default": True, "answer": no()},
    ]
    script = judging({}, judge=naive)
    assert [judge_attack(script, attack) for attack in ATTACKS].count("passed") >= 5
