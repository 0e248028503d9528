"""Negations of two texts: which statements were reversed, added or removed.

A negation is compared by its clause: 不支持退货 and 退货是不支持的 say the same, 支持退货 says the
opposite.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Final, NamedTuple

from coze_harness.text.facts.clauses import Clause, clause_at, clauses, content_of
from coze_harness.text.facts.fact import Fact, FactChange, FactKind

_SAME: Final = 0.8
"""Share of the shorter clause's words in the other, at which both say the same."""
_SIMILAR: Final = 0.34
"""The same for two negations that may be worded differently."""
_REVERSED: Final = 0.6
"""The same for a negation and a statement that it may be the opposite of."""
_FREE: Final = "免"
_MAX_COMPARED: Final = 60
"""Negations of each text that are compared, and clauses that they are compared with."""


class _NegatedClause(NamedTuple):
    fact: Fact
    clause: Clause


def compare_negations(
    before: str, after: str, lost: Sequence[Fact], gained: Sequence[Fact], *, same_language: bool
) -> list[FactChange]:
    """Return the negations that reversed a statement, were added or were removed.

    Args:
        before: the text before, in normal width.
        after: the text after.
        lost: the negations of the text before.
        gained: those of the text after.
        same_language: whether the words of both texts can be compared.
    """
    if not lost and not gained:
        return []
    if not same_language:
        return _compare_counts(lost, gained)
    left = [_NegatedClause(fact, clause_at(before, fact.start)) for fact in lost[:_MAX_COMPARED]]
    right = [_NegatedClause(fact, clause_at(after, fact.start)) for fact in gained[:_MAX_COMPARED]]
    all_left, all_right = tuple(left), tuple(right)
    _drop_matches(left, right, _SAME)
    if not left and not right:
        return []
    said_before, said_after = _statements(before, lost), _statements(after, gained)
    common = {one.content for one in said_before} & {one.content for one in said_after}
    said_before = [one for one in said_before if one.content not in common]
    said_after = [one for one in said_after if one.content not in common]
    changes = _reversals(left, after, said_after, _SAME, is_removed=True)
    changes += _reversals(right, before, said_before, _SAME, is_removed=False)
    _drop_repeated(left, all_left, all_right)
    _drop_repeated(right, all_right, all_left)
    _drop_matches(left, right, _SIMILAR)
    # As many new negations as old ones: worded in other words, as 没有货 and 无法购买.
    kept_left, kept_right = len(right), len(left)
    left = [one for one in left if one.fact.is_certain]
    right = [one for one in right if one.fact.is_certain]
    changes += _reversals(left, after, said_after, _REVERSED, is_removed=True)
    changes += _reversals(right, before, said_before, _REVERSED, is_removed=False)
    changes += [FactChange(FactKind.NEGATION, one.fact, None) for one in left[kept_left:]]
    changes += [FactChange(FactKind.NEGATION, None, one.fact) for one in right[kept_right:]]
    return changes


def _compare_counts(lost: Sequence[Fact], gained: Sequence[Fact]) -> list[FactChange]:
    left = [fact for fact in lost if fact.is_certain]
    right = [fact for fact in gained if fact.is_certain]
    if bool(left) == bool(right):
        return []
    changes = [FactChange(FactKind.NEGATION, fact, None) for fact in left]
    return changes + [FactChange(FactKind.NEGATION, None, fact) for fact in right]


def _statements(text: str, negations: Sequence[Fact]) -> list[Clause]:
    """Return the clauses of a text that have words and no negation."""
    statements = []
    places = deque(fact.start for fact in negations)
    for clause in clauses(text):
        while places and places[0] < clause.start:
            places.popleft()
        if clause.content and not (places and places[0] < clause.end):
            statements.append(clause)
        if len(statements) == _MAX_COMPARED:
            break
    return statements


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the share of the smaller set that is in the other; 0 for less than two words."""
    shared = len(one & other)
    smaller = min(len(one), len(other))
    return shared / smaller if smaller and (shared > 1 or smaller == 1) else 0.0


def _drop_repeated(
    negated: list[_NegatedClause], own: Sequence[_NegatedClause], others: Sequence[_NegatedClause]
) -> None:
    """Remove the negations that the other text makes too, once for several clauses."""
    starts = [one.clause.start for one in own]
    negated[:] = [
        one
        for one in negated
        if starts.count(one.clause.start) > 1
        or not any(_overlap(one.clause.content, other.clause.content) >= _SAME for other in others)
    ]


def _drop_matches(left: list[_NegatedClause], right: list[_NegatedClause], least: float) -> None:
    """Remove from both lists the negations that say the same, the most similar first.

    Of equally similar ones, 免费 and 免费 are first: that of 可以免费改签 is said again in
    不可以免费改签, and is no counterpart of its 不可以.
    """
    pairs = sorted(
        (
            -_overlap(one.clause.content, other.clause.content),
            not one.fact.text.startswith(_FREE) or one.fact.value != other.fact.value,
            i,
            j,
        )
        for i, one in enumerate(left)
        for j, other in enumerate(right)
    )
    gone_left: set[int] = set()
    gone_right: set[int] = set()
    for score, _, i, j in pairs:
        if -score >= least and i not in gone_left and j not in gone_right:
            gone_left.add(i)
            gone_right.add(j)
    left[:] = [one for i, one in enumerate(left) if i not in gone_left]
    right[:] = [one for j, one in enumerate(right) if j not in gone_right]


def _asserts(negation: Fact, section: str) -> bool:
    """Whether a statement may be the opposite of a negation.

    One that is not certain must have the word behind the negation: 不超过 and 超过.
    """
    words = str(negation.value).split()
    if negation.is_certain or not words:
        return negation.is_certain
    if words[0].isascii():
        return words[0] in section.lower()
    return words[0][: 1 if negation.text.startswith(_FREE) else 2] in section


def _reversals(
    negated: list[_NegatedClause],
    text: str,
    statements: list[Clause],
    least: float,
    *,
    is_removed: bool,
) -> list[FactChange]:
    """Return the negations whose statement the other text makes without them; remove them."""
    changes = []
    for one in list(negated):
        denied = content_of(str(one.fact.value))
        scores = [
            (_overlap(one.clause.content, other.content), other)
            for other in statements
            if not denied or denied & other.content
        ]
        score, statement = max(scores, key=lambda pair: pair[0], default=(0.0, None))
        if statement is None or score < least:
            continue
        section = text[statement.start : statement.end]
        if not _asserts(one.fact, section):
            continue
        negated.remove(one)
        other = Fact(FactKind.NEGATION, one.fact.value, "", statement.start, statement.end, section)
        changes.append(
            FactChange(FactKind.NEGATION, *((one.fact, other) if is_removed else (other, one.fact)))
        )
    return changes
