"""Shells complete commands, options and the project's names; errors complete nothing."""

from __future__ import annotations

import shutil
import subprocess

import click
import pytest
from coze_harness.cli.command_table import coze_harness
from project import ProjectFolder


def _complete(project: ProjectFolder, *words: str) -> list[str]:
    """Return what the last word can be completed to, in the order that it is offered."""
    done = project.does(
        env={
            "_COZE_HARNESS_COMPLETE": "bash_complete",
            "COMP_WORDS": " ".join(["coze-harness", *words]),
            "COMP_CWORD": str(len(words)),
        }
    )
    assert (done.code, done.err) == (0, "")
    pairs = [line.partition(",")[::2] for line in done.out.splitlines()]
    return [value for kind, value in pairs if kind == "plain"]


def test_commands_and_options_are_completed(recorded: ProjectFolder) -> None:
    assert _complete(recorded, "") == coze_harness.list_commands(click.Context(coze_harness))
    assert _complete(recorded, "re") == ["record", "report"]
    assert _complete(recorded, "run", "--str") == ["--strict", "--strict-known"]
    assert _complete(recorded, "run", "--layout", "") == ["single", "folder"]
    assert _complete(recorded, "--lang", "zh", "mut") == ["mutate"]


def test_names_of_the_project_are_completed(recorded: ProjectFolder) -> None:
    assert _complete(recorded, "run", "") == ["identity", "weather", "wrong"]
    assert _complete(recorded, "run", "w") == ["weather", "wrong"]
    assert _complete(recorded, "check", "identity", "wr") == ["wrong"]
    assert _complete(recorded, "live", "--tag", "") == ["smoke", "tools", "zh"]
    assert _complete(recorded, "live", "--bot", "s") == ["second"]
    assert _complete(recorded, "accept", "ide") == ["identity"]
    assert _complete(recorded, "report", "") == ["latest", *recorded.runs()]
    assert _complete(recorded, "run", "--resume", "la") == ["latest"]


def test_chinese_names_are_completed(empty: ProjectFolder) -> None:
    empty.write("scenarios/a.yaml", "name: 退款流程\ntags: [冒烟]\nturns: [{prompt: 好}]\n")
    assert _complete(empty, "run", "退") == ["退款流程"]
    assert _complete(empty, "run", "--tag", "冒") == ["冒烟"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("harness.yaml", "bots: ["),
        ("scenarios/wrong.yaml", "turns: ["),
        ("scenarios/wrong.yaml", "trns: []"),
    ],
)
def test_errors_in_files_are_silent(recorded: ProjectFolder, name: str, text: str) -> None:
    recorded.write(name, text)
    found = _complete(recorded, "run", "")
    assert found == ([] if name == "harness.yaml" else ["identity", "weather"])
    for words in (("nowhere", ""), ("run", "--nowhere", "x"), ("run", "--workers", "x", "--re")):
        _complete(recorded, *words)


def test_help_of_options_is_in_the_language_of_the_locale(empty: ProjectFolder) -> None:
    done = empty.does(
        env={
            "_COZE_HARNESS_COMPLETE": "zsh_complete",
            "COMP_WORDS": "coze-harness run --stric",
            "COMP_CWORD": "2",
            "LANG": "zh_CN.UTF-8",
        }
    )
    kind, option, text = done.out.splitlines()[:3]
    assert (kind, option) == ("plain", "--strict")
    assert "录制" in text


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_for_a_shell_is_accepted_by_it(empty: ProjectFolder, shell: str) -> None:
    done = empty.does("completion", shell)
    assert (done.code, done.err) == (0, "")
    assert "coze-harness" in done.out
    if program := shutil.which(shell):
        checked = subprocess.run(
            [program, "-n"], input=done.out, text=True, capture_output=True, check=False
        )
        assert checked.returncode == 0, checked.stderr
