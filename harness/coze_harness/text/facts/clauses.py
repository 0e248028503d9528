"""Clauses of a text, and the words that carry their meaning."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple

_MAX_CLAUSE: Final = 80
"""Characters on each side of a place that are searched for the edges of its clause."""

_EDGE: Final = re.compile(
    r"[，。；！？：、,;!?\n()（）]|\.(?=\s|$)|\s(?=(?:but|and|while|although|unless|if)\s)"
    "|(?<=.)(?=但|不过(?!期)|而不)"
)
_HAN: Final = re.compile(r"[㐀-鿿]")
_WORD: Final = re.compile(r"[A-Za-z]+(?!\w|['’]t\b)")
# Words of grammar, negation, permission and time say nothing of what a clause is about.
_FUNCTION_CHARACTERS: Final = frozenset(
    "的了吗呢吧啊呀哦您你我他她它们请是在和与及也都就还会能可以要把被对给为从到于将所这那该本其有个很但"
    "而且或者若如果则即才又再只因此由需应不没无未别勿非莫禁止严谢绝拒予概得行许准允法令必须用前目暂时尚"
    "均并已经下些什么任何零〇一二两三四五六七八九十百千万亿"
)
_STOP_WORDS: Final = """
a an the is are was were be been being am i you we they it he she our your their its his her this
that these those to of in on at for with by from as and or but so do does did done can could will
would should shall may might must have has had there here if when while please not no never any all
only also just then than too very more most some such currently now need needed able possible
allowed allow unfortunately however yes sorry once us me cannot without none neither nor unable
avoid
"""
_OPPOSITES: Final = {
    "unavailable": "available",
    "unsupported": "support",
    "ineligible": "eligible",
    "invalid": "valid",
    **dict.fromkeys(("excluded", "excludes", "exclude", "excluding"), "include"),
}
_ENDINGS: Final = ("ations", "ation", "able", "ing", "ies", "ied", "ed", "es", "s", "e", "y")


class Clause(NamedTuple):
    """A clause of a text.

    Attributes:
        start: where it begins.
        end: where it ends.
        content: the Chinese characters and English stems that carry its meaning.
    """

    start: int
    end: int
    content: frozenset[str]


@cache
def _stop_words() -> frozenset[str]:
    return frozenset(_STOP_WORDS.split())


def clause_at(text: str, place: int) -> Clause:
    """Return the clause around a place."""
    start = first = max(0, place - _MAX_CLAUSE)
    for edge in _EDGE.finditer(text, first, place + 1):
        if edge.end() <= place:
            start = edge.end()
    after = _EDGE.search(text, place + 1, place + _MAX_CLAUSE)
    end = after.start() if after else min(len(text), place + _MAX_CLAUSE)
    return Clause(start, end, content_of(text[start:end]))


def clauses(text: str) -> Iterator[Clause]:
    """Yield the clauses of a text."""
    start = 0
    for edge in _EDGE.finditer(text):
        if edge.start() > start:
            yield Clause(start, edge.start(), content_of(text[start : edge.start()]))
        start = edge.end()
    if start < len(text):
        yield Clause(start, len(text), content_of(text[start:]))


def content_of(text: str) -> frozenset[str]:
    """Return the Chinese characters and English stems of a text that carry its meaning."""
    words = set(_HAN.findall(text)) - _FUNCTION_CHARACTERS
    for word in _WORD.findall(text):
        folded = word.lower()
        folded = _OPPOSITES.get(folded, folded)
        if len(folded) > 1 and folded not in _stop_words():
            words.add(_stem(folded))
    return frozenset(words)


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
