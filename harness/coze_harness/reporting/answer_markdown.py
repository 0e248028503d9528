"""A bot's answer in Markdown as a tree of elements, which the page builds without any markup.

A tree is JSON: text is a string, an element ``[tag, attributes or 0, *children]``. It is made from
markdown-it's flat list of tokens with a stack of its own, so that no depth of nesting overflows
anything, and it holds the tags and attributes named here and no others. Nothing is hidden by it:
what Markdown would drop or only whisper (images, where links lead, cells beyond a table's width,
characters that nobody sees) is told in words, or the answer is left as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

import orjson

from coze_harness.reporting.visible import ANSWER_LIMIT, show_control_characters

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

Node = list[object]

# Most answers are plain. Each of the two takes a fraction of a microsecond to say so.
_INLINE = re.compile(r"[*_`~\[<\\&|]")
_LINE_START = re.compile(r"\n {0,3}(?:[-+>=]|#{1,6}[ \t]|\d{1,9}[.)][ \t])|\n(?: {4}|\t)")

_DEPTH = 64
# Each row of a table has as many cells as its head, written or not: 13 KB can ask for 100,000.
_CELLS = 10_000
_TAGS = {
    # The page has a first and a second heading of its own.
    "h1": "h3",
    "h2": "h4",
    "h3": "h5",
    "h4": "h6",
    "h5": "h6",
    "h6": "h6",
    **{tag: tag for tag in ("p", "ul", "ol", "li", "blockquote", "em", "strong", "s", "hr", "br")},
    **{tag: tag for tag in ("table", "thead", "tbody", "tr", "th", "td")},
}
_TEXT = ("text", "text_special", "html_inline", "html_block")
_PICTURE = "data:image/"
_HOST = re.compile(r"[a-z0-9.-]+|[0-9a-f:.]*:[0-9a-f:.]*")
_MAIL = re.compile(r"mailto:([^\s@?]+@[^\s@?]+)(?:\?\S*)?", re.IGNORECASE)


def markdown_tree(text: str) -> str:
    """Return an answer's Markdown as a tree in JSON, or ``""`` to show the text as it is.

    That is so for a text in which Markdown would change nothing, for one over `ANSWER_LIMIT`
    characters or nested more than 64 deep, and for one of which Markdown would not show all.
    A single line end is a line end, as chats have it; raw HTML is text; an image becomes a chip
    with its host and is never loaded; only absolute http, https and mailto links lead anywhere.

    Args:
        text: the answer, after `show_control_characters`.
    """
    if len(text) > ANSWER_LIMIT or not _marked(text):
        return ""
    rows = text.count("\n") + 1
    if rows * max(map(_bars, text.split("\n"))) > _CELLS:
        return ""
    try:
        tokens = _parser().parse(text)
    except RecursionError:  # no known text does that; the next release of the parser may
        return ""
    if not _whole(tokens, text):
        return ""
    tree = _Growing().grown(tokens)
    return "" if _changes_nothing(tree, text) else orjson.dumps(tree).decode()


def _marked(text: str) -> bool:
    return bool(
        _INLINE.search(text) or _LINE_START.search(text) or _LINE_START.match(f"\n{text[:12]}")
    )


def _bars(line: str) -> int:
    return line.count("|")


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt  # 50 ms to import, and plain answers do not need it

    from coze_harness.reporting.emphasis import emphasis

    made = MarkdownIt("commonmark", {"html": False, "linkify": False, "maxNesting": _DEPTH})
    # A link's definition elsewhere would be out of sight.
    made.enable(["table", "strikethrough"]).disable("reference")
    made.inline.ruler.at("emphasis", emphasis)
    # What must not lead anywhere stays as it was written.
    made.validateLink = lambda url: bool(_host(url)) or url.startswith(_PICTURE)  # type: ignore[method-assign]  # markdown-it's own way to set it
    return made


def _host(url: str) -> str:
    """Return where a link leads: a host or a mail address; empty for what is no such link."""
    if mail := _MAIL.fullmatch(url):
        return mail[1]
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return ""
    leads = parts.scheme in ("http", "https") and url.isascii() and url.isprintable()
    return host if leads and _HOST.fullmatch(host) else ""


def _whole(tokens: Sequence[Token], text: str) -> bool:
    """Tell whether all letters and digits are in some token.

    The parser leaves out what is nested too deep, and cells of a row that has more than the head.
    """
    if any(token.level >= _DEPTH - 1 for token in tokens):
        return False
    told = (f"{token.content}{token.info}" for token in tokens)
    return _letters(chain.from_iterable(told)) >= _letters(text)


def _letters(characters: chain[str] | str) -> int:
    return sum(map(str.isalnum, characters))


def _changes_nothing(tree: Node, text: str) -> bool:
    said: list[str] = []
    for paragraph in cast("list[Node]", tree[2:]):
        if paragraph[0] != "p":
            return False
        for child in paragraph[2:]:
            if not isinstance(child, str) and child != ["br", 0]:
                return False
            said.append(child if isinstance(child, str) else " ")
        said.append(" ")
    return "".join(said).split() == text.split()


class _Growing:
    """A tree while it grows: the elements that are open, the innermost last."""

    def __init__(self) -> None:
        self._open: list[Node] = [["div", 0]]
        self._said: list[str] = []
        self._links: list[tuple[str, int]] = []
        self._lists: list[tuple[int, int] | None] = []  # the number before, and the next

    def grown(self, tokens: Sequence[Token]) -> Node:
        """Return the tree of a whole text's tokens."""
        for token in tokens:
            if token.type == "inline":
                for child in token.children or ():
                    self._take(child)
            else:
                self._take(token)
        return self._open[0]

    def _take(self, token: Token) -> None:
        kind = token.type
        if token.hidden:
            return
        if kind in _TEXT:
            self._say(token.content)
        elif kind in ("link_open", "link_close"):
            self._link(token)
        elif kind == "image":
            self._picture(token)
        elif kind in ("fence", "code_block", "code_inline"):
            self._code(token)
        elif kind == "softbreak":
            self._put(["br", 0])
        elif token.nesting > 0:
            self._begin(token)
        elif token.nesting < 0:
            self._end(token)
        elif tag := _TAGS.get(token.tag):
            self._put([tag, 0])
        else:
            self._say(token.content)

    def _say(self, text: str) -> None:
        # Character references have become characters since the text was made visible.
        shown = show_control_characters(text)
        if not shown:
            return
        self._said.append(shown)
        inner = self._open[-1]
        if len(inner) > 2 and isinstance(inner[-1], str):
            inner[-1] += shown
        else:
            inner.append(shown)

    def _put(self, node: Node) -> None:
        self._open[-1].append(node)

    def _push(self, node: Node) -> None:
        """Open an element; too deep inside others, its text goes into the innermost of them."""
        if len(self._open) < _DEPTH:
            self._put(node)
            self._open.append(node)
        else:
            self._open.append(self._open[-1])

    def _begin(self, token: Token) -> None:
        tag = _TAGS.get(token.tag, "span")
        attributes: dict[str, str] = {}
        if tag == "ol":
            start = int(token.attrs.get("start", 1))
            self._lists.append((start, start))
            if start != 1:
                attributes["start"] = str(start)
        elif tag == "ul":
            self._lists.append(None)
        elif tag == "li":
            attributes = self._numbered(token.info)
        elif align := str(token.attrs.get("style", "")).removeprefix("text-align:"):
            attributes["class"] = align
        self._push([tag, attributes or 0])

    def _end(self, token: Token) -> None:
        self._open.pop()
        if token.tag in ("ol", "ul"):
            self._lists.pop()

    def _numbered(self, written: str) -> dict[str, str]:
        """Keep the number that the bot wrote, unless it left counting to Markdown (1. 1. 1.)."""
        if not (counting := self._lists[-1]):
            return {}
        repeated, due = counting
        number = int(written) if written.isdecimal() else due
        if number == due or number == repeated == 1:
            # A list that has counted once goes on counting: its next 1 is a 1.
            self._lists[-1] = (number, due + 1)
            return {}
        self._lists[-1] = (number, number + 1)
        return {"value": str(number)}

    def _link(self, token: Token) -> None:
        if token.nesting > 0:
            url = str(token.attrs.get("href", ""))
            self._links.append((_host(url), len(self._said)))
            self._push(["a", {"href": url}] if _host(url) else ["span", 0])
            return
        self._open.pop()
        host, since = self._links.pop()
        if host and host.casefold() not in "".join(self._said[since:]).casefold():
            self._put(["span", {"class": "host"}, f" ({show_control_characters(host)})"])

    def _picture(self, token: Token) -> None:
        url = str(token.attrs.get("src", ""))
        told = [part for part in (token.content, _host(url) or url.partition(":")[0]) if part]
        self._put(["span", {"class": "chip"}, show_control_characters(f"🖼 {' · '.join(told)}")])

    def _code(self, token: Token) -> None:
        shown = show_control_characters(token.content)
        self._said.append(shown)
        code: Node = ["code", 0, *((shown,) if shown else ())]
        if token.type == "code_inline":
            self._put(code)
            return
        language = show_control_characters(token.info.strip())
        named: list[Node] = [["span", {"class": "lang"}, language]] if language else []
        self._put(["pre", 0, *named, code])
