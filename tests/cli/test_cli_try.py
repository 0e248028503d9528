"""`try`: one text, judged without a scenario."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from project import CommandResult, ProjectFolder


@pytest.fixture
def folder(tmp_path: Path) -> ProjectFolder:
    """A folder that is no project."""
    return ProjectFolder(tmp_path / "here", home=tmp_path / "home")


def try_with_stdin(folder: ProjectFolder, *arguments: str, stdin: bytes) -> CommandResult:
    result = subprocess.run(
        [sys.executable, "-m", "coze_harness", *arguments],
        cwd=folder.root, env=folder.env, input=stdin, capture_output=True, check=False,
    )  # fmt: skip
    return CommandResult(result.returncode, result.stdout.decode(), result.stderr.decode())


@pytest.mark.parametrize(
    ("expectation", "answer", "code"),
    [
        ("contains: 北京", "我在北京", 0),
        ("北京", "我在天津", 1),
        ("similar: {to: 每天九点开门, at_least: 0.6}", "每天十点开门", 0),
        ("not: {contains: ChatGPT}", "I am ChatGPT.", 1),
        ("[好, {length: {max: 1}}]", "好的", 1),
        ("latency: 3", "好", 0),
        ("{contains: 天津, severity: warning}", "好", 0),
    ],
)
def test_the_exit_code_says_whether_a_text_passes(
    folder: ProjectFolder, expectation: str, answer: str, code: int
) -> None:
    result = folder.run("try", expectation, answer)
    assert result.code == code, result
    assert "EXPECTATION:1:" in result.out
    assert not list(folder.root.iterdir())


@pytest.mark.parametrize(
    ("expectation", "place"),
    [
        ("contians: 北京", "EXPECTATION:1:1"),
        ("length: {max: -1}", "EXPECTATION:1:15"),
        ("[好, {length: {mim: 1}}]", "EXPECTATION:1:15"),
        ("contains: {any: [", "EXPECTATION:1:"),
        ("contains：北京", "EXPECTATION:1:1"),
        ("答案 #1", "EXPECTATION:1:4"),
        ("'{{ city }}'", "EXPECTATION:1:1"),
        ("", "EXPECTATION:1:1"),
    ],
)
def test_a_wrong_expectation_is_reported_with_its_place(
    folder: ProjectFolder, expectation: str, place: str
) -> None:
    result = folder.run("try", expectation, "x")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(place)


def test_no_judge_is_asked(folder: ProjectFolder) -> None:
    result = folder.run("try", "judge: {question: 礼貌吗?}", "你好")
    assert (result.code, result.out) == (3, "")
    assert result.err.startswith("EXPECTATION:1:1: ")


def test_both_places_of_a_list_are_reported_at_once(folder: ProjectFolder) -> None:
    result = folder.run("try", "[{contians: x}, {length: {mim: 1}}]", "x")
    assert result.code == 2
    assert result.err.count("EXPECTATION:1:") == 2


def test_a_verdict_for_programs_has_its_evidence(folder: ProjectFolder) -> None:
    result = folder.run("try", "{contains: 北京, name: 城市}", "我在北京", "--json", "--lang", "zh")
    (verdict,) = json.loads(result.out)
    assert (verdict["kind"], verdict["status"], verdict["name"]) == ("contains", "passed", "城市")
    assert verdict["evidence"] == [[2, 4]]
    assert (verdict["line"], verdict["column"]) == (1, 1)
    assert "位于第 3 个字符" in verdict["reason"]


def test_the_answer_comes_from_a_pipe_or_a_file(folder: ProjectFolder) -> None:
    item = "equals: 我在北京"
    assert try_with_stdin(folder, "try", item, "-", stdin="我在北京\r\n".encode()).code == 0
    assert try_with_stdin(folder, "try", item, "-", stdin="我在北京\n\n".encode()).code == 1
    assert try_with_stdin(folder, "try", item, "-", stdin="我在北京".encode("gbk")).code == 2
    folder.write("answer.txt", "\ufeff我在北京\n")
    assert folder.run("try", item, "--file", "answer.txt").code == 0
    assert folder.run("try", item, "--file", "missing.txt").err.startswith("missing.txt")


def test_exactly_one_answer_is_needed(folder: ProjectFolder) -> None:
    folder.write("answer.txt", "x")
    assert folder.run("try", "x").code == 2
    assert folder.run("try", "x", "x", "--file", "answer.txt").code == 2


def test_control_characters_of_an_answer_do_not_reach_the_terminal(folder: ProjectFolder) -> None:
    result = folder.run("try", "equals: x", "\x1b[2J\u202eabc")
    assert result.code == 1
    assert "\x1b" not in result.out
    assert "\u202e" not in result.out


def test_the_project_decides_the_language(folder: ProjectFolder) -> None:
    folder.write("harness.yaml", "lang: zh\n")
    assert "原因" in folder.run("try", "x", "x").out
    folder.write("harness.yaml", "lnag: zh\n")
    assert folder.run("try", "x", "x").code == 2
