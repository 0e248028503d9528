"""What a card of a comparison shows of one trial: kept with the trial until the page is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from coze_harness.model import ChangeKind
from coze_harness.model.struct_decoding import decode_struct
from coze_harness.reporting.views.view_model import TrialView, TurnDiffView

_MAX_TURNS: Final = 3


class CardTurn(NamedTuple):
    """A turn that changed: the prompt, its language, and the difference of the answers."""

    prompt: str
    language: str
    difference: TurnDiffView


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
    prompts = {turn.number: (turn.prompt, turn.language) for turn in trial.turns}
    changed = [turn for turn in diff.turns if turn.flips or turn.answer not in ("same", "")]
    turns = [CardTurn(*prompts.get(turn.number, ("", "")), turn) for turn in changed[:_MAX_TURNS]]
    return msgspec.json.encode(TrialCard(turns, len(changed), len(diff.turns)))


def read_trial_card(data: bytes) -> TrialCard | None:
    """Return the card that `trial_card` has written; None for an empty one."""
    return decode_struct(data, TrialCard) if data else None
