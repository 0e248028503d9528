"""Which trials are meant: `-k` expressions in pytest's grammar, and tags.

An expression is made of words joined by `and`, `or`, `not` and parentheses. A word is true for a
trial if it stands, whatever its case, in the trial's id, scenario, bot, case or one of its tags.
Nothing is evaluated as code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import Final, NoReturn, TypeAlias

from coze_harness.model import TrialKey
from coze_harness.model.errors import UsageError

Predicate: TypeAlias = Callable[[str], bool]
"""Judges a trial by its names, put together as one text."""

# As pytest has it: a word is letters, digits and these signs; everything Chinese is letters.
_PIECE = re.compile(r"\s*(?:(?P<sign>[()])|(?P<word>[\w:+\-.\[\]\\/@#~]+)|\"(?P<quoted>[^\"]*)\")")
_DEEPEST: Final = 100


class TrialFilter:
    """The trials that an expression and tags both mean; without either, all of them."""

    __slots__ = ("_holds", "_tags")

    def __init__(self, expression: str = "", tags: Collection[str] = ()) -> None:
        """Read the expression.

        Raises:
            UsageError: it is broken; the message shows the column.
        """
        self._holds = _Parser(expression).whole() if expression.strip() else None
        self._tags = frozenset(tags)

    def matches(self, key: TrialKey) -> bool:
        """Tell whether a trial is meant; of several tags it needs any."""
        if self._tags and self._tags.isdisjoint(key.tags):
            return False
        return self._holds is None or self._holds(_words(key))


def _words(key: TrialKey) -> str:
    """Return the text that an expression's words are looked for in."""
    return "\n".join((key.id, key.scenario, key.bot, key.case, *key.tags)).casefold()


class _Parser:
    """Recursive descent over `or`, `and`, `not`, words; as tight as pytest's."""

    def __init__(self, expression: str) -> None:
        self._text = expression
        self._at = 0
        self._depth = 0
        self._piece = ""
        self._begins = 0
        self._is_word = False
        self._next()

    def whole(self) -> Predicate:
        found = self._either()
        if self._piece:
            self._fail(f"`{self._piece}` is not expected here")
        return found

    def _next(self) -> None:
        """Move to the next piece; an empty one means the end."""
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1
        self._begins = self._at
        if self._at == len(self._text):
            self._piece, self._is_word = "", False
            return
        found = _PIECE.match(self._text, self._at)
        if found is None:
            self._fail(f"`{self._text[self._at]}` cannot stand in an expression")
        self._at = found.end()
        quoted = found.group("quoted")
        self._piece = found.group().strip()
        if quoted is not None:
            self._piece, self._is_word = quoted or '""', True
        else:
            self._is_word = found.group("word") is not None and self._piece not in _JOINTS

    def _either(self) -> Predicate:
        found = [self._both()]
        while self._piece == "or" and not self._is_word:
            self._next()
            found.append(self._both())
        return found[0] if len(found) == 1 else _any(found)

    def _both(self) -> Predicate:
        found = [self._one()]
        while self._piece == "and" and not self._is_word:
            self._next()
            found.append(self._one())
        return found[0] if len(found) == 1 else _all(found)

    def _one(self) -> Predicate:
        self._depth += 1
        if self._depth > _DEEPEST:
            self._fail("the expression is nested too deeply")
        found = self._plain()
        self._depth -= 1
        return found

    def _plain(self) -> Predicate:
        piece, is_word = self._piece, self._is_word
        if is_word:
            self._next()
            return _has(piece.casefold())
        if piece == "not":
            self._next()
            return _not(self._one())
        if piece == "(":
            opened = self._begins
            self._next()
            found = self._either()
            if self._piece != ")":
                self._fail(f"the `(` of column {opened + 1} is not closed")
            self._next()
            return found
        where = f"before `{piece}`" if piece else "at the end"
        return self._fail(f"a word is missing {where}")

    def _fail(self, why: str) -> NoReturn:
        column = self._begins + 1
        raise UsageError(
            f"-k: {why}, at column {column}.",
            detail=[self._text, " " * self._begins + "^"],
            next_step='Write for example -k "identity and not slow".',
        )


_JOINTS: Final = frozenset({"and", "or", "not"})


def _has(word: str) -> Predicate:
    return lambda text: word in text


def _not(one: Predicate) -> Predicate:
    return lambda text: not one(text)


def _all(found: list[Predicate]) -> Predicate:
    return lambda text: all(one(text) for one in found)


def _any(found: list[Predicate]) -> Predicate:
    return lambda text: any(one(text) for one in found)
