"""Which scripted answer fits a prompt, and the words that its texts leave open."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from coze_harness.server.script_schema import Answer, Bot, Model, Script, Variant

_OPEN = re.compile(r"\{\{\s*([\w.\-]+)\s*\}\}")

Fill = Callable[[str], str]
"""Puts what is known into a text's ``{{ name }}``."""


def normal(text: str) -> str:
    """Return a prompt as it is compared: Unicode NFC, no blanks around it."""
    return unicodedata.normalize("NFC", text).strip()


def filler(words: Mapping[str, str]) -> Fill:
    """Return a function that fills known names and leaves unknown ones as they are written."""
    if not words:
        return lambda text: text
    return lambda text: _OPEN.sub(lambda open_: words.get(open_[1], open_[0]), text)


@dataclass(frozen=True, slots=True)
class Asked:
    """A prompt in its conversation; `turn` counts from 1, `earlier` is oldest first."""

    prompt: str
    turn: int
    earlier: Sequence[str] = ()
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fit:
    """The answer that fits, and the words that the patterns found."""

    answer: Answer
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Face:
    """A bot as one caller meets it: published, a draft, or an older version."""

    bot: Bot
    version: str
    prompt: str
    model: Model
    answers: tuple[Answer, ...]


def faces(script: Script) -> dict[tuple[str, str], Face]:
    """Return every bot by (id, which): which is empty, ``draft``, or ``=`` and a version."""
    found: dict[tuple[str, str], Face] = {}
    for bot in script.bots:
        found[bot.id, ""] = _face(bot, Variant(), bot.version)
        found[bot.id, f"={bot.version}"] = found[bot.id, ""]
        found[bot.id, "draft"] = _face(bot, bot.draft or Variant(), bot.version)
        for version, variant in bot.versions.items():
            found[bot.id, f"={version}"] = _face(bot, variant, version)
    return found


def _face(bot: Bot, variant: Variant, version: str) -> Face:
    ordered = (*variant.answers, *bot.answers)
    return Face(
        bot=bot,
        version=variant.version or version,
        prompt=bot.prompt if variant.prompt is None else variant.prompt,
        model=variant.model or bot.model,
        answers=last_defaults(ordered),
    )


def last_defaults(answers: Iterable[Answer]) -> tuple[Answer, ...]:
    """Return answers in the order in which they are tried."""
    return tuple(sorted(answers, key=lambda answer: answer.default))


def fitting(answers: Iterable[Answer], asked: Asked) -> Fit | None:
    """Return the first answer that fits, or `None`."""
    prompt = normal(asked.prompt)
    for answer in answers:
        if answer.turn not in (None, asked.turn):
            continue
        words = _words(answer, prompt, asked)
        if words is not None:
            return Fit(answer, words)
    return None


def _words(answer: Answer, prompt: str, asked: Asked) -> Mapping[str, str] | None:
    words: dict[str, str] = {}
    if answer.prompt:
        if not any(normal(text) == prompt for text in answer.prompt):
            return None
    elif answer.regex:
        found = answer.regex.search(prompt)
        if not found:
            return None
        words.update(_groups(found))
    if answer.earlier:
        latest = _latest(answer.earlier, asked.earlier)
        if not latest:
            return None
        words.update(_groups(latest))
    return words


def _latest(pattern: re.Pattern[str], texts: Sequence[str]) -> re.Match[str] | None:
    """Return where the pattern was last found: what is said later counts."""
    for text in reversed(texts):
        found = None
        for found in pattern.finditer(text):  # noqa: B007 - the last one is wanted
            pass
        if found:
            return found
    return None


def _groups(found: re.Match[str]) -> dict[str, str]:
    return {name: value for name, value in found.groupdict().items() if value is not None}


def nearest_prompt(answers: Iterable[Answer], prompt: str) -> str:
    """Return the scripted prompt most like this one, or empty text."""
    known = [text for answer in answers for text in answer.prompt]
    near = difflib.get_close_matches(normal(prompt), known, n=1, cutoff=0.2)
    return near[0] if near else ""
