"""The same scenarios with several bots: a row for each scenario and case, a column for each bot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from coze_harness.messages import Catalogue
from coze_harness.model import TrialRow, TrialStatus
from coze_harness.model.struct_decoding import decode_struct
from coze_harness.reporting.views.row_order import count_passed, worst_row
from coze_harness.reporting.views.safe_text import language_hint, single_line, truncate_text
from coze_harness.reporting.views.view_model import anchor, status_badge

MAX_PREVIEWED: Final = 200
"""Rows with previews of answers; those that differ come first."""
_BEGINNING: Final = 60
_MAX_ANSWER: Final = 1_000


class MatrixCell(NamedTuple):
    """The result of a scenario with a bot: the status, anchor and id of its worst trial."""

    status: TrialStatus
    share: str
    anchor: str
    trial: str


class MatrixRow(NamedTuple):
    """A scenario (and case) with each bot; None where it was not run with that bot."""

    name: str
    cells: Sequence[MatrixCell | None]
    differs: bool


class Matrix(NamedTuple):
    """The bots, how many of their trials passed, and the rows: those that differ first."""

    bots: Sequence[str]
    totals: Sequence[str]
    rows: Sequence[MatrixRow]


class AnswerPreview(NamedTuple):
    """The last answer of a trial: its beginning and, if that is not all, the whole text."""

    beginning: str
    text: str
    language: str


class _Turn(msgspec.Struct):
    answer: str | None = None


class _Record(msgspec.Struct):
    turns: list[_Turn] = []


def preview_answer(record: bytes) -> AnswerPreview | None:
    """Return the last answer in a line of trials.jsonl; None if it has none."""
    try:
        turns = decode_struct(record, _Record).turns
    except ValueError:
        return None
    answers = [turn.answer for turn in turns if turn.answer and turn.answer.strip()]
    if not answers:
        return None
    answer = answers[-1].strip()
    beginning = single_line(" ".join(answer[: 2 * _BEGINNING].split()), _BEGINNING)
    is_whole = len(answer) <= _BEGINNING
    text = "" if is_whole else truncate_text(answer, _MAX_ANSWER)
    return AnswerPreview(beginning, text, language_hint(answer))


def build_matrix(rows: Sequence[TrialRow]) -> Matrix | None:
    """Return the results of several bots; None if no scenario was run with two of them."""
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
        _row(scenario, case, [by_bot.get(bot) for bot in bots])
        for (scenario, case), by_bot in shared.items()
    ]
    totals = [_share([row for by in shared.values() for row in by.get(bot, ())]) for bot in bots]
    lines.sort(key=lambda line: not line.differs)
    return Matrix([single_line(bot) for bot in bots], totals, lines)


def _row(scenario: str, case: str, groups: Sequence[Sequence[TrialRow] | None]) -> MatrixRow:
    cells = [_cell(group) if group else None for group in groups]
    name = single_line(f"{scenario}[{case}]" if case else scenario)
    return MatrixRow(name, cells, len({cell.status for cell in cells if cell}) > 1)


def _cell(group: Sequence[TrialRow]) -> MatrixCell:
    worst = worst_row(group)
    share = _share(group) if len(group) > 1 else ""
    return MatrixCell(worst.status, share, anchor(worst.key.id), worst.key.id)


def cell_text(cell: MatrixCell | None, words: Catalogue) -> str:
    """Return a cell's status and how many trials passed; empty for no cell."""
    return f"{status_badge(cell.status, words)} {cell.share}".rstrip() if cell else ""


def _share(group: Sequence[TrialRow]) -> str:
    return f"{count_passed(group)}/{len(group)}"
