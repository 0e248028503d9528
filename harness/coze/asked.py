"""What a trial asks, as one value: tells whether a recording still answers it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from harness import jsontext
from harness.coze.requests import CHAT_PATH, chat_body
from harness.model import JSON, ChatOptions
from harness.ports import Turn

__all__ = ["CHAT_PATH", "bodies", "fingerprint"]


def bodies(bot_id: str, options: ChatOptions, turns: Sequence[Turn]) -> list[dict[str, JSON]]:
    """Return the bodies that a trial's prompts are sent with, in order."""
    return [chat_body(bot_id, options, turn) for turn in turns]


def fingerprint(bot_id: str, options: ChatOptions, turns: Sequence[Turn]) -> str:
    """Return a hash of everything that a trial would ask: equal questions, equal fingerprints.

    What is expected of the answers has no part in it: judging again is free. A tool that is
    computed has its name in it and not what it gave: that stands in the recording.
    """
    asked: JSON = [
        options.conversation_id,
        bodies(bot_id, options, turns),
        [_tools(turn) for turn in turns],
    ]
    return f"sha256:{hashlib.sha256(jsontext.canonical(asked)).hexdigest()}"


def _tools(turn: Turn) -> dict[str, JSON]:
    if not turn.tools:
        return {}
    return {
        name: tool if isinstance(tool, str) else {"computed": tool.name}
        for name, tool in turn.tools.items()
    }
