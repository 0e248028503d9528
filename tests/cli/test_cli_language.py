"""The language of what commands print: option, harness.yaml, environment, locale."""

from __future__ import annotations

import json
import re

import click
import pytest
from coze_harness.cli.command_table import coze_harness
from project import ProjectFolder
from rich.cells import cell_len

HAN = re.compile(r"[\u4e00-\u9fff]")
COMMANDS = coze_harness.list_commands(click.Context(coze_harness))


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_fits_eighty_columns_in_both_languages(empty: ProjectFolder, command: str) -> None:
    words = [command] if command else []
    english = empty.run(*words, "--help")
    chinese = empty.run("--lang", "zh", *words, "--help")
    for result in (english, chinese):
        assert (result.code, result.err) == (0, "")
        assert max(map(cell_len, result.out.splitlines())) <= 80, result.out
        assert all(option in result.out for option in ("--lang", "--debug", "-h, --help"))
        assert "COZE_HARNESS_LANG" in result.out
    assert not HAN.search(english.out.replace("你是谁?", "").replace("买错了可以退吗？", ""))
    assert english.out.startswith("Usage: coze-harness ")
    assert chinese.out.startswith("用法：coze-harness ")
    example = english.out.partition("\nExample: ")[2]
    assert chinese.out.endswith(f"\n示例：{example}")
    # Every paragraph and entry is translated.
    assert not re.search(r"^  \S+ .* [a-z]+ [a-z]+ [a-z]+ ", chinese.out, re.MULTILINE)


@pytest.mark.parametrize(
    "arguments",
    [
        ("rum",),
        ("run", "--tga", "x"),
        ("run", "--workers", "0"),
        ("run", "--workers"),
        ("run", "--strict=1"),
        ("mutate", "--fail-under", "2"),
        ("mutate", "--seed", "x"),
        ("schema", "scenarios"),
        ("schema", "scenario", "harness"),
        ("report",),
        ("serve",),
    ],
)
def test_errors_of_the_command_line_are_translated(
    empty: ProjectFolder, arguments: tuple[str, ...]
) -> None:
    for lang, has_han in (("en", False), ("zh", True)):
        result = empty.run(*arguments, "--lang", lang)
        assert (result.code, result.out) == (2, "")
        what, step = result.err.splitlines()
        assert bool(HAN.search(what)) is has_han, what
        assert step.startswith("  下一步：" if has_han else "  next: ")


def test_the_option_wins_over_the_file_the_environment_and_the_locale(
    recorded_project: ProjectFolder,
) -> None:
    def is_chinese(*arguments: str, **env: str) -> bool:
        result = recorded_project.run("list", *arguments, env=env)
        assert result.code == 0, result
        return "次测试" in result.last

    assert not is_chinese()
    assert is_chinese(LANG="zh_CN.UTF-8")
    assert not is_chinese(LANG="zh_CN.UTF-8", COZE_HARNESS_LANG="en")
    recorded_project.write("harness.yaml", f"lang: zh\n{recorded_project.read('harness.yaml')}")
    assert is_chinese(COZE_HARNESS_LANG="en")
    assert not is_chinese("--lang", "en")
    assert not is_chinese("--lang=en")


def test_an_error_after_the_settings_is_in_their_language(recorded_project: ProjectFolder) -> None:
    recorded_project.write("harness.yaml", f"lang: zh\n{recorded_project.read('harness.yaml')}")
    result = recorded_project.run("run", "nowhere")
    assert result.code == 2
    assert "下一步：" in result.err
    recorded_project.write("harness.yaml", "lang: fr\n")
    result = recorded_project.run("run", env={"COZE_HARNESS_LANG": "zh"})
    assert result.code == 2
    assert result.err.startswith("harness.yaml:1:7: ")


def test_the_page_follows_the_browser_unless_a_language_is_chosen(
    recorded_project: ProjectFolder,
) -> None:
    def lang() -> str:
        page = recorded_project.read("reports/latest/index.html")
        match = re.search(r'"lang": ?"(\w*)"', page)
        assert match, page[:400]
        return match[1]

    recorded_project.run("run", env={"COZE_HARNESS_LANG": "zh"})
    first = lang()
    recorded_project.run("run", "--lang", "zh")
    assert (first, lang()) == ("", "zh")


def test_ids_and_states_in_json_are_never_translated(recorded_project: ProjectFolder) -> None:
    english = recorded_project.run("list", "--json")
    chinese = recorded_project.run("list", "--json", "--lang", "zh")
    assert json.loads(english.out) == json.loads(chinese.out)


def test_asking_is_reported_in_the_language_of_the_project(project: ProjectFolder) -> None:
    project.write("harness.yaml", f"lang: zh\n{project.read('harness.yaml')}")
    result = project.run("ask", "你是谁?")
    assert result.code == 0, result
    assert result.out.startswith("我是chatchat")
    assert not re.search(r"[A-Za-z]+ [a-z]+ [a-z]+", result.err), result.err
    for arguments in (("record",), ("live", "identity"), ("compare", "identity")):
        lines = project.run(*arguments).err.splitlines()
        assert all(HAN.search(line) for line in lines if not line.startswith("  ")), lines
