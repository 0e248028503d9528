"""What a reader looks at first: the order of a page's rows, and which trials waver."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

from coze_harness.model import ChangeKind, TrialRow, TrialStatus

_STATUSES: Final = {
    TrialStatus.FAILED: 2,
    TrialStatus.ERROR: 3,
    TrialStatus.FIXED: 6,
    TrialStatus.KNOWN_FAILURE: 7,
    TrialStatus.SKIPPED: 8,
    TrialStatus.PASSED: 9,
}
_CHANGES: Final = {ChangeKind.REGRESSED.value: 0, ChangeKind.BROKEN.value: 1}
_FLAKY: Final = 4
_CHANGED: Final = 5
_UNCHANGED: Final = ("", ChangeKind.SAME.value)


def ranked(rows: Sequence[TrialRow], changes: Mapping[str, str], flaky: set[str]) -> list[TrialRow]:
    """Return the rows: regressed, broken, failed, error, flaky, changed, and the rest by status.

    Args:
        rows: in the order of the run, which they keep among equals.
        changes: by id, the kind of change; nothing where nothing was compared.
        flaky: the ids of those that waver.
    """

    def rank(row: TrialRow) -> int:
        change = changes.get(row.key.id, "")
        own = _CHANGES.get(change, _STATUSES[row.status])
        if own > _FLAKY and row.key.id in flaky:
            return _FLAKY
        return _CHANGED if own > _CHANGED and change not in _UNCHANGED else own

    return sorted(rows, key=rank)


def flaky_ids(rows: Sequence[TrialRow]) -> set[str]:
    """Return the ids of the trials that waver.

    The repeats of one scenario, bot and case came to different verdicts in this run; or what a
    trial came to has changed at least twice, counting this run.
    """
    # Of a large run most trials have no repeat, and nothing need be kept of these.
    repeats: dict[tuple[str, str, str], list[TrialRow]] = {
        _repeated(row): [] for row in rows if row.key.trial > 1
    }
    found: set[str] = set()
    for row in rows:
        if repeats and (group := repeats.get(_repeated(row))) is not None:
            group.append(row)
        if row.history and turns(row) >= 2:
            found.add(row.key.id)
    for group in repeats.values():
        if len({row.status for row in group}) > 1:
            found.update(row.key.id for row in group)
    return found


def _repeated(row: TrialRow) -> tuple[str, str, str]:
    key = row.key
    return key.scenario, key.bot, key.case


def turns(row: TrialRow) -> int:
    """Return how often a trial came to something else than the time before, this run included."""
    known = [letter for letter in row.history if letter != "."]
    return sum([one != other for one, other in pairwise([*known, row.status.letter])])
