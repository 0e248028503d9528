"""Selects trials by `-k` expressions, which have pytest's grammar, and by tags.

An expression consists of words, `and`, `or`, `not` and parentheses. A word matches a trial if the
trial's id, scenario, bot, case or one of its tags contains it, in upper or lower case. Nothing is
evaluated as code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from typing import Final, NoReturn, TypeAlias

from coze_harness.messages import LocalizedText, message
from coze_harness.model import TrialKey
from coze_harness.model.errors import NothingSelectedError, UsageError
from coze_harness.model.trial import Trial
from coze_harness.text.spelling import with_suggestion

Predicate: TypeAlias = Callable[[str], bool]
"""Takes the names of a trial, joined to one text."""

# As in pytest: a word consists of letters (Chinese ones, too), digits and these signs.
_TOKEN = re.compile(r"\s*(?:(?P<sign>[()])|(?P<word>[\w:+\-.\[\]\\/@#~]+)|\"(?P<quoted>[^\"]*)\")")
_OPERATORS: Final = frozenset({"and", "or", "not"})
_MAX_DEPTH: Final = 100


class TrialFilter:
    """Matches trials by an expression and tags; without either, all trials."""

    __slots__ = ("_predicate", "_tags")

    def __init__(self, expression: str = "", tags: Collection[str] = ()) -> None:
        """Parse the expression.

        Raises:
            UsageError: it is invalid; the message shows the column.
        """
        self._predicate = _Parser(expression).parse() if expression.strip() else None
        self._tags = tuple(tags)

    def matches(self, key: TrialKey) -> bool:
        """Tell whether a trial is selected; of several tags it needs one."""
        if self._tags and not any(tag in key.tags for tag in self._tags):
            return False
        return self._predicate is None or self._predicate(_words(key))

    def check_tags(self, trials: Iterable[Trial]) -> None:
        """Reject a tag that no scenario has.

        Raises:
            NothingSelectedError: the first such tag, with the nearest one.
        """
        known = sorted({tag for trial in trials for tag in trial.key.tags})
        for tag in self._tags:
            if tag not in known:
                what = message("selection.unknown_tag", tag=tag)
                raise NothingSelectedError(
                    with_suggestion(what, tag, known),
                    next_step=message("selection.unknown_tag.next", tags=tuple(known))
                    if known
                    else message("selection.no_tag.next", tag=tag),
                )


def _words(key: TrialKey) -> str:
    """Return the text that is searched for the words of an expression."""
    return "\n".join((key.id, key.scenario, key.bot, key.case, *key.tags)).casefold()


class _Parser:
    """A recursive descent over `or`, `and`, `not` and words, with pytest's precedence."""

    def __init__(self, expression: str) -> None:
        self._text = expression
        self._at = 0
        self._depth = 0
        self._symbol = ""
        self._start = 0
        self._is_word = False
        self._next()

    def parse(self) -> Predicate:
        predicate = self._parse_or()
        if self._symbol:
            self._fail(message("selection.symbol", symbol=self._symbol, column=self._column))
        return predicate

    def _next(self) -> None:
        """Move to the next symbol, which is empty at the end."""
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1
        self._start = self._at
        if self._at == len(self._text):
            self._symbol, self._is_word = "", False
            return
        match = _TOKEN.match(self._text, self._at)
        if match is None:
            character = self._text[self._at]
            self._fail(message("selection.character", symbol=character, column=self._column))
        self._at = match.end()
        quoted = match.group("quoted")
        self._symbol = match.group().strip()
        if quoted is not None:
            self._symbol, self._is_word = quoted or '""', True
        else:
            self._is_word = match.group("word") is not None and self._symbol not in _OPERATORS

    def _parse_or(self) -> Predicate:
        return self._parse_operands("or", self._parse_and, any)

    def _parse_and(self) -> Predicate:
        return self._parse_operands("and", self._parse_not, all)

    def _parse_operands(
        self,
        operator: str,
        parse: Callable[[], Predicate],
        combine: Callable[[Iterable[bool]], bool],
    ) -> Predicate:
        parts = [parse()]
        while self._symbol == operator and not self._is_word:
            self._next()
            parts.append(parse())
        if len(parts) == 1:
            return parts[0]
        return lambda text: combine(part(text) for part in parts)

    def _parse_not(self) -> Predicate:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            self._fail(message("selection.nesting", column=self._column))
        predicate = self._parse_word()
        self._depth -= 1
        return predicate

    def _parse_word(self) -> Predicate:
        symbol, is_word = self._symbol, self._is_word
        if is_word:
            self._next()
            word = symbol.casefold()
            return lambda text: word in text
        if symbol == "not":
            self._next()
            part = self._parse_not()
            return lambda text: not part(text)
        if symbol == "(":
            start = self._column
            self._next()
            predicate = self._parse_or()
            if self._symbol != ")":
                self._fail(message("selection.parenthesis", start=start, column=self._column))
            self._next()
            return predicate
        if symbol:
            return self._fail(message("selection.word", symbol=symbol, column=self._column))
        return self._fail(message("selection.last_word", column=self._column))

    @property
    def _column(self) -> int:
        """The column of the current symbol, from 1."""
        return self._start + 1

    def _fail(self, what: LocalizedText) -> NoReturn:
        raise UsageError(
            what,
            detail=[self._text, " " * self._start + "^"],
            next_step=message("selection.expression.next"),
        )
