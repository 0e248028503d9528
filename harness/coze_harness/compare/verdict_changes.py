"""Finds the expectations whose verdict changed, even if the scenario was edited."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from coze_harness.model import Verdict, VerdictChange

_Key: TypeAlias = tuple[str, ...]


def find_verdict_changes(
    before: Sequence[Verdict], after: Sequence[Verdict]
) -> tuple[VerdictChange, ...]:
    """Return the verdicts of one turn that changed, in the candidate's order.

    Expectations are paired by kind, name and description, in the order of the file. The others are
    paired by kind and name alone if both sides have the same number of them: these were edited. A
    verdict that has no partner has `None` on the other side; removed ones come last.
    """
    if len(before) == len(after):
        changes = []
        for old, new in zip(before, after, strict=True):
            if old.kind != new.kind or old.expected != new.expected or old.name != new.name:
                break
            if old.status is not new.status:
                changes.append(_verdict_change(old, new))
        else:
            return tuple(changes)
    return _changes_of_edited(before, after)


def _changes_of_edited(
    before: Sequence[Verdict], after: Sequence[Verdict]
) -> tuple[VerdictChange, ...]:
    removed, added = dict(enumerate(before)), dict(enumerate(after))
    partners: dict[int, int] = {}
    for key, allow_uneven in ((_full_key, True), (_name_key, False)):
        for new_index, old_index in _pair(removed, added, key, allow_uneven=allow_uneven):
            partners[new_index] = old_index
            del removed[old_index], added[new_index]
    changes = []
    for index, new in enumerate(after):
        old = before[partners[index]] if index in partners else None
        if old is None or old.status is not new.status:
            changes.append(_verdict_change(old, new))
    return (*changes, *(_verdict_change(old, None) for old in removed.values()))


def _pair(
    removed: Mapping[int, Verdict],
    added: Mapping[int, Verdict],
    key: Callable[[Verdict], _Key],
    *,
    allow_uneven: bool,
) -> list[tuple[int, int]]:
    """Return indices of verdicts with equal keys, the new one first, paired in their order."""
    old_groups = _group(removed, key)
    pairs: list[tuple[int, int]] = []
    for group_key, new_indices in _group(added, key).items():
        old_indices = old_groups.get(group_key, [])
        if allow_uneven or len(old_indices) == len(new_indices):
            pairs.extend(zip(new_indices, old_indices, strict=False))
    return pairs


def _group(
    verdicts: Mapping[int, Verdict], key: Callable[[Verdict], _Key]
) -> dict[_Key, list[int]]:
    groups: dict[_Key, list[int]] = {}
    for index, verdict in verdicts.items():
        groups.setdefault(key(verdict), []).append(index)
    return groups


def _full_key(verdict: Verdict) -> _Key:
    return (verdict.kind, verdict.name, str(verdict.expected))


def _name_key(verdict: Verdict) -> _Key:
    return (verdict.kind, verdict.name)


def _verdict_change(old: Verdict | None, new: Verdict | None) -> VerdictChange:
    verdict = new or old
    assert verdict is not None  # noqa: S101 (a change has at least one side)
    return VerdictChange(
        kind=verdict.kind,
        name=verdict.name,
        expected=verdict.expected,
        location=verdict.location,
        before=old.status if old else None,
        after=new.status if new else None,
        severity=verdict.severity,
    )
