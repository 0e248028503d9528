"""Expectations that came to another verdict, also where the scenario was edited in between."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from coze_harness.model import Verdict, VerdictChange

_Key: TypeAlias = tuple[str, ...]


def find_verdict_changes(
    before: Sequence[Verdict], after: Sequence[Verdict]
) -> tuple[VerdictChange, ...]:
    """Return the expectations of one turn whose verdict changed, in the candidate's order.

    Expectations pair by kind, name and what they expect, in the order they are written. What is
    left pairs by kind and name alone, where both sides have as many of these left: an expectation
    that was edited in place. The rest stands with `None` for the side that did not judge it, first
    what came and then what went.
    """
    if len(before) == len(after):
        found = []
        for was, now in zip(before, after, strict=True):
            if was.kind != now.kind or was.expected != now.expected or was.name != now.name:
                break
            if was.status is not now.status:
                found.append(_flip(was, now))
        else:
            return tuple(found)
    return _paired(before, after)


def _paired(before: Sequence[Verdict], after: Sequence[Verdict]) -> tuple[VerdictChange, ...]:
    went, came = dict(enumerate(before)), dict(enumerate(after))
    partners: dict[int, int] = {}
    for key, uneven in ((_as_written, True), (_by_name, False)):
        for new, old in _partners(went, came, key, uneven=uneven):
            partners[new] = old
            del went[old], came[new]
    found = []
    for number, now in enumerate(after):
        was = before[partners[number]] if number in partners else None
        if was is None or was.status is not now.status:
            found.append(_flip(was, now))
    return (*found, *(_flip(was, None) for was in went.values()))


def _partners(
    went: Mapping[int, Verdict],
    came: Mapping[int, Verdict],
    key: Callable[[Verdict], _Key],
    *,
    uneven: bool,
) -> list[tuple[int, int]]:
    """Return the numbers, new and old, of verdicts that pair: the first with the first of a key."""
    old = _grouped(went, key)
    found: list[tuple[int, int]] = []
    for name, numbers in _grouped(came, key).items():
        others = old.get(name, [])
        if uneven or len(others) == len(numbers):
            found.extend(zip(numbers, others, strict=False))
    return found


def _grouped(
    verdicts: Mapping[int, Verdict], key: Callable[[Verdict], _Key]
) -> dict[_Key, list[int]]:
    groups: dict[_Key, list[int]] = {}
    for number, verdict in verdicts.items():
        groups.setdefault(key(verdict), []).append(number)
    return groups


def _as_written(verdict: Verdict) -> _Key:
    return (verdict.kind, verdict.name, verdict.expected)


def _by_name(verdict: Verdict) -> _Key:
    return (verdict.kind, verdict.name)


def _flip(was: Verdict | None, now: Verdict | None) -> VerdictChange:
    shown = now or was
    assert shown is not None  # noqa: S101 (a flip has a side)
    return VerdictChange(
        kind=shown.kind,
        name=shown.name,
        expected=shown.expected,
        location=shown.location,
        before=was.status if was else None,
        after=now.status if now else None,
        severity=shown.severity,
    )
