"""A bot's answer in Markdown as a tree of elements, from which the page builds DOM nodes.

A tree is JSON: text is a string, an element ``[tag, attributes or 0, *children]``. It is built
from markdown-it's flat list of tokens with an explicit stack, so deep nesting cannot overflow, and
has no tags and attributes besides those named here. Nothing is hidden: what Markdown would drop
(images, the targets of links, cells beyond a table's width, invisible characters) is written out,
or the answer is shown as it is.

Emphasis also works as people write it in Chinese (``**时限：**7 天``). CommonMark needs spaces or
punctuation at the edges of words, which Chinese, Japanese and Korean do not have; here such
characters count as edges, as the CJK-friendly amendment to CommonMark proposes (commonmark-spec
issue 650). For all other text the rule is CommonMark's own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias, cast
from urllib.parse import urlsplit

import orjson

from coze_harness.reporting.views.safe_text import ANSWER_LIMIT, show_control_characters

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline.state_inline import StateInline
    from markdown_it.token import Token

Node: TypeAlias = list[object]

# Most answers are plain; these expressions detect that in a fraction of a microsecond.
_INLINE: Final = re.compile(r"[*_`~\[<\\&|]")
_LINE_START: Final = re.compile(r"\n {0,3}(?:[-+>=]|#{1,6}[ \t]|\d{1,9}[.)][ \t])|\n(?: {4}|\t)")

_DEPTH: Final = 64
# Each row of a table has as many cells as its head, so 13 KB can produce 100,000.
_CELLS: Final = 10_000
_TAGS: Final = {
    # The page itself has headings of the first two levels.
    "h1": "h3",
    "h2": "h4",
    "h3": "h5",
    "h4": "h6",
    "h5": "h6",
    "h6": "h6",
    **{tag: tag for tag in ["p", "ul", "ol", "li", "blockquote", "em", "strong", "s", "hr", "br"]},
    **{tag: tag for tag in ["table", "thead", "tbody", "tr", "th", "td"]},
}
_TEXT: Final = ("text", "text_special", "html_inline", "html_block")
_PICTURE: Final = "data:image/"
_HOST: Final = re.compile(r"[a-z0-9.-]+|[0-9a-f:.]*:[0-9a-f:.]*")
_MAIL: Final = re.compile(r"mailto:([^\s@?]+@[^\s@?]+)(?:\?\S*)?", re.IGNORECASE)


def markdown_tree(text: str) -> str:
    """Return an answer's Markdown as a tree in JSON, or ``""`` to show the text as it is.

    Empty if Markdown would change nothing or lose text, if the text has more than `ANSWER_LIMIT`
    characters, and if it is nested more than 64 deep. As in chats, a single line end is a line
    break. Raw HTML is text. An image becomes a chip with its host and is never loaded. Only
    absolute http, https and mailto links are links.

    Args:
        text: the answer, after `show_control_characters`.
    """
    if len(text) > ANSWER_LIMIT or not _may_have_markup(text):
        return ""
    rows = text.count("\n") + 1
    if rows * max(line.count("|") for line in text.split("\n")) > _CELLS:
        return ""
    try:
        tokens = _parser().parse(text)
    except RecursionError:  # no known text causes it, but another release of the parser may
        return ""
    if not _is_complete(tokens, text):
        return ""
    tree = _TreeBuilder().build(tokens)
    return "" if _changes_nothing(tree, text) else orjson.dumps(tree).decode()


def _may_have_markup(text: str) -> bool:
    return bool(
        _INLINE.search(text) or _LINE_START.search(text) or _LINE_START.match(f"\n{text[:12]}")
    )


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt  # 50 ms to import, and plain answers do not need it

    parser = MarkdownIt("commonmark", {"html": False, "linkify": False, "maxNesting": _DEPTH})
    # A link that is defined elsewhere would hide its target.
    parser.enable(["table", "strikethrough"]).disable("reference")
    parser.inline.ruler.at("emphasis", _emphasis)
    # Other links stay as they were written.
    parser.validateLink = lambda url: bool(_host(url)) or url.startswith(_PICTURE)  # type: ignore[method-assign]  # markdown-it's own way to set it
    return parser


def _host(url: str) -> str:
    """Return the host or mail address of a link; empty if it is not an allowed link."""
    if mail := _MAIL.fullmatch(url):
        return mail[1]
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return ""
    is_web = parts.scheme in ("http", "https") and url.isascii() and url.isprintable()
    return host if is_web and _HOST.fullmatch(host) else ""


def _is_complete(tokens: Sequence[Token], text: str) -> bool:
    """Return whether all letters and digits are in some token.

    The parser drops text that is nested too deep, and cells of a row that has more than the head.
    """
    if any(token.level >= _DEPTH - 1 for token in tokens):
        return False
    contents = (f"{token.content}{token.info}" for token in tokens)
    parsed = sum(map(str.isalnum, chain.from_iterable(contents)))
    return parsed >= sum(map(str.isalnum, text))


def _changes_nothing(tree: Node, text: str) -> bool:
    words: list[str] = []
    for paragraph in cast("list[Node]", tree[2:]):
        if paragraph[0] != "p":
            return False
        for child in paragraph[2:]:
            if not isinstance(child, str) and child != ["br", 0]:
                return False
            words.append(child if isinstance(child, str) else " ")
        words.append(" ")
    return "".join(words).split() == text.split()


class _TreeBuilder:
    """Builds a tree from tokens, with a stack of open elements."""

    def __init__(self) -> None:
        self._open: list[Node] = [["div", 0]]
        self._texts: list[str] = []
        self._links: list[tuple[str, int]] = []
        self._lists: list[tuple[int, int] | None] = []  # previous and expected number

    def build(self, tokens: Sequence[Token]) -> Node:
        """Return the tree of a whole text's tokens."""
        for token in tokens:
            if token.type == "inline":
                for child in token.children or ():
                    self._add_token(child)
            else:
                self._add_token(token)
        return self._open[0]

    def _add_token(self, token: Token) -> None:
        kind = token.type
        if token.hidden:
            return
        if kind in _TEXT:
            self._add_text(token.content)
        elif kind in ("link_open", "link_close"):
            self._link(token)
        elif kind == "image":
            self._picture(token)
        elif kind in ("fence", "code_block", "code_inline"):
            self._code(token)
        elif kind == "softbreak":
            self._append(["br", 0])
        elif token.nesting > 0:
            self._begin(token)
        elif token.nesting < 0:
            self._end(token)
        elif tag := _TAGS.get(token.tag):
            self._append([tag, 0])
        else:
            self._add_text(token.content)

    def _add_text(self, text: str) -> None:
        # Character references became characters after the text was made safe.
        visible = show_control_characters(text)
        if not visible:
            return
        self._texts.append(visible)
        inner = self._open[-1]
        if len(inner) > 2 and isinstance(inner[-1], str):
            inner[-1] += visible
        else:
            inner.append(visible)

    def _append(self, node: Node) -> None:
        self._open[-1].append(node)

    def _push(self, node: Node) -> None:
        """Open an element; if too many are open, its text goes into the innermost one."""
        if len(self._open) < _DEPTH:
            self._append(node)
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
            attributes = self._number_attributes(token.info)
        elif align := str(token.attrs.get("style", "")).removeprefix("text-align:"):
            attributes["class"] = align
        self._push([tag, attributes or 0])

    def _end(self, token: Token) -> None:
        self._open.pop()
        if token.tag in ("ol", "ul"):
            self._lists.pop()

    def _number_attributes(self, marker: str) -> dict[str, str]:
        """Keep the number that the bot wrote, unless every item has the number 1."""
        if not (numbers := self._lists[-1]):
            return {}
        previous, expected = numbers
        number = int(marker) if marker.isdecimal() else expected
        if number == expected or number == previous == 1:
            # Once a list has counted, a later 1 is written as 1.
            self._lists[-1] = (number, expected + 1)
            return {}
        self._lists[-1] = (number, number + 1)
        return {"value": str(number)}

    def _link(self, token: Token) -> None:
        if token.nesting > 0:
            url = str(token.attrs.get("href", ""))
            self._links.append((_host(url), len(self._texts)))
            self._push(["a", {"href": url}] if _host(url) else ["span", 0])
            return
        self._open.pop()
        host, since = self._links.pop()
        if host and host.casefold() not in "".join(self._texts[since:]).casefold():
            self._append(["span", {"class": "host"}, f" ({show_control_characters(host)})"])

    def _picture(self, token: Token) -> None:
        url = str(token.attrs.get("src", ""))
        parts = [part for part in (token.content, _host(url) or url.partition(":")[0]) if part]
        self._append(["span", {"class": "chip"}, show_control_characters(f"🖼 {' · '.join(parts)}")])

    def _code(self, token: Token) -> None:
        content = show_control_characters(token.content)
        self._texts.append(content)
        code: Node = ["code", 0, *((content,) if content else ())]
        if token.type == "code_inline":
            self._append(code)
            return
        language = show_control_characters(token.info.strip())
        label: list[Node] = [["span", {"class": "lang"}, language]] if language else []
        self._append(["pre", 0, *label, code])


