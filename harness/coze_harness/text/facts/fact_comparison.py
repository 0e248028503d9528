"""The changes of facts between two texts.

A fact is kept if the other text has it anywhere, in any notation. What is left on both sides is
paired by kind and by the words around it: 5 → 50. Negations are compared by their clauses.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from decimal import Decimal
from typing import Final

from coze_harness.text.facts.dates import date_variants
from coze_harness.text.facts.fact import NO_CHANGES, Fact, FactChange, FactChanges, FactKind
from coze_harness.text.facts.fact_extraction import extract_facts, normal_width
from coze_harness.text.facts.names import is_chinese, is_identifier
from coze_harness.text.facts.negation_comparison import compare_negations
from coze_harness.text.facts.quantities import number_key

_CONTEXT: Final = 12
"""Characters on each side of a fact that its counterpart is looked for with."""
_MAX_PAIRED: Final = 60
"""Facts of a kind on each side that are paired; of more, all are added or removed."""
_CERTAIN_CONTEXT: Final = 4
"""Characters around two uncertain facts that must be equal, so that they are one that changed."""


def compare_facts(before: str, after: str) -> FactChanges:
    """Return which facts of a text changed, were added and were removed.

    Another notation, order, place or number of repetitions is not a change. Of texts in different
    languages, names and titles are not compared, but codes, addresses and numbers are.

    Args:
        before: the text before, such as the answer of a baseline.
        after: the text after.
    """
    if before == after:
        return NO_CHANGES
    facts_before, facts_after = extract_facts(before), extract_facts(after)
    same_language = is_chinese(before) == is_chinese(after)
    changes: list[FactChange] = []
    for kind in (FactKind.NUMBER, FactKind.DATE, FactKind.NAME):
        left = [fact for fact in facts_before if fact.kind is kind]
        right = [fact for fact in facts_after if fact.kind is kind]
        if kind is FactKind.NAME and not same_language:
            left, right = list(filter(is_identifier, left)), list(filter(is_identifier, right))
        lost, gained = _find_unmatched(left, right), _find_unmatched(right, left)
        changes += _pair(before, after, lost, gained)
    changes += compare_negations(
        normal_width(before),
        normal_width(after),
        [fact for fact in facts_before if fact.kind is FactKind.NEGATION],
        [fact for fact in facts_after if fact.kind is FactKind.NEGATION],
        same_language=same_language,
    )
    return _sort_changes(changes) if changes else NO_CHANGES


def _variants(fact: Fact) -> tuple[Hashable, ...]:
    """Return what a fact says, and what a less precise text says of it."""
    if fact.kind is FactKind.NUMBER:
        return (number_key(fact), (fact.value, ""))
    if fact.kind is FactKind.DATE:
        return date_variants(str(fact.value))
    return (fact.value,)


def _find_unmatched(facts: Sequence[Fact], others: Sequence[Fact]) -> list[Fact]:
    """Return the facts that the other text lacks, each once."""
    if not facts:
        return []
    exact = {_variants(fact)[0] for fact in others}
    loose = {variant for fact in others for variant in _variants(fact)}
    unmatched: dict[Hashable, Fact] = {}
    for fact in facts:
        variants = _variants(fact)
        if variants[0] not in loose and not exact.intersection(variants):
            unmatched.setdefault(variants[0], fact)
    return list(unmatched.values())


def _pair(
    before: str, after: str, lost: Sequence[Fact], gained: Sequence[Fact]
) -> list[FactChange]:
    """Return changes of facts, those with the most similar words around them as pairs."""
    pairs: list[tuple[int, int, int]] = []
    if len(lost) <= _MAX_PAIRED and len(gained) <= _MAX_PAIRED:
        for i, one in enumerate(lost):
            for j, other in enumerate(gained):
                score = _similarity(before, one, after, other)
                if _are_counterparts(one, other, score):
                    pairs.append((-score, i, j))
    rest_before, rest_after = dict(enumerate(lost)), dict(enumerate(gained))
    changes = []
    for _, i, j in sorted(pairs):
        if i in rest_before and j in rest_after:
            one, other = rest_before.pop(i), rest_after.pop(j)
            changes.append(FactChange(_changed_kind(one, other), one, other))
    changes += [FactChange(one.kind, one, None) for one in rest_before.values() if one.is_certain]
    changes += [FactChange(one.kind, None, one) for one in rest_after.values() if one.is_certain]
    return changes


def _are_counterparts(one: Fact, other: Fact, score: int) -> bool:
    if one.is_certain and other.is_certain:
        return score > 0
    if one.is_certain or other.is_certain:
        return score > 1
    return score >= (_CERTAIN_CONTEXT if one.kind is not FactKind.NAME else 2 * _CERTAIN_CONTEXT)


def _similarity(before: str, one: Fact, after: str, other: Fact) -> int:
    """Return how alike the words around two facts are: 1 for a character, 2 for the unit."""
    left = _common(
        before[max(0, one.start - _CONTEXT) : one.start][::-1],
        after[max(0, other.start - _CONTEXT) : other.start][::-1],
    )
    right = _common(before[one.end : one.end + _CONTEXT], after[other.end : other.end + _CONTEXT])
    same_unit = one.kind is FactKind.NUMBER and (number_key(one)[1] == number_key(other)[1])
    same_amount = one.kind is FactKind.NUMBER and one.value == other.value
    return left + right + 2 * (same_unit and bool(one.unit)) + 2 * same_amount


def _common(one: str, other: str) -> int:
    count = 0
    for a, b in zip(one.casefold(), other.casefold(), strict=False):
        if a != b:
            break
        count += not a.isspace()
    return count


def _changed_kind(one: Fact, other: Fact) -> FactKind:
    is_sure = one.is_certain and other.is_certain
    if is_sure and isinstance(one.value, Decimal) and one.value == other.value:
        return FactKind.UNIT
    return one.kind


def _sort_changes(changes: Sequence[FactChange]) -> FactChanges:
    def place(change: FactChange) -> tuple[int, int]:
        fact = change.before or change.after
        return (fact.start if fact else 0, change.after.start if change.after else 0)

    ordered = sorted(changes, key=place)
    return FactChanges(
        changed=tuple(one for one in ordered if one.before and one.after),
        added=tuple(one for one in ordered if not one.before),
        removed=tuple(one for one in ordered if not one.after),
    )
