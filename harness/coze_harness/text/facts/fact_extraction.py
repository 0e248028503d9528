"""The facts of a text, in reading order."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from typing import Final

from coze_harness.text.facts.dates import find_dates
from coze_harness.text.facts.fact import Fact
from coze_harness.text.facts.names import find_identifiers, find_names, is_chinese
from coze_harness.text.facts.negations import find_negations
from coze_harness.text.facts.quantities import find_quantities
from coze_harness.text.graphemes import grapheme_starts

_WIDE_COMMA: Final = re.compile("(?<=[０-９])，(?=[０-９]{3}(?![０-９]))")
# Full-width punctuation separates clauses, and a comma between digits would join them.
_WIDE: Final = re.compile("[＂-＇＊＋－-９＜-＞＠-～　￥−\xa0]")
_OTHER_WIDTHS: Final = {"　": " ", "￥": "¥", "−": "-", "\xa0": " "}
_BLANK: Final = "\0"


def normal_width(text: str) -> str:
    """Return a text with ASCII in place of full-width letters, digits and signs; equally long."""
    return text if text.isascii() else _WIDE.sub(_narrow, _WIDE_COMMA.sub(",", text))


def _narrow(match: re.Match[str]) -> str:
    mark = match.group()
    return _OTHER_WIDTHS.get(mark) or chr(ord(mark) - 0xFEE0)


def extract_facts(text: str) -> tuple[Fact, ...]:
    """Return the numbers, dates, negations and names of a text, in reading order.

    No two facts overlap, but a range of dates in one word (周一至五) gives two of one section. A
    section begins and ends between graphemes. The time is linear in the text's length.
    """
    plain = normal_width(text)
    all_facts: list[Fact] = []
    rest = plain
    for finder in (find_identifiers, find_dates, find_quantities):
        facts = list(finder(rest))
        all_facts += facts
        rest = _without(rest, facts)
    all_facts += find_names(rest, chinese=is_chinese(plain))
    all_facts += find_negations(plain)
    all_facts.sort(key=lambda fact: fact.start)
    return tuple(all_facts) if text.isascii() else tuple(_on_graphemes(text, all_facts))


def _without(text: str, facts: Iterable[Fact]) -> str:
    """Return a text with blanks in place of facts."""
    parts: list[str] = []
    done = 0
    for fact in facts:
        if fact.start >= done:
            parts += (text[done : fact.start], _BLANK * (fact.end - fact.start))
            done = fact.end
    return "".join((*parts, text[done:])) if parts else text


def _on_graphemes(text: str, facts: list[Fact]) -> Iterator[Fact]:
    """Yield facts, in reading order, with whole graphemes of the original text."""
    starts = grapheme_starts(text)
    for fact in facts:
        start, end = fact.start, fact.end
        if starts:
            start = starts[bisect_right(starts, start) - 1]
            place = bisect_left(starts, end)
            end = starts[place] if place < len(starts) else len(text)
        yield fact._replace(start=start, end=end, text=text[start:end])
