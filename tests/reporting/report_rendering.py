"""Reports as text, and what a parser finds in them."""

from __future__ import annotations

import gzip
import io
import json
import re
from base64 import b64decode
from collections.abc import Iterable, Iterator, Sequence
from html.parser import HTMLParser
from typing import Any

from builders import run
from coze_harness.model import Run, TrialResult
from coze_harness.reporting.html.trial_markup import MarkupTemplate
from coze_harness.reporting.report_formats import FORMATS, PageOptions, ReportSet
from coze_harness.results import encode_trial

# What stands in these depends on the text: Markdown, and what differs.
DEPENDING = {
    *("md", "raw", "tx", "eg", "sn"),
    *("diff", "diff whole", "diff before", "diff after"),
}
VOID = {"meta", "br", "link", "img", "input", "hr", "base"}
# The list of runs leaves their end tags out, as HTML allows.
IMPLIED = {"td", "th", "tr"}


def render_report(name: str, results: Sequence[TrialResult], of: Run | None = None) -> str:
    out = io.BytesIO()
    FORMATS[name].render(of or run(results), lambda: encode_lines(results), out)
    return out.getvalue().decode()


def render_formats(results: Sequence[TrialResult], of: Run) -> dict[str, str]:
    """The reports in all formats, by name, made in one pass."""
    outs = {name: io.BytesIO() for name in FORMATS}
    with ReportSet() as reports:
        reports.add_all(encode_lines(results))
        reports.write(of, outs)
    return {name: out.getvalue().decode() for name, out in outs.items()}


def encode_lines(results: Iterable[TrialResult]) -> Iterator[tuple[TrialResult, bytes]]:
    """Trials with their lines of trials.jsonl."""
    return ((result, encode_trial(result)) for result in results)


def page_of(
    results: Sequence[TrialResult], of: Run, options: PageOptions, name: str = "html"
) -> str:
    """The page, or the report in another format, as somebody asked for it."""
    out = io.BytesIO()
    with ReportSet({name: FORMATS[name]}, options) as reports:
        reports.add_all(encode_lines(results))
        reports.write(of, {name: out})
    return out.getvalue().decode()


def read_packed(source: str, name: str) -> dict[str, Any]:
    """What lies in a page for its script."""
    match = re.search(
        rf'<script type="application/octet-stream" id="{name}">([^<]*)</script>', source
    )
    assert match is not None
    data: dict[str, Any] = json.loads(gzip.decompress(b64decode(match.group(1))))
    return data


def index_of(source: str) -> list[list[Any]]:
    trials: list[list[Any]] = read_packed(source, "index")["trials"]
    return trials


def head_of(source: str) -> dict[str, Any]:
    match = re.search(r'<script type="application/json" id="head">(.*?)</script>', source, re.S)
    assert match is not None
    head: dict[str, Any] = json.loads(match.group(1))
    return head


def trees_of(source: str) -> list[tuple[list[Any], Any]]:
    """Every trial's tree and record, in the order of the rows, filled as the script fills them."""
    head = head_of(source)
    size = head["chunk"]
    trees: list[tuple[list[Any], Any]] = []
    for number in range((head["detailed"] + size - 1) // size):
        trees += fill_chunk(read_packed(source, f"c{number}"))
    return trees


def fill_chunk(chunk: dict[str, Any]) -> list[tuple[list[Any], Any]]:
    """The trees and records of a chunk (chunk.js)."""
    trees: list[tuple[list[Any], Any]] = []
    for form, texts, record, *as_it_is in chunk["trials"]:
        own = [texts[text] if isinstance(text, int) else text for text in texts]
        whole_record = record if as_it_is else _whole(record, own)
        if isinstance(form, int):
            tree, fixed = chunk["forms"][form]
            left = iter(own)
            all_ = [next(left) if text == 0 else text for text in fixed]
            assert all(len(text) >= 20 for text in left), "only answers that the record refers to"
            escaped = [json.dumps(text)[1:-1].encode() for text in all_]
            form = json.loads(MarkupTemplate.parse(json.dumps(tree).encode()).fill(escaped))
        trees.append((form, whole_record))
    return trees


def _whole(value: Any, own: Sequence[str]) -> Any:
    if isinstance(value, str) and value.startswith("\0"):
        return own[int(value[1:])]
    if isinstance(value, list):
        return [_whole(one, own) for one in value]
    if isinstance(value, dict):
        return {name: _whole(one, own) for name, one in value.items()}
    return value


def nodes(tree: Any, *, with_depending: bool = True) -> Iterator[tuple[str, dict[str, str]]]:
    """A tree's elements, in order; `with_depending`: those that depend on the text, too."""
    if isinstance(tree, str):
        return
    tag, attributes, *children = tree
    if not with_depending and attributes and attributes.get("class") in DEPENDING:
        return
    yield tag, attributes or {}
    if attributes and "data-tree" in attributes:
        yield from nodes(json.loads(attributes["data-tree"]), with_depending=with_depending)
    for child in children:
        yield from nodes(child, with_depending=with_depending)


def text_of(tree: Any) -> str:
    """What a tree says, without interface words."""
    if isinstance(tree, str):
        return tree
    _, attributes, *children = tree
    inside = (
        text_of(json.loads(attributes["data-tree"]))
        if attributes and "data-tree" in attributes
        else ""
    )
    return inside + "".join(map(text_of, children))


class Page(HTMLParser):
    """Elements in order, with their attributes; text; and every tag that does not match."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.faults: list[str] = []
        self._open: list[str] = []
        self._plain: list[tuple[str, dict[str, str | None]]] = []
        self._depending = 0
        self.feed(text)
        self.close()
        self.faults += [f"<{tag}> is not closed" for tag in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if self._depending or dict(attrs).get("class") in DEPENDING:
            self._depending += tag not in VOID
        else:
            self._plain.append((tag, dict(attrs)))
        if len(attrs) != len(dict(attrs)):
            self.faults.append(f"<{tag}> has an attribute twice")
        if tag not in VOID | IMPLIED:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        self._depending -= bool(self._depending)
        if tag not in IMPLIED and (not self._open or self._open.pop() != tag):
            self.faults.append(f"</{tag}> closes nothing")

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_comment(self, data: str) -> None:
        self.faults.append(f"a comment: {data}")

    def handle_decl(self, decl: str) -> None:
        if decl != "doctype html":
            self.faults.append(f"a declaration: {decl}")

    def handle_pi(self, data: str) -> None:
        self.faults.append(f"an instruction: {data}")

    def unknown_decl(self, data: str) -> None:
        self.faults.append(f"a declaration: {data}")

    @property
    def text(self) -> str:
        return "".join(self.words)

    def elements_named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def skeleton(self) -> list[tuple[str, tuple[str, ...]]]:
        """Tags and names of attributes, but for what depends on the text, such as `lang`."""
        return [(tag, tuple(name for name in at if name != "lang")) for tag, at in self._plain]


def squeeze(text: str) -> str:
    return re.sub(r"\s+", " ", text)
