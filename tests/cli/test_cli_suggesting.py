"""`suggest`, as users type it: what it prints, and how it edits scenario files."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from project import ProjectFolder, chatchat_script, empty_project, record_from

WEAK = """# 弱场景
name: 弱
turns:
  - prompt: 你是谁?   # 问候
    expect:
      - length: {max: 5000}   # 上限
      # 结尾的注释
"""
BARE = "name: bare\nturns:\n  - prompt: 天气杭州\n"


@pytest.fixture(scope="module")
def small_once(tmp_path_factory: pytest.TempPathFactory) -> ProjectFolder:
    project = empty_project(tmp_path_factory.mktemp("small"))
    project.write("scenarios/weak.yaml", WEAK)
    project.write("scenarios/bare.yaml", BARE)
    record_from(chatchat_script(), project)
    return project


@pytest.fixture
def small(small_once: ProjectFolder, tmp_path: Path) -> ProjectFolder:
    return small_once.copy_to(tmp_path / "project", home=tmp_path / "home")


def _suggestions(project: ProjectFolder, *arguments: str) -> list[dict[str, Any]]:
    result = project.run("suggest", "--json", *arguments)
    assert result.code == 0, result
    turns: list[dict[str, Any]] = json.loads(result.out)["turns"]
    return turns


def _kill_count(project: ProjectFolder) -> int:
    scores = json.loads(project.run("mutate", "--json").out)["mutation"]["scores"]
    return sum(one["caught"] for one in scores)


def test_the_printed_command_writes_these_suggestions(small: ProjectFolder) -> None:
    bare = small.read("scenarios/bare.yaml")
    result = small.run("suggest", "弱", "--seed", "2")
    command = result.out.splitlines()[-1].partition("coze-harness ")[2]
    repetition = small.run(*shlex.split(command))
    assert (repetition.code, "--seed 2" in command) == (0, True)
    assert small.read("scenarios/weak.yaml") != WEAK
    assert small.read("scenarios/bare.yaml") == bare


@pytest.mark.parametrize("option", [(), ("--json",)])
def test_a_missing_recording_is_reported(small: ProjectFolder, option: tuple[str, ...]) -> None:
    small.write("scenarios/new.yaml", "turns: [{prompt: 你好}]\n")
    result = small.run("suggest", "new", *option)
    assert result.code == 3
    assert "coze-harness record" in result.err
    assert result.out == "" if not option else json.loads(result.out)["turns"] == []


def test_suggestions_are_grouped_and_each_says_what_it_kills(small: ProjectFolder) -> None:
    result = small.run("suggest")
    assert result.code == 0, result
    lines = result.out.splitlines()
    assert "2 scenarios would accept a refusal." in lines
    assert "  scenarios/weak.yaml:4:5" in lines
    assert '    - contains: "chatchat"' in lines
    assert "    - refusal: false" in lines
    (weak,) = [one for one in _suggestions(small, "弱") if one["file"] == "scenarios/weak.yaml"]
    for one in weak["suggestions"]:
        assert one["kills"]
        assert one["good"] >= 1
        assert one["class"]
    assert (weak["line"], weak["written"]) == (4, False)
    assert small.path("scenarios/weak.yaml").read_text("utf-8") == WEAK


def test_written_suggestions_kill_mutants_and_the_answers_still_pass(small: ProjectFolder) -> None:
    before = _kill_count(small)
    assert all(one["written"] for one in _suggestions(small, "--write"))
    text = small.path("scenarios/weak.yaml").read_text("utf-8")
    head = "      - length: {max: 5000}   # 上限\n"
    assert text.startswith(WEAK.partition(head)[0] + head + "      - ")
    assert text.endswith("      # 结尾的注释\n")
    bare = small.path("scenarios/bare.yaml").read_text("utf-8")
    assert bare.startswith(BARE + "    expect:\n      - ")
    assert small.run("run").code == 0
    assert _kill_count(small) > before + 15
    assert _suggestions(small) == [] or _kill_count(small) > before


@pytest.mark.parametrize(
    "text",
    [
        WEAK.replace("\n", "\r\n"),
        "\ufeff" + WEAK,
        WEAK.rstrip("\n").partition("\n      #")[0],
        "name: 弱\nturns: [{prompt: 你是谁?, expect: [{length: {max: 5000}}]}]\n",
        "name: 弱\nturns:\n  - {prompt: 你是谁?}\n",
        "name: 弱\nturns:\n  - prompt: 你是谁?\n    expect: []\n",
        "name: 弱\nturns:\n  - expect:\n    - length:\n        max: 5000\n\n\n"
        "    prompt: 你是谁?\n",
        "name: 弱\nturns:\n- expect:\n  - equals: |\n      我是chatchat,一个虚拟的学术助手。\n"
        "    severity: warning\n  prompt: 你是谁?\n",
    ],
    ids=["crlf", "mark", "no-end", "flow", "flow-turn", "empty", "nested", "block"],
)
def test_any_layout_keeps_its_lines(small: ProjectFolder, text: str) -> None:
    path = small.path("scenarios/weak.yaml")
    path.write_bytes(text.encode("utf-8"))
    (turn,) = _suggestions(small, "弱", "--write")
    assert turn["written"], turn
    edited = path.read_bytes().decode("utf-8")
    old, new = text.splitlines(), edited.splitlines()
    if "turns: [{" not in text and "- {" not in text and "[]" not in text:
        assert [line for line in new if line in old] == old
    assert ("\r\n" in edited) == ("\r\n" in text)
    assert "\n" not in edited.replace("\r\n", "") or "\r\n" not in text
    assert edited.startswith("\ufeff") == text.startswith("\ufeff")
    assert small.run("run", "弱").code == 0


def test_an_alias_is_not_edited(small: ProjectFolder) -> None:
    text = (
        "defaults: {tags: [a]}\nscenarios:\n"
        "  - name: 弱\n    turns:\n      - prompt: 你是谁?\n        expect: &same\n"
        "          - length: {max: 5000}\n"
        "  - name: bare2\n    turns:\n      - prompt: 你是谁?\n        expect: *same\n"
    )
    small.write("scenarios/weak.yaml", text)
    result = small.run("suggest", "弱", "--write")
    assert result.code == 0
    assert "scenarios/weak.yaml:5:9: " in result.err
    assert small.path("scenarios/weak.yaml").read_text("utf-8") == text
