"""Which change of a bot's prompt occurs again in an answer: an observation, not a cause.

A change is only reported if it is the same in both: a fact or words that the prompt gained are
gained by the answer, or what the prompt lost is what an expectation requires that fails now.
Similar subjects are not enough.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Final, NamedTuple, TypeAlias

from coze_harness.reporting.views.prompt_difference import PromptChange
from coze_harness.text import DiffOperation
from coze_harness.text.facts import Fact, FactKind, extract_facts

_FACT_KINDS: Final = frozenset({FactKind.NUMBER, FactKind.DATE, FactKind.NAME})
_HAN: Final = "[\u3400-\u9fff\uf900-\ufaff]"
_WORDS: Final = re.compile(rf"{_HAN}+|[^\W\d_]{{2,}}|\w")
_MIN_HAN: Final = 2
"""Chinese characters in a row that two texts must have in common: a word, not a syllable."""
_MIN_LATIN: Final = 4
# Words that any answer may gain. What is left of a phrase without them must be long enough.
_COMMON: Final = re.compile(
    "可以|我们|你们|您们|如果|或者|以及|但是|因为|所以|这个|那个|什么|怎么|没有|需要|进行|使用|问题|一个|"
    "请您|您的|我的|的话|还有|就是|[的了是在有和与或及请您你我他她它也都不要会能为对把被让给从到等很更]"
)
_COMMON_LATIN: Final = re.compile(
    "about|also|always|answers?|been|from|have|more|most|must|never|only|please|should|some|such|that|"
    "their|them|then|there|these|the[sy]e?|this|could|what|when|which|will|with|would|yours?"
)
_Key: TypeAlias = tuple[FactKind, Decimal | str, str]
_MAX_TEXT: Final = 20_000


class ChangedTexts(NamedTuple):
    """What changed in a scenario.

    `answers` has both answers of each changed turn, `required` what the expectations require that
    passed before and fail now.
    """

    answers: Sequence[tuple[str, str]]
    required: Sequence[str]


class PromptEcho(NamedTuple):
    """A change of the prompt that occurs again: its line, and what changed, before and after.

    One of the texts is empty where something was only added or removed. `is_removed`: `number` is a
    line of the old prompt.
    """

    number: int
    before: str
    after: str
    is_removed: bool


def find_echoes(changes: Iterable[PromptChange], texts: ChangedTexts) -> list[PromptEcho]:
    """Return the changes of a prompt that occur again in a scenario, one for each line."""
    sides = [(_Side.of(before), _Side.of(after)) for before, after in texts.answers]
    single = [facts for text in texts.required if len(facts := _facts(text)) == 1]
    required = frozenset([_key(fact) for (fact,) in single])
    return [
        PromptEcho(change.number, *echo, change.after is None)
        for change in changes
        if (echo := _echo(change, sides, required))
    ]


class _Side(NamedTuple):
    """One answer: its text without case, and its facts."""

    text: str
    facts: frozenset[_Key]

    @classmethod
    def of(cls, text: str) -> _Side:
        beginning = text[:_MAX_TEXT]
        return cls(beginning.casefold(), frozenset(map(_key, _facts(beginning))))


def _facts(text: str) -> list[Fact]:
    return [one for one in extract_facts(text) if one.kind in _FACT_KINDS and one.is_certain]


def _key(fact: Fact) -> _Key:
    return fact.kind, fact.value, fact.unit


def _echo(
    change: PromptChange, sides: Sequence[tuple[_Side, _Side]], required: frozenset[_Key]
) -> tuple[str, str] | None:
    """Return what changed in the prompt and in an answer alike; None if nothing did."""
    lost, gained = _fact_changes(change)
    for before, after in sides:
        if echo := _fact_echo(lost, gained, before, after, required):
            return echo
        for old_words, new_words in _word_changes(change):
            if echo := _replacement(old_words, new_words, before.text, after.text):
                return echo
            if phrase := _gained_phrase(new_words, before.text, after.text):
                return "", phrase
    return None


def _fact_echo(
    lost: Sequence[Fact],
    gained: Sequence[Fact],
    before: _Side,
    after: _Side,
    required: frozenset[_Key],
) -> tuple[str, str] | None:
    """Return a fact of the prompt, before and after, that an answer gained, too.

    The answer must have lost the old one, or the new one is about something else. Without a new
    one, what the answer lost must be required by an expectation.
    """
    for fact in gained:
        old = [one for one in lost if one.unit == fact.unit]
        if _key(fact) in after.facts and _key(fact) not in before.facts:
            if any(_key(one) in after.facts for one in old):
                continue
            return next((one.text for one in old if _key(one) in before.facts), ""), fact.text
    for fact in lost:
        is_replaced = any(one.unit == fact.unit for one in gained)
        is_gone = _key(fact) in before.facts and _key(fact) not in after.facts
        if is_gone and not is_replaced and _key(fact) in required:
            return fact.text, ""
    return None


def _fact_changes(change: PromptChange) -> tuple[list[Fact], list[Fact]]:
    """Return the facts that only the line before has, and those that only the line after has."""
    before, after = _facts(change.before or ""), _facts(change.after or "")
    old, new = set(map(_key, before)), set(map(_key, after))
    return (
        [one for one in before if _key(one) not in new],
        [one for one in after if _key(one) not in old],
    )


def _word_changes(change: PromptChange) -> Iterator[tuple[str, str]]:
    """Yield what was replaced by what, in the order of the line."""
    lost = ""
    for op, text, _ in change.segments:
        if op is DiffOperation.DEL:
            lost += text
        elif op is DiffOperation.INS:
            yield lost, text
            lost = ""
        else:
            lost = ""


def _replacement(old: str, new: str, before: str, after: str) -> tuple[str, str] | None:
    """Return two words if the answer, too, has the second one in place of the first one."""
    one, other = old.strip().casefold(), new.strip().casefold()
    if not (_is_word(one) and _is_word(other)):
        return None
    if one in before and one not in after and other in after and other not in before:
        return old.strip(), new.strip()
    return None


def _is_word(text: str) -> bool:
    return _WORDS.fullmatch(text) is not None


def _gained_phrase(new: str, before: str, after: str) -> str:
    """Return the longest words that the prompt and the answer both gained; empty if there are none.

    A word that the prompt has in the new line, and the answer had before, is no change.
    """
    best = ""
    for words in _WORDS.findall(new[:_MAX_TEXT]):
        phrase = _common_phrase(words.casefold(), before, after)
        if len(phrase) > len(best):
            best = phrase
    return best


def _common_phrase(words: str, before: str, after: str) -> str:
    if not re.match(_HAN, words):
        is_telling = len(words) >= _MIN_LATIN and not _COMMON_LATIN.fullmatch(words)
        occurs = re.compile(rf"\b{re.escape(words)}\b").search
        return words if is_telling and occurs(after) and not occurs(before) else ""
    matcher = SequenceMatcher(None, after, words, autojunk=False)
    match = matcher.find_longest_match()
    phrase = words[match.b : match.b + match.size]
    if len(_COMMON.sub("", phrase)) < _MIN_HAN or phrase in before:
        return ""
    return phrase
