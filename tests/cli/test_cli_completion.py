"""Shells complete commands, options and the project's names; errors complete nothing."""

from __future__ import annotations

import shutil
import subprocess
import sys

import click
import pytest
from coze_harness.cli.command_table import coze_harness
from project import ProjectFolder


def _complete(project: ProjectFolder, *words: str) -> list[str]:
    """Return what the last word can be completed to, in the order that it is offered."""
    return _complete_line(project, " ".join(["coze-harness", *words]))


def _complete_line(project: ProjectFolder, line: str, shell: str = "bash") -> list[str]:
    """Return what a shell offers at the end of a line."""
    word = "" if line.endswith(" ") else line.rpartition(" ")[2]
    result = project.run(
        env={
            "_COZE_HARNESS_COMPLETE": f"{shell}_complete",
            "COMP_LINE": line,
            "COMP_WORDS": line,
            "COMP_CWORD": word if shell == "fish" else str(len(line.split(" ")) - 1),
        }
    )
    if shell == "zsh":
        lines = result.out.splitlines()
        return [lines[at + 1] for at in range(0, len(lines), 3) if lines[at] == "plain"]
    assert (result.code, result.err) == (0, "")
    pairs = [line.partition(",")[::2] for line in result.out.splitlines()]
    return [value for kind, value in pairs if kind == "plain"]


def test_commands_and_options_are_completed(recorded_project: ProjectFolder) -> None:
    assert _complete(recorded_project, "") == coze_harness.list_commands(
        click.Context(coze_harness)
    )
    assert _complete(recorded_project, "re") == ["record", "report"]
    assert _complete(recorded_project, "run", "--str") == ["--strict", "--strict-known"]
    assert _complete(recorded_project, "run", "--layout", "") == ["single", "folder"]
    assert _complete(recorded_project, "--lang", "zh", "mut") == ["mutate"]


def test_names_of_the_project_are_completed(recorded_project: ProjectFolder) -> None:
    assert _complete(recorded_project, "run", "") == ["identity", "weather", "wrong"]
    assert _complete(recorded_project, "run", "w") == ["weather", "wrong"]
    assert _complete(recorded_project, "check", "identity", "wr") == ["wrong"]
    assert _complete(recorded_project, "live", "--tag", "") == ["smoke", "tools", "zh"]
    assert _complete(recorded_project, "live", "--bot", "s") == ["second"]
    assert _complete(recorded_project, "accept", "ide") == ["identity"]
    assert _complete(recorded_project, "report", "") == ["latest", *recorded_project.runs()]
    assert _complete(recorded_project, "run", "--resume", "la") == ["latest"]


def test_chinese_names_are_completed(empty: ProjectFolder) -> None:
    empty.write("scenarios/a.yaml", "name: 退款流程\ntags: [冒烟]\nturns: [{prompt: 好}]\n")
    assert _complete(empty, "run", "退") == ["退款流程"]
    assert _complete(empty, "run", "--tag", "冒") == ["冒烟"]


@pytest.mark.parametrize(
    ("line", "completions"),
    [
        ("run or", [r"order\ refund"]),
        (r"run order\ re", [r"order\ refund"]),
        ("run 'order re", ["order refund"]),
        ('run "order re', ["order refund"]),
        ("run it", [r"it\'s"]),
        ("run ns", ["ns:one"]),
        ("run ns:", ["one"]),  # bash keeps what stands before the colon
        ("run --tag=sm", ["smoke"]),
        ("run --tag a:", ["b"]),
        ("run --tag=a:", ["b"]),
        ("run --tag tw", [r"two\ words"]),
    ],
)
def test_bash_gets_names_as_it_inserts_them(
    empty: ProjectFolder, line: str, completions: list[str]
) -> None:
    _write_odd_names(empty)
    assert _complete_line(empty, f"coze-harness {line}") == completions


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_the_value_of_an_option_with_an_equals_sign_keeps_the_option(
    empty: ProjectFolder, shell: str
) -> None:
    _write_odd_names(empty)
    assert _complete_line(empty, "coze-harness run --tag=sm", shell) == ["--tag=smoke"]
    assert _complete_line(empty, "coze-harness run --tag sm", shell) == ["smoke"]


def _write_odd_names(project: ProjectFolder) -> None:
    rows = [f'  - {{name: "{name}", turns: [{{prompt: x}}]}}' for name in ("ns:one", "it's")]
    tagged = '  - {name: order refund, tags: [smoke, "a:b", two words], turns: [{prompt: x}]}'
    project.write("scenarios/odd.yaml", "\n".join(["scenarios:", *rows, tagged, ""]))


def test_a_real_bash_inserts_a_name_with_a_space(empty: ProjectFolder) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("needs bash")
    _write_odd_names(empty)
    script = empty.run("completion", "bash").out
    # What readline does: it sets the variables, calls the function and takes COMPREPLY.
    program = empty.root / "bin" / "coze-harness"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m coze_harness "$@"\n')
    program.chmod(0o755)
    shell_input = f"""{script}
PATH="{program.parent}:$PATH"
compopt() {{ :; }}
COMP_LINE='coze-harness run or' COMP_POINT=19
_coze_harness_completion coze-harness or run
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    result = subprocess.run(
        [bash, "--norc", "--noprofile"], input=shell_input, text=True, capture_output=True,
        check=False, cwd=empty.root, env=empty.env,
    )  # fmt: skip
    assert (result.stdout, result.stderr) == ("order\\ refund\n", "")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("harness.yaml", "bots: ["),
        ("scenarios/wrong.yaml", "turns: ["),
        ("scenarios/wrong.yaml", "trns: []"),
    ],
)
def test_errors_in_files_are_silent(recorded_project: ProjectFolder, name: str, text: str) -> None:
    recorded_project.write(name, text)
    names = _complete(recorded_project, "run", "")
    assert names == ([] if name == "harness.yaml" else ["identity", "weather"])
    for words in (("nowhere", ""), ("run", "--nowhere", "x"), ("run", "--workers", "x", "--re")):
        _complete(recorded_project, *words)


def test_help_of_options_is_in_the_language_of_the_locale(empty: ProjectFolder) -> None:
    result = empty.run(
        env={
            "_COZE_HARNESS_COMPLETE": "zsh_complete",
            "COMP_WORDS": "coze-harness run --stric",
            "COMP_CWORD": "2",
            "LANG": "zh_CN.UTF-8",
        }
    )
    kind, option, text = result.out.splitlines()[:3]
    assert (kind, option) == ("plain", "--strict")
    assert "录制" in text


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_for_a_shell_is_accepted_by_it(empty: ProjectFolder, shell: str) -> None:
    result = empty.run("completion", shell)
    assert (result.code, result.err) == (0, "")
    assert "coze-harness" in result.out
    if program := shutil.which(shell):
        checked = subprocess.run(
            [program, "-n"], input=result.out, text=True, capture_output=True, check=False
        )
        assert checked.returncode == 0, checked.stderr