# --- emphasis -----------------------------------------------------------------------------------

# Compiled when an answer first needs it: `re` visits each character of a range.
_CJK: Final = (
    "[\u1100-\u11ff\u2e80-\u303f\u3040-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff"
    "\ufe30-\ufe4f\uff00-\uffef\U0001f200-\U0001f2ff\U00020000-\U0003ffff]"
)


def _emphasis(state: StateInline, silent: bool) -> bool:
    """Parse a run of asterisks or underscores; replaces markdown-it's rule of the same name."""
    from markdown_it.rules_inline.state_inline import Delimiter

    marker = state.src[state.pos]
    if silent or marker not in "*_":
        return False
    # An underscore within a word is text in every script.
    scanned = state.scanDelims(state.pos, marker == "*")
    opens, closes = scanned.can_open, scanned.can_close
    if marker == "*":
        opens, closes = _can_open_close(state, state.pos, state.pos + scanned.length)
    for _ in range(scanned.length):
        state.push("text", "", 0).content = marker
        state.delimiters.append(
            Delimiter(
                marker=ord(marker),
                length=scanned.length,
                token=len(state.tokens) - 1,
                end=-1,
                open=opens,
                close=closes,
            )
        )
    state.pos += scanned.length
    return True


def _can_open_close(state: StateInline, begin: int, end: int) -> tuple[bool, bool]:
    """Return whether a run of asterisks can open and can close emphasis."""
    before = _EdgeKind.of(state.src[begin - 1] if begin else " ")
    after = _EdgeKind.of(state.src[end] if end < state.posMax else " ")
    opens = not after.is_space and (not after.is_punctuation or before.is_edge)
    closes = not before.is_space and (not before.is_punctuation or after.is_edge)
    return opens, closes


class _EdgeKind(NamedTuple):
    """A character next to asterisks: CJK punctuation counts as a letter, but is an edge."""

    is_space: bool
    is_punctuation: bool
    is_edge: bool

    @classmethod
    def of(cls, character: str) -> _EdgeKind:
        from markdown_it.common.utils import isMdAsciiPunct, isPunctChar, isWhiteSpace

        is_space = isWhiteSpace(ord(character))
        is_punctuation = isMdAsciiPunct(ord(character)) or isPunctChar(character)
        is_cjk = bool(re.match(_CJK, character))
        is_edge = is_space or is_punctuation or is_cjk
        return cls(is_space, is_punctuation and not is_cjk, is_edge)
