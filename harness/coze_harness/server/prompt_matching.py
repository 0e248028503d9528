"""Which scripted answer a prompt gets, and the words that fill its texts."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence

from coze_harness.model import replace
from coze_harness.model.errors import PatternTimeoutError
from coze_harness.server.response_envelope import ApiRefusal
from coze_harness.server.script_schema import BotVariant, ScriptedAnswer, ScriptedBot, ServerScript

_PLACEHOLDER = re.compile(r"\{\{\s*([\w.\-]+)\s*\}\}")

Fill = Callable[[str], str]
"""Replaces each known ``{{ name }}`` in a text."""


def filler(words: Mapping[str, str]) -> Fill:
    """Return a function that fills known names and leaves unknown ones as they are."""
    return lambda text: _PLACEHOLDER.sub(lambda name: words.get(name[1], name[0]), text)


def bot_versions(script: ServerScript) -> dict[tuple[str, str], ScriptedBot]:
    """Return bots by (id, version): version is empty, ``draft``, or ``=`` and a version."""
    bots: dict[tuple[str, str], ScriptedBot] = {}
    for bot in script.bots:
        bots[bot.id, ""] = bots[bot.id, f"={bot.version}"] = bot
        bots[bot.id, "draft"] = _with_variant(bot, bot.draft or BotVariant(), bot.version)
        for version, variant in bot.versions.items():
            bots[bot.id, f"={version}"] = _with_variant(bot, variant, version)
    return bots


def _with_variant(bot: ScriptedBot, variant: BotVariant, version: str) -> ScriptedBot:
    return replace(
        bot,
        version=variant.version or version,
        prompt=bot.prompt if variant.prompt is None else variant.prompt,
        model=variant.model or bot.model,
        answers=(*variant.answers, *bot.answers),
    )


def match_answer(
    answers: Sequence[ScriptedAnswer], prompt: str, turn: int, earlier: Sequence[str]
) -> tuple[ScriptedAnswer, Mapping[str, str]]:
    """Return the first answer that fits, and the groups of its patterns; defaults are tried last.

    `turn` is the prompt's number in its conversation, from 1; `earlier` is oldest first.

    Raises:
        ApiRefusal: none fits (4000, with the nearest prompt of the script), or a pattern of the
            script takes too long (4000, with its place).
    """
    normalized_prompt = _normalize(prompt)
    for answer in sorted(answers, key=lambda answer: answer.default):
        if answer.turn in (None, turn):
            try:
                groups = _groups(answer, normalized_prompt, earlier)
            except PatternTimeoutError as error:
                raise ApiRefusal(4000, f"{error.where}: {error.what}") from error
            if groups is not None:
                return answer, groups
    known_prompts = [text for answer in answers for text in answer.prompt]
    nearest = difflib.get_close_matches(normalized_prompt, known_prompts, n=1, cutoff=0.2)
    hint = f" The nearest prompt in the script is: {nearest[0]}" if nearest else ""
    raise ApiRefusal(4000, f"The script has no answer for: {prompt[:200]}{hint}")


def _normalize(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


def _groups(
    answer: ScriptedAnswer, prompt: str, earlier: Sequence[str]
) -> Mapping[str, str] | None:
    """Return the named groups of an answer's patterns, or `None` if it does not fit."""
    if answer.prompt and prompt not in map(_normalize, answer.prompt):
        return None
    groups: dict[str, str] = {}
    for pattern, texts, index in ((answer.regex, [prompt], 0), (answer.earlier, earlier, -1)):
        if pattern:
            matches = [match for text in texts for match in pattern.matches(text)]
            if not matches:
                return None
            pairs = matches[index].groupdict().items()
            groups |= {name: text for name, text in pairs if text is not None}
    return groups
