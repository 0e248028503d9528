"""Reports as text, and what a parser finds in them."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from html.parser import HTMLParser

from builders import run

from harness.model import Run, TrialResult
from harness.report import FORMATS

VOID = {"meta", "br", "link", "img", "input", "hr", "base"}
# Their end tags are left out, as HTML allows: some hundred bytes less for each trial.
IMPLIED = {"td", "th", "tr"}


def rendered(name: str, results: Sequence[TrialResult], of: Run | None = None) -> str:
    out = io.BytesIO()
    FORMATS[name].render(of or run(results), lambda: iter(results), out)
    return out.getvalue().decode()


class Page(HTMLParser):
    """Elements in order, with their attributes; text; and every tag that does not match."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.faults: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        self.faults += [f"<{tag}> is not closed" for tag in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if len(attrs) != len(dict(attrs)):
            self.faults.append(f"<{tag}> has an attribute twice")
        if tag not in VOID | IMPLIED:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
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

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def skeleton(self) -> list[tuple[str, tuple[str, ...]]]:
        """Tags and names of attributes; `lang` depends on the text and is left out."""
        return [(tag, tuple(name for name in at if name != "lang")) for tag, at in self.elements]


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text)
