"""The elements of a Markdown text (CommonMark with tables), and what is not shown as intended."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from coze_harness.messages import LocalizedText, message

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

MAX_PARSED: Final = 20_000
"""Characters that are parsed: the parser's time is not linear for every text."""
_DEPTH: Final = 20
_ELEMENTS: Final = {
    "heading_open": "heading",
    "bullet_list_open": "list",
    "ordered_list_open": "list",
    "table_open": "table",
    "fence": "code_block",
    "code_block": "code_block",
    "blockquote_open": "quote",
    "strong_open": "bold",
    "link_open": "link",
    "image": "image",
}
ELEMENTS: Final = tuple(dict.fromkeys(_ELEMENTS.values()))
"""The names of the elements."""
_CLOSING_FENCE: Final = re.compile(r"[\s>]*(`{3,}|~{3,})\s*")
_ROW: Final = re.compile(r"\s*\|.*\|\s*")
_PIPE: Final = re.compile(r"(?<!\\)\|")
# Not a power as in 2**3, and not alone between spaces.
_STARS: Final = re.compile(
    r"(?<![*\w])\*{2,3}(?=[^\s*])|(?<=[^\s*])\*{2,3}(?![*\w])|(?<=[^\W\d_])\*{2,3}(?=[^\W\d_])"
)
_ASCII_STARS: Final = re.compile(r"[!-~]\*{2,3}[!-~]")


class MarkdownFault(NamedTuple):
    """Something that is not shown as it was intended: its line, from 0, and a sentence."""

    line: int
    reason: LocalizedText


class MarkdownStructure(NamedTuple):
    """What a Markdown text consists of."""

    elements: frozenset[str]
    faults: tuple[MarkdownFault, ...]


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt  # 50 ms to import, and only this kind needs it

    parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "maxNesting": _DEPTH})
    # Without `text_join`, an escaped mark stays apart from a mark that was left over.
    return parser.enable("table").disable("text_join")


def parse_markdown(text: str) -> MarkdownStructure:
    """Return the elements and the faults of a text of at most `MAX_PARSED` characters."""
    tokens = _parser().parse(text)
    lines = text.split("\n")
    types = {token.type for token in tokens}
    types |= {child.type for token in tokens for child in token.children or ()}
    elements = frozenset(name for kind, name in _ELEMENTS.items() if kind in types)
    faults = sorted(_faults(tokens, lines), key=lambda fault: fault.line)
    return MarkdownStructure(elements, tuple(faults))


def _faults(tokens: Sequence[Token], lines: Sequence[str]) -> Iterator[MarkdownFault]:
    head_cells = 0
    for token in tokens:
        first, last = token.map or (0, 0)
        if token.type == "fence" and not _is_closed(token, lines[first:last]):
            yield MarkdownFault(first, message("kind.markdown.fence", line=first + 1))
        elif token.type == "thead_open":
            head_cells = _count_cells(lines[first])
        elif token.type == "tr_open" and _count_cells(lines[first]) != head_cells:
            cells = _count_cells(lines[first])
            reason = message("kind.markdown.row", line=first + 1, n=cells, of=head_cells)
            yield MarkdownFault(first, reason)
        elif token.type == "inline":
            yield from _inline_faults(token, first)


def _is_closed(token: Token, lines: Sequence[str]) -> bool:
    closing = _CLOSING_FENCE.fullmatch(lines[-1]) if len(lines) > 1 else None
    return closing is not None and closing[1].startswith(token.markup)


def _count_cells(row: str) -> int:
    row = row.strip(" \t>").removeprefix("|")
    cells = _PIPE.split(row)
    return len(cells) - (not cells[-1].strip())


def _inline_faults(token: Token, first: int) -> Iterator[MarkdownFault]:
    rows = [_ROW.fullmatch(line) for line in token.content.split("\n")]
    for number, pair in enumerate(pairwise(rows)):
        if all(pair):
            yield MarkdownFault(
                first + number, message("kind.markdown.no_table", line=first + number + 1)
            )
            return
    line = first
    for child in token.children or ():
        if child.type in ("softbreak", "hardbreak"):
            line += 1
        elif child.type == "text" and "```" in child.content:
            yield MarkdownFault(line, message("kind.markdown.fence", line=line + 1))
        elif child.type == "text" and (stars := _left_over(child.content)):
            reason = message("kind.markdown.emphasis", line=line + 1, text=stars)
            yield MarkdownFault(line, reason)


def _left_over(text: str) -> str:
    """Return the first mark of emphasis in a text with what is around it; empty without one."""
    for match in _STARS.finditer(text):
        if not _ASCII_STARS.match(text, max(0, match.start() - 1)):
            return text[max(0, match.start() - 8) : match.end() + 8].strip()
    return ""
