"""The project's own pages, taken apart: fenced examples, tables, headings, links, inline code."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("README.md", "README.zh-CN.md", "ARCHITECTURE.md", "CHANGELOG.md", *sorted(
    page.relative_to(ROOT).as_posix() for page in (ROOT / "docs").rglob("*.md")
))  # fmt: skip

_FILE_NAME = re.compile(r"# (\S+\.ya?ml)$")


@dataclass(frozen=True)
class Block:
    """A fenced example; `name` is the file that it stands for, if it says so."""

    page: str
    line: int
    language: str
    name: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def source(page: str) -> str:
    return (ROOT / page).read_text("utf-8")


def tokens(page: str) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(source(page))


def blocks(page: str, *languages: str) -> list[Block]:
    """Return a page's examples in some languages.

    The file that one stands for is named in its first line (`# scenarios/a.yaml`) or, where a
    comment would be data, behind the language.
    """
    page_blocks = []
    for token in tokens(page):
        if token.type != "fence":
            continue
        language, _, name = token.info.partition(" ")
        first = _FILE_NAME.match(token.content.partition("\n")[0])
        if language in languages:
            assert token.map
            name = name or (first[1] if first else "")
            page_blocks.append(Block(page, token.map[0] + 1, language, name, token.content))
    return page_blocks


def _inline(page: str) -> Iterator[Token]:
    for token in tokens(page):
        yield from token.children or ()


def inline_code(page: str) -> list[str]:
    return [token.content for token in _inline(page) if token.type == "code_inline"]


def links(page: str) -> list[str]:
    targets = [
        str(token.attrGet("href" if token.type == "link_open" else "src"))
        for token in _inline(page)
        if token.type in ("link_open", "image")
    ]
    return [target for target in targets if "://" not in target]


def anchors(page: str) -> set[str]:
    """Return the anchors that GitHub gives a page's headings."""
    names: set[str] = set()
    read = tokens(page)
    for heading, inline in pairwise(read):
        if heading.type == "heading_open":
            text = "".join(child.content for child in inline.children or ())
            names.add(re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-"))
    return names


def rows(page: str, first_column: str, section: str) -> list[list[str]]:
    """Return the cells, as they are written, of a section's table with this first column."""
    lines = iter(source(page).split(f"# {section}\n", 1)[1].split("\n"))
    next(line for line in lines if line.startswith(f"| {first_column} |"))
    next(lines)
    table: list[list[str]] = []
    for line in lines:
        if not line.startswith("|"):
            return table
        table.append([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
    return table


def names(cell: str) -> list[str]:
    """Return the names in a cell's code spans."""
    return re.findall(r"`([^`]+)`", cell)


def commands(line: str) -> list[list[str]]:
    """Return the commands in a line of a shell, as words; comments and redirections are gone."""
    words: list[list[str]] = [[]]
    for word in shlex.split(line, comments=True):
        if word == "&&":
            words.append([])
        elif word == ">":
            break
        elif words[-1] or not re.match(r"[A-Z_]+=", word):
            words[-1].append(word)
    return words


def command_lines(page: str) -> list[str]:
    """Return what a page's console examples have users type."""
    return [
        line.removeprefix("$ ")
        for block in blocks(page, "console")
        for line in block.text.split("\n")
        if line.startswith("$ ")
    ]
