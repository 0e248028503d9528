"""What the bot answered in earlier runs, as a trial shows it: date, status, difference."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from coze_harness.model import PreviousRun, TrialRow
from coze_harness.reporting.views.diff_view import diff_tree
from coze_harness.reporting.views.history_view import run_link
from coze_harness.reporting.views.safe_text import (
    format_moment,
    show_control_characters,
    single_line,
)
from coze_harness.reporting.views.view_model import anchor
from coze_harness.results import EarlierAnswers, EarlierTurn
from coze_harness.text import DiffOperation, DiffSegment, diff_texts

_MAX_CHARACTERS: Final = 300
"""Characters of an answer."""
_COMPARED: Final = 3_000
"""Characters of an answer in which differences are looked for: that takes up to 7 ms."""
_LEAD: Final = 60
"""Characters before the first difference."""
_FAILING: Final = frozenset({"failed", "error", "known_failure"})


class EarlierTurnView(NamedTuple):
    """A turn of an earlier answer.

    `number` is 0 in a conversation of one turn, `prompt` is the prompt if it was another one,
    `tree` is the answer as a tree in JSON.
    """

    number: int
    prompt: str
    tree: str


class EarlierAnswerView(NamedTuple):
    """A run in which a trial had another answer; `more` is the number of further turns."""

    status: str
    link: str
    date: str
    turns: Sequence[EarlierTurnView]
    more: int


class EarlierView(NamedTuple):
    """A trial's earlier answers.

    `title` is the id of the heading, `notes` are those of messages about what is left out.
    """

    is_open: bool
    title: str
    answers: Sequence[EarlierAnswerView]
    notes: Sequence[str]


def earlier_view(
    row: TrialRow, earlier: EarlierAnswers, past: Sequence[PreviousRun], *, compares: bool
) -> EarlierView:
    """Return a trial's earlier answers as the page shows them.

    Args:
        row: the trial.
        earlier: what was read.
        past: the earlier runs, the oldest first.
        compares: mark how they differ from the present answer.
    """
    answers = [
        EarlierAnswerView(
            one.status.value,
            f"{run_link(past[one.past].run_id)}#s={anchor(row.key.id)}",
            format_moment(past[one.past].started_at)[:16] or single_line(past[one.past].run_id),
            [
                EarlierTurnView(
                    turn.number if earlier.turns > 1 or turn.number > 1 else 0,
                    single_line(turn.prompt),
                    diff_tree(_cut(_segments(turn, compares=compares and not turn.prompt))),
                )
                for turn in one.turns
            ],
            one.more,
        )
        for one in earlier.answers
    ]
    title = "earlier.compared" if compares else "earlier.title"
    notes = []
    if earlier.has_more:
        notes.append("earlier.more")
    if earlier.is_unread:
        notes.append("earlier.unread")
    return EarlierView(row.status.value in _FAILING, title, answers, notes)


def compared_size(earlier: EarlierAnswers) -> int:
    """Return how many characters are compared to show a trial's earlier answers."""
    turns = [turn for answer in earlier.answers for turn in answer.turns]
    return sum([min(len(turn.answer), _COMPARED) for turn in turns])


def _segments(turn: EarlierTurn, *, compares: bool) -> Sequence[DiffSegment]:
    """Return an earlier answer, with its difference from the present one if they are alike."""
    answer = show_control_characters(turn.answer[:_COMPARED])
    if compares and turn.now is not None:
        diff = diff_texts(answer, show_control_characters(turn.now[:_COMPARED]))
        if not diff.rewritten:
            return diff.pieces
    return (DiffSegment(DiffOperation.SAME, answer),)


def _cut(segments: Iterable[DiffSegment]) -> Iterator[DiffSegment]:
    """Yield the part of a difference that is shown: from a little before the first change."""
    pieces = list(segments)
    left = _MAX_CHARACTERS
    if (
        len(pieces) > 1
        and pieces[0].op is DiffOperation.SAME
        and len(pieces[0].text) > _MAX_CHARACTERS // 2
    ):
        pieces[0] = DiffSegment(DiffOperation.SAME, f"…{pieces[0].text[-_LEAD:]}")
    for op, text in pieces:
        if len(text) > left:
            yield DiffSegment(op, f"{text[:left]}…")
            return
        yield DiffSegment(op, text)
        left -= len(text)
