"""Which bot a word means."""

from __future__ import annotations

from coze_harness.config import Settings
from coze_harness.model import Bot
from coze_harness.model.errors import UsageError


def find_bot(word: str, settings: Settings) -> Bot:
    """Return a bot by its name in harness.yaml or by its id; without a word, the default one.

    Raises:
        UsageError: there is no such bot.
    """
    word = word or settings.default_bot
    if word in settings.bots:
        return settings.bots[word]
    if word.isascii() and word.isdecimal():
        return Bot(name=word, id=word)
    known = ", ".join(settings.bots) or "none"
    raise UsageError(
        f'There is no bot "{word}".' if word else "No bot is named.",
        next_step=f"give a name from harness.yaml (there: {known}), or a bot's id.",
    )
