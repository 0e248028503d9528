"""Short digests of what a trial was judged by: its recording and its expectations.

They are kept in run.json, so that a later run can say what was recorded again or edited.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

import msgspec

from coze_harness.model import CONVERSATION_END, TrialResult, TurnResult

RECORDING_SIZE: Final = 8
"""Characters of the digest of a recording; those of the turns follow it."""
TURN_SIZE: Final = 6
"""Characters of the digest of a turn's expectations."""


def trial_digests(result: TrialResult) -> str:
    """Return the digests of a trial: of its recording, then of the expectations of each turn.

    Empty if nothing was judged, since an error may have come before the first verdict.
    """
    turns = [_turn_digest(turn) for turn in result.turns if turn.reply is not None]
    return f"{_recording_digest(result)}{''.join(turns)}" if turns else ""


def bot_version(result: TrialResult) -> str:
    """Return the bot's version when it was recorded; empty if that is unknown."""
    return result.snapshot.version if result.snapshot else ""


def _recording_digest(result: TrialResult) -> str:
    parts = [result.recorded_at]
    # How many turns of a simulated conversation are replayed depends on expectations.
    turns = result.turns
    if any(one.kind == CONVERSATION_END for turn in turns[-1:] for one in turn.verdicts):
        turns = turns[:1]
    for turn in turns:
        if turn.reply is not None:
            parts += (turn.reply.chat_id, turn.reply.answer)
    text = "\0".join(parts).encode(errors="surrogatepass")
    return blake2b(text, digest_size=RECORDING_SIZE // 2).hexdigest()


def _turn_digest(turn: TurnResult) -> str:
    expectations = [
        (one.kind, one.name, one.weight, one.severity, one.expected) for one in turn.verdicts
    ]
    try:
        text = msgspec.json.encode(expectations)
    except UnicodeEncodeError:  # half a surrogate pair
        text = repr(expectations).encode(errors="backslashreplace")
    return blake2b(text, digest_size=TURN_SIZE // 2).hexdigest()
