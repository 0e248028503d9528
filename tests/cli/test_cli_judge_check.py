"""`judge-check`: a good judge and a bad one, replayed offline; a bad one fails no trial."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from coze_harness.server.script_schema import ServerScript
from coze_harness.server.server_process import RunningServer
from judging import ANSWER, QUESTION, block, judged_project, judging, no, verdicts, yes
from project import TOKEN, ProjectFolder, record_from

ServeScript = Callable[[ServerScript], RunningServer]
SCENARIO = """name: polite
turns:
- prompt: 退款多久到账?
  expect:
  - judge: 是否说明 7 天内退款？
"""
CHECKED = "cassettes/polite~check~judge.yaml"
ANSWERS = {"退款多久到账?": "您好，退款会在7天内到账，请放心。"}
# The good judge knows what the question is about; the bad one always says yes.
GOOD: list[dict[str, object]] = [
    {"regex": QUESTION + ANSWER + r"(?:退款会|退款將)在 ?[7七７] ?天内到账", "answer": yes()},
    {"default": True, "answer": no()},
]
BAD: list[dict[str, object]] = [{"default": True, "answer": yes()}]
# Mutants that change what the question is about.
OPERATORS = [
    f"--operator={name}" for name in ("emptied", "number-changed", "refused", "unit-changed")
]
LABELS = """answer,label
您好，退款会在7天内到账。,yes
退款会在七天内到账,通过
退款会在7天内到账！,1
退款会在 7 天内到账。,true
退款会在30天内到账。,no
不支持退款。,0
请联系客服。,未通过
我不知道。,fail
"""


@pytest.fixture(scope="module")
def recorded_once(tmp_path_factory: pytest.TempPathFactory) -> ProjectFolder:
    project = judged_project(tmp_path_factory.mktemp("checked"), SCENARIO)
    record_from(judging(ANSWERS, judge=GOOD), project)
    return project


@pytest.fixture
def project(recorded_once: ProjectFolder, tmp_path: Path) -> ProjectFolder:
    return recorded_once.copy_to(tmp_path / "project", home=tmp_path / "home")


def asking(
    project: ProjectFolder, serve_script: ServeScript, judge: list[dict[str, object]]
) -> None:
    server = serve_script(judging(ANSWERS, judge=judge))
    project.env |= {"COZE_API_TOKEN": TOKEN, "COZE_API_BASE": server.base_url}


def check_judge(project: ProjectFolder, *options: str, **how: Any) -> tuple[int, dict[str, Any]]:
    """Return the exit code and what is measured of the only question."""
    result = project.run("judge-check", "--json", *options, **how)
    (rating,) = json.loads(result.out)["judges"]
    return result.code, rating


def test_a_good_judge_reaches_the_bound_and_a_repeated_check_is_offline(
    project: ProjectFolder, serve_script: ServeScript, offline: tuple[str, ...]
) -> None:
    asking(project, serve_script, GOOD)
    code, rating = check_judge(project, "--bound", "0.3", *OPERATORS)
    assert rating["accepted"] == rating["good"] >= 3
    assert rating["rejected"] == rating["wrong"] >= 3
    assert (code, rating["weak"], rating["missed"]) == (0, False, {})
    assert rating["sensitivity"][0] >= 0.3
    assert check_judge(project, "--bound", "0.3", *OPERATORS, wrapper=offline) == (code, rating)
    assert project.run("check", wrapper=offline).code == 0
    stricter = project.run("judge-check", "--bound", "0.99", *OPERATORS, wrapper=offline)
    assert (stricter.code, "381" in stricter.out) == (1, True)


def test_a_bad_judge_cannot_fail_a_trial(
    project: ProjectFolder, serve_script: ServeScript, offline: tuple[str, ...]
) -> None:
    # The same judge, found to be bad by what it says about mutants, and then saying no.
    asking(project, serve_script, BAD)
    code, rating = check_judge(project, *OPERATORS)
    assert (code, rating["weak"], rating["rejected"]) == (1, True, 0)
    assert sum(rating["missed"].values()) == rating["wrong"]
    asking(project, serve_script, [{"default": True, "answer": no()}])
    assert project.run("record", "--judge-only", "--all").code == 0
    assert project.run("run", wrapper=offline).code == 0
    (verdict,) = project.lines()["polite"]["turns"][0]["verdicts"]
    assert (verdict["status"], verdict["severity"]) == ("failed", "warning")
    assert "judge-check" in verdict["reason"]
    assert project.run("run", "--allow-weak-judge", wrapper=offline).code == 1
    # What fails without the judge fails all the same.
    project.edit("scenarios/polite.yaml", "judge: 是否", "all_of: [火星, {judge: 是否")
    project.edit("scenarios/polite.yaml", "退款？", "退款？}]")
    assert project.run("run", wrapper=offline).code == 1
    project.edit("scenarios/polite.yaml", "火星", "退款")
    assert project.run("run", wrapper=offline).code == 0


def test_another_version_of_the_judge_is_not_known_to_be_bad(
    project: ProjectFolder, serve_script: ServeScript
) -> None:
    asking(project, serve_script, BAD)
    assert check_judge(project, *OPERATORS)[0] == 1
    server = serve_script(judging(ANSWERS, judge=[{"default": True, "answer": no()}], version="2"))
    project.env |= {"COZE_API_BASE": server.base_url}
    assert project.run("record", "--judge-only", "--all").code == 1


def test_a_judge_that_was_never_checked_is_mentioned_and_fails_trials(
    project: ProjectFolder, serve_script: ServeScript
) -> None:
    assert "judge-check" in project.run("run").err
    asking(project, serve_script, GOOD)
    check_judge(project, *OPERATORS)
    assert "judge-check" not in project.run("run").err


def test_labels_are_the_truth_where_there_are_any(
    project: ProjectFolder, serve_script: ServeScript, offline: tuple[str, ...]
) -> None:
    asking(project, serve_script, GOOD)
    project.write("labels.csv", LABELS)
    code, rating = check_judge(project, "--labels", "labels.csv")
    assert (rating["good"], rating["accepted"], rating["wrong"], rating["rejected"]) == (4, 4, 4, 4)
    assert (code, rating["kappa"], rating["source"]) == (0, 1.0, "labels")
    assert check_judge(project, "--labels", "labels.csv", wrapper=offline) == (code, rating)
    project.write("labels.csv", LABELS.replace(",1\n", ",no\n"))
    code, rating = check_judge(project, "--labels", "labels.csv", wrapper=offline)
    # Seven of eight agree; by chance it would be half.
    assert rating["kappa"] == 0.75
    assert "Cohen's kappa: 0.75" in project.run("judge-check", "--labels", "labels.csv").out


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("answer,label\na,yes\nb,maybe\n", "labels.csv:3"),
        ("answer\na\n", "labels.csv:2"),
        ("answer,label\n", "labels.csv"),
    ],
)
def test_labels_that_cannot_be_read_name_their_line(
    text: str, place: str, project: ProjectFolder
) -> None:
    project.write("labels.csv", text)
    result = project.run("judge-check", "--labels", "labels.csv")
    assert (result.code, result.err.startswith(f"{place}:")) == (2, True), result


def test_labels_are_for_one_question(project: ProjectFolder) -> None:
    project.write("labels.csv", LABELS)
    project.write("scenarios/polite.yaml", SCENARIO + "  - judge: 是否礼貌？\n")
    result = project.run("judge-check", "--labels", "labels.csv")
    assert (result.code, "是否礼貌？" in result.err) == (2, True)


def test_a_reply_without_a_verdict_counts_against_the_judge(
    project: ProjectFolder, serve_script: ServeScript
) -> None:
    asking(project, serve_script, [{"default": True, "answer": "当然是好的回答！"}])
    code, rating = check_judge(project, "--all", *OPERATORS)
    assert (code, rating["accepted"], rating["rejected"]) == (1, 0, 0)
    assert rating["undecided"] == rating["good"] + rating["wrong"]


def test_a_judge_inside_not_must_say_no_to_good_answers(
    project: ProjectFolder, serve_script: ServeScript
) -> None:
    project.write(
        "scenarios/polite.yaml",
        SCENARIO.replace("judge: 是否说明 7 天内退款？", "not: {judge: 是否含糊？}"),
    )
    vague: list[dict[str, object]] = [
        {"regex": QUESTION + ANSWER + r"退款会在 ?[7七７] ?天内到账", "answer": no()},
        {"default": True, "answer": yes()},
    ]
    asking(project, serve_script, vague)
    rating = check_judge(project, *OPERATORS)[1]
    assert (rating["accepted"], rating["rejected"]) == (rating["good"], rating["wrong"])
    assert verdicts(project) == ["passed"]


def test_nothing_is_asked_beyond_the_budget_or_in_ci(
    project: ProjectFolder, serve_script: ServeScript
) -> None:
    asking(project, serve_script, GOOD)
    result = project.run("judge-check", "--budget", "3")
    assert result.code == 2
    words = result.err.split("use --budget ")[1].split(",")[0]
    assert project.run("judge-check", "--budget", words).code in (0, 1)
    project.path(CHECKED).unlink()
    assert project.run("judge-check", env={"CI": "true"}).code == 2


def test_a_judge_that_cannot_be_asked_keeps_what_it_said(
    project: ProjectFolder, serve_script: ServeScript
) -> None:
    refusing = [{"kind": "refuse", "code": 4100}]
    empty: dict[str, object] = {"regex": r"BEGIN ANSWER \w+\n\nEND", "faults": refusing}
    empty["answer"] = "x"
    asking(project, serve_script, [empty, *GOOD])
    assert project.run("judge-check", "--operator=number-changed").code in (0, 1)
    before = block(project, CHECKED)["interactions"]
    assert project.run("judge-check", "--operator=emptied", "--operator=refused").code == 4
    assert block(project, CHECKED)["interactions"] >= before  # type: ignore[operator]


def test_without_a_judge_there_is_nothing_to_check(project: ProjectFolder) -> None:
    project.edit("scenarios/polite.yaml", "judge: 是否说明 7 天内退款？", "退款")
    assert project.run("judge-check").code == 5


def test_damaged_results_are_an_error_with_its_line(project: ProjectFolder) -> None:
    project.write("cassettes/judge-check.jsonl", '{"judge": 3}\n')
    result = project.run("run")
    assert (result.code, "cassettes/judge-check.jsonl:1" in result.err) == (3, True)
