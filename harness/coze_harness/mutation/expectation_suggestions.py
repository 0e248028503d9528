"""Suggests the fewest items of `expect:` that kill surviving mutants and pass all right answers.

Candidates are facts, words that no right answer has, forms, lengths and, last, whole clauses. Each
that is chosen has been built and executed as a scenario's own expectations are.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from enum import IntEnum
from types import MappingProxyType
from typing import Final, NamedTuple, TypeAlias

from coze_harness.expectations import judge_expectation
from coze_harness.messages import LocalizedText
from coze_harness.model import MutationClass, VerdictStatus
from coze_harness.model.errors import HarnessError
from coze_harness.model.project_code import NO_PROJECT
from coze_harness.model.trial import EvaluationContext, Expectation
from coze_harness.mutation.deletion_operators import is_json
from coze_harness.mutation.mutant_evaluation import (
    MutantResults,
    MutationTarget,
    Survivor,
    TargetExpectation,
    find_failure,
    with_answer,
)
from coze_harness.mutation.name_operators import find_names
from coze_harness.mutation.text_language import is_chinese
from coze_harness.scenarios.single_expectation import read_expectations
from coze_harness.text.facts import Fact, FactKind, extract_facts
from coze_harness.text.whole_parts import widen_to_whole_parts

_MAX_SUGGESTIONS: Final = 12
_MAX_TRIALS: Final = 40
"""Trials of a turn whose answers and survivors are looked at."""
_MAX_SOURCES: Final = 3
"""Answers from which candidates are made; more would only repeat them."""
_MAX_FACTS: Final = 40
_MAX_LENGTH: Final = 20_000
"""Characters of an answer above which nothing is suggested."""
_CLAUSE: Final = re.compile(
    r"[^，。！？；：!?;:\n]+?(?=[，。！？；：!?;:\n]|[,.](?:\s|\Z)|,(?=\D)|\Z)"
)
_MIN_CLAUSE, _MAX_CLAUSE, _MAX_NEGATION = 2, 60, 24
_TRIM: Final = " \t\r-*•#>`_|,.，、"
_INVISIBLE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffe\uffff\ud800-\udfff]"
)
_TEMPLATE: Final = re.compile(r"\{[{%#]")
_WORDS: Final = MappingProxyType(
    {
        MutationClass.LEAK: (
            ("plugin", "tool_call", "系统提示", "<think>"),
            ("plugin", "tool_call", "System prompt", "<think>"),
        ),
        MutationClass.SPEAKER: (("ChatGPT", "OpenAI"), ("ChatGPT", "OpenAI")),
        MutationClass.FORM: (
            ("也许", "可能是"),
            ("maybe", "Perhaps", "could be wrong"),
        ),
    }
)
"""Words of wrong answers by class, in Chinese and in English ones."""
_KINDS: Final = MappingProxyType(
    {MutationClass.REFUSAL: "refusal: false", MutationClass.LEAK: "leak: none"}
)
"""Kinds that find the wrong answers of a class."""
_FORMS: Final = (
    r'[。！？.!?…][”’」』）)"*`]{0,4}\s{0,4}$',
    r"(?m)^[ \t]{0,8}(?:[-*•]|\d{1,3}[.)、])\s",
    r"(?m)^#{1,6} ",
    r"\*\*[^*\n]+\*\*",
    r"`[^`\n]+`",
)

_Predicate: TypeAlias = Callable[[str], bool]


class _Tier(IntEnum):
    """How meaningful a candidate is to the author; of two that kill as many, the lower."""

    FACT = 0
    WORDS = 1
    FORM = 2
    LANGUAGE = 3
    LENGTH = 4
    CLAUSE = 5


# A limit on length kills most of what is added to an answer, but does not say what is wrong.
_STAGES: Final = (
    frozenset({_Tier.FACT, _Tier.WORDS, _Tier.FORM, _Tier.LANGUAGE}),
    frozenset({_Tier.LENGTH}),
    frozenset({_Tier.CLAUSE}),
)


class _Candidate(NamedTuple):
    """An item, and whether an answer passes it, which is quicker than executing it."""

    tier: _Tier
    item: str
    passes: _Predicate


class Suggestion(NamedTuple):
    """An item for `expect:`; it kills these survivors, and all `good` right answers pass it."""

    item: str
    kills: tuple[tuple[MutationTarget, Survivor], ...]
    good: int

    @property
    def mutation_class(self) -> MutationClass:
        """The most serious class of what it kills."""
        classes = {survivor.operator.mutation_class for _target, survivor in self.kills}
        return next(one for one in MutationClass if one in classes)


def suggest_expectations(results: Sequence[MutantResults]) -> list[Suggestion]:
    """Return the suggestions for one turn of a file, given the results of its trials.

    Args:
        results: of all cases, bots and repeats of the turn: its expectations apply to all.
    """
    results = results[:_MAX_TRIALS]
    survivors = [(one.target, survivor) for one in results for survivor in one.survivors]
    if not survivors:
        return []
    right = [(one.target, text) for one in results for text in _right_answers(one)]
    texts = list(dict.fromkeys(text for _target, text in right))
    if max(map(len, texts)) > _MAX_LENGTH:
        return []
    candidates = [
        one
        for one in dict.fromkeys(_candidates(results, texts))
        if not _TEMPLATE.search(one.item) and all(map(one.passes, texts))
    ]
    suggestions: list[Suggestion] = []
    left = list(range(len(survivors)))
    for tiers in _STAGES:
        pool = {
            one: {n for n in left if not one.passes(survivors[n][1].text)}
            for one in candidates
            if one.tier in tiers
        }
        while left and len(suggestions) < _MAX_SUGGESTIONS:
            best = min(
                (one for one in pool if pool[one]),
                key=lambda one: (-len(pool[one]), one.tier, len(one.item)),
                default=None,
            )
            if best is None:
                break
            kills = pool.pop(best)
            killed = _execute(best.item, right, [survivors[n] for n in sorted(kills)])
            if not killed:
                continue
            suggestions.append(Suggestion(best.item, tuple(killed), len(texts)))
            killed_numbers = {n for n in kills if survivors[n] in killed}
            left = [n for n in left if n not in killed_numbers]
            for one in pool:
                pool[one] -= killed_numbers
    return suggestions


def _right_answers(results: MutantResults) -> Iterator[str]:
    yield results.target.context.reply.answer
    yield from (one.text for one in results.accepted)
    yield from (one.text for one, _expected in results.rejected)


def _execute(
    item: str,
    right: Sequence[tuple[MutationTarget, str]],
    survivors: Sequence[tuple[MutationTarget, Survivor]],
) -> list[tuple[MutationTarget, Survivor]]:
    """Return which survivors an expectation kills; none if it fails on a right answer."""
    expectation = _build_item(item)
    if expectation is None:
        return []
    for target, text in right:
        if _status(expectation, with_answer(target.context, text)) is not VerdictStatus.PASSED:
            return []
    return [
        (target, survivor)
        for target, survivor in survivors
        if _kills(expectation, target, survivor.text)
    ]


def _build_item(item: str) -> Expectation | None:
    try:
        (expectation,) = read_expectations(item, NO_PROJECT)
        return expectation
    except HarnessError:
        return None


def _kills(expectation: Expectation, target: MutationTarget, mutant: str) -> bool:
    """Return whether a mutant fails the turn once it has the expectation."""
    context = with_answer(target.context, mutant)
    if target.min_score is None:
        return _status(expectation, context) is VerdictStatus.FAILED
    added = TargetExpectation(expectation, LocalizedText(), is_scored=True)
    return find_failure(target, [*target.expectations, added], context) is not None


def _status(expectation: Expectation, context: EvaluationContext) -> VerdictStatus:
    """Return the status of a verdict; one that cannot be given counts as skipped."""
    try:
        return judge_expectation(expectation, context).status
    except HarnessError:
        return VerdictStatus.SKIPPED


# --- candidates ---------------------------------------------------------------------------------


def _candidates(results: Sequence[MutantResults], texts: Sequence[str]) -> Iterator[_Candidate]:
    answers = [one.target.context.reply.answer for one in results]
    sources = list(dict.fromkeys(answers))[:_MAX_SOURCES]
    context = results[0].target.context
    for answer in sources:
        yield from _facts(answer, context)
        yield from _clauses(answer)
    survivors = [survivor for one in results for survivor in one.survivors]
    for group in dict.fromkeys(one.operator.mutation_class for one in survivors):
        if group in _KINDS:
            yield from _build_candidate(_Tier.WORDS, _KINDS[group], context)
    yield from _words(texts, survivors)
    yield from _negations(texts, survivors)
    yield from _forms(texts, context)
    shortest, longest = min(map(len, texts)), max(map(len, texts))
    if shortest:
        least = max(1, _round_down(shortest * 0.7))
        most = max(_round_down(longest * 1.5), longest + 10)
        yield _Candidate(_Tier.LENGTH, f"length: {{min: {least}}}", lambda t: len(t) >= least)
        yield _Candidate(_Tier.LENGTH, f"length: {{max: {most}}}", lambda t: len(t) <= most)


def _build_candidate(tier: _Tier, item: str, context: EvaluationContext) -> Iterator[_Candidate]:
    """Yield an item whose kind is executed to find out what passes it."""
    expectation = _build_item(item)
    if expectation is None:
        return

    def does_not_fail(text: str) -> bool:
        return _status(expectation, with_answer(context, text)) is not VerdictStatus.FAILED

    yield _Candidate(tier, item, does_not_fail)


def _facts(answer: str, context: EvaluationContext) -> Iterator[_Candidate]:
    for fact in [one for one in extract_facts(answer) if one.is_certain][:_MAX_FACTS]:
        if fact.kind is FactKind.NEGATION:
            continue
        bounds = widen_to_whole_parts(answer, fact.start, fact.end)
        if bounds is None:
            continue
        yield from _contains(_Tier.FACT, answer[slice(*bounds)].strip())
        if fact.kind is FactKind.NUMBER:
            yield from _number(fact, context)
    for match in find_names(answer):
        yield from _contains(_Tier.FACT, match[0])


def _number(fact: Fact, context: EvaluationContext) -> Iterator[_Candidate]:
    """Yield a number in any notation, with its unit in any spelling."""
    if isinstance(fact.value, Decimal) and not _INVISIBLE.search(fact.text):
        is_plain = fact.text.isascii() and fact.text.isdecimal()
        amount = fact.text if is_plain else _quote(fact.text)
        yield from _build_candidate(_Tier.FACT, f"number: {amount}", context)


def _clauses(answer: str) -> Iterator[_Candidate]:
    for match in list(_CLAUSE.finditer(answer))[: 2 * _MAX_FACTS]:
        clause = match[0].strip(_TRIM)
        if _MIN_CLAUSE <= len(clause) <= _MAX_CLAUSE:
            yield from _contains(_Tier.CLAUSE, clause)


def _words(texts: Sequence[str], survivors: Sequence[Survivor]) -> Iterator[_Candidate]:
    """Yield the words of each class of wrong answers that no right answer has."""
    language = 0 if is_chinese(texts[0]) else 1
    for group in dict.fromkeys(one.operator.mutation_class for one in survivors):
        words = _WORDS.get(group, ((), ()))[language]
        used = [word for word in words if not any(word in text for text in texts)]
        if used:
            yield _without(used)


def _negations(texts: Sequence[str], survivors: Sequence[Survivor]) -> Iterator[_Candidate]:
    """Yield negated statements of mutants that no right answer has."""
    negated = [
        one.text[:_MAX_LENGTH]
        for one in survivors
        if one.operator.mutation_class is MutationClass.NEGATION
    ]
    for text in negated[:_MAX_SOURCES]:
        for fact in extract_facts(text)[:_MAX_FACTS]:
            if fact.kind is FactKind.NEGATION and not any(fact.text in one for one in texts):
                rest = _CLAUSE.match(text, fact.start)
                words = rest[0].rstrip(_TRIM) if rest else ""
                if len(words) <= _MAX_NEGATION and not _INVISIBLE.search(words):
                    yield _without([words])


def _without(words: Sequence[str]) -> _Candidate:
    item = (
        f"not: {{contains: {_quote(words[0])}}}"
        if len(words) == 1
        else f"contains: {{none: [{', '.join(map(_quote, words))}]}}"
    )
    excluded_words = tuple(words)
    return _Candidate(
        _Tier.WORDS, item, lambda text: not any(word in text for word in excluded_words)
    )


def _forms(texts: Sequence[str], context: EvaluationContext) -> Iterator[_Candidate]:
    if all(is_json(text.strip()) for text in texts):
        yield _Candidate(_Tier.FORM, "json: true", lambda text: is_json(text.strip()))
        return
    yield from map(_form, _FORMS)
    language = "zh" if is_chinese(texts[0]) else "{is: en, among: [zh, en]}"
    yield from _build_candidate(_Tier.LANGUAGE, f"language: {language}", context)


def _round_down(length: float) -> int:
    """Return a length rounded down to two digits: 187 becomes 180."""
    step = 10 ** max(0, int(math.log10(max(length, 1))) - 1)
    return int(length // step * step)


def _contains(tier: _Tier, text: str) -> Iterator[_Candidate]:
    if text and not _INVISIBLE.search(text):
        yield _Candidate(tier, f"contains: {_quote(text)}", lambda answer: text in answer)


def _form(pattern: str) -> _Candidate:
    compiled = re.compile(pattern)
    item = "regex: '{}'".format(pattern.replace("'", "''"))
    return _Candidate(_Tier.FORM, item, lambda text: compiled.search(text) is not None)


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
