"""The tables in the documentation that are written from the code: `make docs`."""

from __future__ import annotations

import re
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path

import click
from coze_harness.cli.command_help import LocalizedCommand, help_lines
from coze_harness.cli.command_table import coze_harness
from coze_harness.expectations import KINDS
from coze_harness.messages import Catalogue
from coze_harness.model import CAPABILITIES, LIMITED_KEYS
from coze_harness.model.errors import ScenarioError
from coze_harness.text.secret_rules import RULES
from doc_pages import ROOT, source
from kind_pages import PAGES_OF_KINDS, escape, with_kind_sections
from mistakes import ITEM_HEAD, MISTAKES, PROMPT_HEAD
from scenario_project import errors_of

PAGES_WITH_KINDS = ("docs/scenarios.md",)
PAGE_OF_TARGETS = "docs/targets/README.md"
PAGE_OF_MISTAKES = "docs/mistakes.md"

_TABLE = re.compile(r"(<!-- kinds: written by `make docs` -->\n).*?(\n<!-- end -->)", re.DOTALL)


def kind_table() -> str:
    """Return the table of all kinds in Markdown."""
    rows = (f"| `{one.kind}` | `{one.example}` | {one.summary} |" for one in KINDS.values())
    return "\n".join(("| kind | example | what it expects |", "| --- | --- | --- |", *rows))


def with_kind_table(page: str) -> str:
    """Return a page's text with its table of kinds written again."""
    text, count = _TABLE.subn(lambda match: match[1] + kind_table() + match[2], source(page))
    assert count == 1, f"{page} has no place for the table of kinds"
    return text


PAGE_WITH_SECRETS = "docs/cassettes.md"
_SECRETS = re.compile(r"(<!-- secrets: written by `make docs` -->\n).*?(<!-- end -->)", re.DOTALL)


def with_secret_table(page: str) -> str:
    """Return a page's text with its table of secrets written again."""
    rows = [f"| {rule.secrets} | {rule.shape} |" for rule in RULES]
    table = "\n".join(("| secrets of | shape |", "| --- | --- |", *rows, ""))
    text, count = _SECRETS.subn(lambda match: match[1] + table + match[2], source(page))
    assert count == 1, f"{page} has no place for the table of secrets"
    return text


def capability_table() -> str:
    """Return the table of what each kind of target can do, in Markdown."""
    kinds = list(CAPABILITIES.values())
    heads = [str(one.title).removeprefix("a ").removeprefix("bot of ") for one in kinds]
    lines = [f"| can | {' | '.join(heads)} |", f"| --- |{' --- |' * len(kinds)}"]
    for key in sorted(LIMITED_KEYS - {"resume"}):
        marks = ("✓" if key in one.scenario_keys else "" for one in kinds)
        lines.append(f"| `{key}` | {' | '.join(marks)} |")
    for words, name in (
        ("`compare --draft`", "has_drafts"),
        ("`compare --bot-version`", "has_versions"),
        ("version, model and prompt in recordings", "has_snapshot"),
    ):
        marks = ("✓" if getattr(one, name) else "" for one in kinds)
        lines.append(f"| {words} | {' | '.join(marks)} |")
    return "\n".join(line.replace("|  |", "| |").replace("|  |", "| |") for line in lines)


def with_capability_table() -> str:
    """Return the text of the page of targets with its table written again."""
    return _with_table(PAGE_OF_TARGETS, "capabilities", capability_table())


def mistake_rows() -> Iterator[str]:
    """Yield a row for each mistake: what is written, and its first error in both languages."""
    words = Catalogue("en"), Catalogue("zh")
    with tempfile.TemporaryDirectory() as folder:
        for text in dict.fromkeys(mistake.text for mistake in MISTAKES):
            error = errors_of(Path(folder), text)[0]
            # Markdown's code cannot have a backtick.
            if error.where is None or "`" in text:
                continue
            lines = text.removeprefix(ITEM_HEAD).removeprefix(PROMPT_HEAD).rstrip()
            text = textwrap.dedent(lines).replace("\n", "⏎").replace("\u200b", "\\u200b")
            place = f"{error.where.line}:{error.where.column}"
            cells = " | ".join(_cell(error, language) for language in words)
            yield f"| `{text}` | {place} | {cells} |"


def _cell(error: ScenarioError, words: Catalogue) -> str:
    """Return an error as a cell of a table: outside of code, nothing is Markdown."""
    first, *rest = error.lines(words)
    lines = [first.removeprefix(f"{error.where}: "), *rest]
    return escape("\n".join(line.strip() for line in lines))


def mistake_table() -> str:
    """Return the table of typical mistakes, in Markdown."""
    return "\n".join(
        ("| written | place | English | 中文 |", "| --- | --- | --- | --- |", *mistake_rows())
    )


def with_mistake_table() -> str:
    """Return the text of the page of mistakes with its table written again."""
    return _with_table(PAGE_OF_MISTAKES, "mistakes", mistake_table())


def _with_table(page: str, name: str, table: str) -> str:
    begin, end = f"<!-- {name}: written by `make docs` -->\n", "<!-- end -->"
    before, marker, rest = source(page).partition(begin)
    assert marker, f"{page} has no place for its table"
    return f"{before}{begin}{table}\n{end}{rest.partition(end)[2]}"


PAGE_OF_COMMANDS = "docs/commands.md"


def with_commands() -> str:
    """Return the text of the page of commands with the help of each written again."""
    begin = "<!-- commands: written by `make docs` -->\n"
    context = click.Context(coze_harness)
    sections = []
    for name in coze_harness.list_commands(context):
        command = coze_harness.get_command(context, name)
        assert isinstance(command, LocalizedCommand)
        lines = help_lines(command, f"coze-harness {name}", Catalogue(), 80)
        output = "\n".join(lines)
        sections.append(f"\n## `{name}`\n\n```text\n{output}\n```\n")
    return source(PAGE_OF_COMMANDS).partition(begin)[0] + begin + "".join(sections)


if __name__ == "__main__":
    (ROOT / PAGE_OF_COMMANDS).write_text(with_commands(), "utf-8")
    for name in PAGES_WITH_KINDS:
        (ROOT / name).write_text(with_kind_table(name), "utf-8")
    (ROOT / PAGE_WITH_SECRETS).write_text(with_secret_table(PAGE_WITH_SECRETS), "utf-8")
    (ROOT / PAGE_OF_TARGETS).write_text(with_capability_table(), "utf-8")
    (ROOT / PAGE_OF_MISTAKES).write_text(with_mistake_table(), "utf-8")
    for name in PAGES_OF_KINDS:
        (ROOT / name).write_text(with_kind_sections(name), "utf-8")
