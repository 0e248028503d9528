"""The tables in the documentation that are written from the code: `make docs`."""

from __future__ import annotations

import re

import click
from coze_harness.cassettes.secret_rules import RULES
from coze_harness.cli.command_help import LocalizedCommand, help_lines
from coze_harness.cli.command_table import coze_harness
from coze_harness.expectations import summarize_kinds
from coze_harness.messages import Catalogue
from coze_harness.model import CAPABILITIES, LIMITED_KEYS
from doc_pages import ROOT, source

PAGES_WITH_KINDS = ("README.md", "docs/scenarios.md")
PAGE_OF_TARGETS = "docs/targets/README.md"

_TABLE = re.compile(r"(<!-- kinds: written by `make docs` -->\n).*?(\n<!-- end -->)", re.DOTALL)


def kind_table() -> str:
    """Return the table of all kinds in Markdown."""
    rows = (f"| `{one.kind}` | `{one.example}` | {one.summary} |" for one in summarize_kinds())
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
    heads = [one.title.removeprefix("a ").removeprefix("bot of ") for one in kinds]
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
    begin, end = "<!-- capabilities: written by `make docs` -->\n", "<!-- end -->"
    before, _, rest = source(PAGE_OF_TARGETS).partition(begin)
    return f"{before}{begin}{capability_table()}\n{end}{rest.partition(end)[2]}"


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
        shown = "\n".join(lines)
        sections.append(f"\n## `{name}`\n\n```text\n{shown}\n```\n")
    return source(PAGE_OF_COMMANDS).partition(begin)[0] + begin + "".join(sections)


if __name__ == "__main__":
    (ROOT / PAGE_OF_COMMANDS).write_text(with_commands(), "utf-8")
    for name in PAGES_WITH_KINDS:
        (ROOT / name).write_text(with_kind_table(name), "utf-8")
    (ROOT / PAGE_WITH_SECRETS).write_text(with_secret_table(PAGE_WITH_SECRETS), "utf-8")
    (ROOT / PAGE_OF_TARGETS).write_text(with_capability_table(), "utf-8")
