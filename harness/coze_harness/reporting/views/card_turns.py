"""What a card of a comparison shows of one trial: kept with the trial until the page is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from coze_harness.model import ChangeKind
from coze_harness.model.struct_decoding import decode_struct
from coze_harness.reporting.views.view_model import FlipView, TrialView

_MAX_TURNS: Final = 3


class CardTurn(NamedTuple):
    """A turn that changed: the prompt, the difference of the answers, verdicts that flipped.

    `is_paced`: the pace of both answers is known.
    """

    number: int
    prompt: str
    language: str
    answer: str
    similarity: str
    tree: str
    rewritten: bool
    flips: Sequence[FlipView]
    still_passing: int
    is_paced: bool


class TrialCard(NamedTuple):
    """What a card shows of one trial: its changed turns, the first ones, and how many it has."""

    turns: Sequence[CardTurn]
    changed: int
    of: int


def trial_card(trial: TrialView) -> bytes:
    """Return what a card shows of a compared trial, as JSON; empty if it was not compared."""
    diff = trial.diff
    if diff is None or not diff.kind or diff.kind == ChangeKind.SAME.value:
        return b""
    prompts = {turn.number: turn for turn in trial.turns}
    changed = [turn for turn in diff.turns if turn.flips or turn.answer not in ("same", "")]
    turns = [
        CardTurn(
            turn.number,
            prompts[turn.number].prompt if turn.number in prompts else "",
            prompts[turn.number].language if turn.number in prompts else "",
            turn.answer,
            turn.similarity,
            turn.tree,
            turn.rewritten,
            turn.flips,
            turn.still_passing,
            turn.is_paced,
        )
        for turn in changed[:_MAX_TURNS]
    ]
    return msgspec.json.encode(TrialCard(turns, len(changed), len(diff.turns)))


def read_trial_card(data: bytes) -> TrialCard | None:
    """Return the card that `trial_card` has written; None for an empty one."""
    return decode_struct(data, TrialCard) if data else None
