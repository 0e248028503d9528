"""The same scenarios put to several bots: a row for each scenario and case, a column a bot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from coze_harness.model import TrialRow, TrialStatus
from coze_harness.reporting.run_view import ORDER
from coze_harness.reporting.view_model import STATUS, anchor
from coze_harness.reporting.visible import single_line


class MatrixCell(NamedTuple):
    """What came of a scenario with a bot; `status` is its worst trial's, `anchor` that trial's."""

    status: TrialStatus
    badge: str
    share: str
    anchor: str


class MatrixRow(NamedTuple):
    """One scenario (and case) with each bot; `None` where it was not put to that one."""

    name: str
    cells: Sequence[MatrixCell | None]
    differs: bool


class Matrix(NamedTuple):
    """The bots, how many of their trials passed, and the lines: those that differ first."""

    bots: Sequence[str]
    totals: Sequence[str]
    lines: Sequence[MatrixRow]


def build_matrix(rows: Sequence[TrialRow]) -> Matrix | None:
    """Return what several bots made of the same scenarios; `None` where none met two of them."""
    if len({row.key.bot for row in rows}) < 2:
        return None
    places: dict[tuple[str, str], dict[str, list[TrialRow]]] = {}
    for row in rows:
        by_bot = places.setdefault((row.key.scenario, row.key.case), {})
        by_bot.setdefault(row.key.bot, []).append(row)
    shared = {place: by_bot for place, by_bot in places.items() if len(by_bot) > 1}
    if not shared:
        return None
    bots = list(dict.fromkeys(bot for by_bot in shared.values() for bot in by_bot))
    lines = [
        _line(scenario, case, [by_bot.get(bot) for bot in bots])
        for (scenario, case), by_bot in shared.items()
    ]
    totals = [_share([row for by in shared.values() for row in by.get(bot, ())]) for bot in bots]
    lines.sort(key=lambda line: not line.differs)
    return Matrix([single_line(bot) for bot in bots], totals, lines)


def _line(scenario: str, case: str, groups: Sequence[Sequence[TrialRow] | None]) -> MatrixRow:
    cells = [_cell(group) if group else None for group in groups]
    name = single_line(f"{scenario}[{case}]" if case else scenario)
    return MatrixRow(name, cells, len({cell.status for cell in cells if cell}) > 1)


def _cell(group: Sequence[TrialRow]) -> MatrixCell:
    worst = min(group, key=lambda row: ORDER.index(row.status))
    words = STATUS[worst.status]
    share = _share(group) if len(group) > 1 else ""
    return MatrixCell(worst.status, f"{words.icon} {words.word}", share, anchor(worst.key.id))


def _share(group: Sequence[TrialRow]) -> str:
    counts = Counter(row.status for row in group)
    passed = counts[TrialStatus.PASSED] + counts[TrialStatus.FIXED]
    return f"{passed}/{len(group)}"
