"""Finds a bot by its name or id."""

from __future__ import annotations

from collections.abc import Mapping

from coze_harness.model import Bot
from coze_harness.model.errors import UsageError


def find_bot(name: str, bots: Mapping[str, Bot], default_bot: str) -> Bot:
    """Return a bot by its name in harness.yaml or its id; without a name, the default bot.

    Raises:
        UsageError: there is no such bot.
    """
    name = name or default_bot
    if name in bots:
        return bots[name]
    if name.isascii() and name.isdecimal():
        return Bot(name=name, id=name)
    known = ", ".join(bots) or "none"
    raise UsageError(
        f'There is no bot "{name}".' if name else "No bot is given.",
        next_step=f"give a name from harness.yaml (there: {known}), or a bot's id.",
    )
