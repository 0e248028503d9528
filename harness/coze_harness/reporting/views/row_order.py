"""The order of a page's rows, and which trials are flaky."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final

from coze_harness.model import ChangeKind, Mode, Run, TrialRow, TrialStatus

_STATUS_RANKS: Final = {
    TrialStatus.FAILED: 2,
    TrialStatus.ERROR: 3,
    TrialStatus.FIXED: 7,
    TrialStatus.KNOWN_FAILURE: 8,
    TrialStatus.SKIPPED: 9,
    TrialStatus.PASSED: 10,
}
_CHANGE_RANKS: Final = {
    ChangeKind.REGRESSED.value: 0,
    ChangeKind.BROKEN.value: 1,
    ChangeKind.FACTS_CHANGED.value: 4,
}
_FLAKY_RANK: Final = 5
_CHANGED_RANK: Final = 6
_UNCHANGED: Final = ("", ChangeKind.SAME.value)

STATUS_ORDER: Final = tuple(sorted(_STATUS_RANKS, key=_STATUS_RANKS.__getitem__))
"""The statuses, the most urgent first."""

PASSING: Final = (TrialStatus.PASSED, TrialStatus.FIXED)


def count_passed(rows: Iterable[TrialRow]) -> int:
    """Return how many trials passed, also those of known failures."""
    return sum([row.status in PASSING for row in rows])


def worst_row(rows: Iterable[TrialRow]) -> TrialRow:
    """Return the row with the most urgent status, the first of several."""
    return min(rows, key=lambda row: STATUS_ORDER.index(row.status))


def rank_rows(
    rows: Sequence[TrialRow], changes: Mapping[str, str], flaky: set[str]
) -> list[TrialRow]:
    """Return the rows, the most urgent first.

    Regressed, broken, failed, error, facts changed, flaky, changed, and the rest by status.

    Args:
        rows: in the order of the run, which equal rows keep.
        changes: by id, the kind of change; empty without a comparison.
        flaky: the ids of flaky trials.
    """

    def rank(row: TrialRow) -> int:
        change = changes.get(row.key.id, "")
        own = _CHANGE_RANKS.get(change, _STATUS_RANKS[row.status])
        if own > _FLAKY_RANK and row.key.id in flaky:
            return _FLAKY_RANK
        return _CHANGED_RANK if own > _CHANGED_RANK and change not in _UNCHANGED else own

    return sorted(rows, key=rank)


def flaky_ids(run: Run) -> set[str]:
    """Return the ids of flaky trials.

    The repeats of a scenario, bot and case have different statuses in this run, or the status of a
    trial changed at least twice over its history and this run. A replay gives the same status until
    somebody edits or records something, so that the history of replays does not count.
    """
    rows = run.rows
    asks_bot = run.mode is not Mode.REPLAY
    # Most trials of a large run have no repeat; only repeated ones are kept.
    repeats: dict[tuple[str, str, str], list[TrialRow]] = {
        _without_repeat(row): [] for row in rows if row.key.trial > 1
    }
    flaky: set[str] = set()
    for row in rows:
        if repeats and (group := repeats.get(_without_repeat(row))) is not None:
            group.append(row)
        if asks_bot and row.history and count_changes(row) >= 2:
            flaky.add(row.key.id)
    for group in repeats.values():
        if len({row.status for row in group}) > 1:
            flaky.update(row.key.id for row in group)
    return flaky


def _without_repeat(row: TrialRow) -> tuple[str, str, str]:
    return row.key.scenario, row.key.bot, row.key.case


def count_changes(row: TrialRow) -> int:
    """Return how often a trial's status changed from run to run, including this run."""
    known = [letter for letter in row.history if letter != "."]
    return sum([one != other for one, other in pairwise([*known, row.status.letter])])
