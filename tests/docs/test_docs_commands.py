"""Commands in the documentation exist with their options; the table of commands is complete."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from functools import cache

import click
import doc_pages
import pytest
from coze_harness.cli.command_table import coze_harness
from doc_pages import PAGES, ROOT
from kind_tables import PAGE_OF_COMMANDS, with_commands

DESIGNED = (
    "init", "run", "record", "live", "compare", "accept", "check", "report", "mutate", "ask",
    "view", "serve", "capture", "list", "schema", "history", "new", "prune", "suggest",
    "completion", "try", "import", "judge-check",
)  # fmt: skip
TO_COME = ("capture",)
"""Commands of the design that the program does not have yet."""


def _commands() -> dict[str, click.Command]:
    context = click.Context(coze_harness)
    commands = {name: coze_harness.get_command(context, name) for name in _command_names()}
    return {name: command for name, command in commands.items() if command is not None}


def _command_names() -> list[str]:
    return coze_harness.list_commands(click.Context(coze_harness))


def _parse(words: Sequence[str]) -> None:
    """Parse a command line without running it; raises its errors."""
    name, *rest = words
    if name in ("--help", "--version", "COMMAND"):
        return
    command = _commands().get(name)
    assert command is not None, f"there is no command {name}"
    if rest != ["--help"]:
        command.make_context(name, rest)


@cache
def _pytests_options() -> frozenset[str]:
    """Return the options that pytest has with our plugin and pytest-xdist."""
    help_text = subprocess.run(
        [sys.executable, "-m", "pytest", "--help"], capture_output=True, check=True, text=True
    ).stdout
    # The help knows --junit-xml only by its newer name.
    return frozenset(re.findall(r"(?<!\w)--?[a-z][a-z-]*", help_text)) | {"--junitxml"}


def _check_line(words: Sequence[str]) -> None:
    """Fail if a line of a console example is not valid."""
    match words:
        case ["coze-harness", *rest]:
            _parse(rest)
        case ["python", "-m", "coze_harness", *rest]:
            _parse(rest)
        case ["python", "-m", package, *_]:
            assert (ROOT / package / "__main__.py").is_file()
        case ["pip", "install", name]:
            ours = tomllib.loads(doc_pages.source("pyproject.toml"))["project"]
            extras = [f"{ours['name']}[{extra}]" for extra in ours["optional-dependencies"]]
            assert name in (ours["name"], *extras)
        case ["pytest", *rest]:
            known = _pytests_options()
            assert all(word.partition("=")[0] in known for word in rest if word.startswith("-"))
        case ["make", target]:
            assert f"\n{target}:" in doc_pages.source("Makefile")
        case ["cd" | "export", *_] | []:
            pass
        case _:
            pytest.fail(f"unknown command: {words}")


@pytest.mark.parametrize("page", PAGES)
def test_commands_in_console_examples_exist_with_their_options(page: str) -> None:
    for line in doc_pages.command_lines(page):
        for words in doc_pages.commands(line):
            _check_line(words)


def test_the_readme_has_commands_to_type() -> None:
    assert {
        words[0]
        for line in doc_pages.command_lines("README.md")
        for words in doc_pages.commands(line)
    } >= {
        "pip",
        "coze-harness",
    }


@pytest.mark.parametrize(
    "line", ["coze-harness reccord", "coze-harness run --no-such-option", "pip install coze"]
)
def test_a_command_that_does_not_exist_is_noticed(line: str) -> None:
    (words,) = doc_pages.commands(line)
    with pytest.raises((AssertionError, click.UsageError)):
        _check_line(words)


@pytest.mark.parametrize("page", PAGES)
def test_commands_and_options_in_the_text_exist(page: str) -> None:
    options = {
        option
        for command in _commands().values()
        for parameter in command.params
        for option in parameter.opts
    }
    for code in doc_pages.inline_code(page):
        if code.startswith(("coze-harness ", "make ", "pip install ")):
            for words in doc_pages.commands(code):
                _check_line(words)
        elif code.startswith("--"):
            known = options | {"--help"} | _pytests_options()
            assert code.split()[0].partition("=")[0] in known, code


def test_each_command_shows_an_example_that_parses() -> None:
    for name, command in _commands().items():
        for words in doc_pages.commands(command.epilog or ""):
            _check_line(words)
            assert words[:2] == ["coze-harness", name]


def test_the_page_of_commands_has_the_help_of_each_with_all_options() -> None:
    assert with_commands() == doc_pages.source(PAGE_OF_COMMANDS), "run `make docs`"
    for name, command in _commands().items():
        section = doc_pages.source(PAGE_OF_COMMANDS).partition(f"\n## `{name}`\n")[2]
        page_section = section.partition("\n## ")[0]
        names = [one for parameter in command.params for one in parameter.opts if one[0] == "-"]
        assert [one for one in names if f" {one}" not in page_section] == []


def test_the_table_of_commands_is_complete() -> None:
    assert sorted(_command_names()) == sorted(set(DESIGNED) - set(TO_COME))
    assert list(_commands()) == _command_names()
    table = coze_harness.get_help(click.Context(coze_harness)).partition("Commands:\n")[2]
    names = [line.split()[0] for line in table.split("\n\n")[0].splitlines() if line[2:3].strip()]
    assert names == _command_names()


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_a_readme_is_short_and_names_every_command(page: str) -> None:
    assert doc_pages.source(page).count("\n") < 200
    words = set(doc_pages.inline_code(page))
    words |= {
        w for line in doc_pages.command_lines(page) for c in doc_pages.commands(line) for w in c
    }
    words |= {word for code in words for word in code.split()}
    assert [name for name in _command_names() if name not in words] == []
