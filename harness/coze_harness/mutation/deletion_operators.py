"""Removes something from an answer: everything, the second half, or the format."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Sequence

from coze_harness.mutation.text_language import COMMON_HAN, LATIN, is_chinese, matches
from coze_harness.text.graphemes import grapheme_boundary

_FENCED = re.compile(r"```(?:json)?[ \t]*\n(.*?)\n?```", re.DOTALL)
# Possessive and bounded, so that long answers take linear time.
_ITEM = r"[ \t]*+(?:[-*+•]|[0-9]{1,3}[.)、])[ \t]++"
_LIST_LINE = re.compile(rf"(?m:^{_ITEM}\S.*$)\n?")
_ENUMERATED = re.compile(r"、[^、，,。；;!！?？\n]{1,20}(?=、)|, [\w' -]{2,30}(?=, (?:and|or) )")
_NEXT_ITEM = re.compile(rf"\n{_ITEM}")
_MARKS = re.compile(
    rf"(?m:^{_ITEM})"
    r"|(?m:^#{1,6}[ \t]++)"
    r"|(?m:^```.*$\n?)"
    r"|(?m:^>[ \t]?)"
    r"|(?m:^\|?[ \t]*+:?-{3}[-:| \t]*+$\n?)"
)
_MAX_SHIFT = 400
_WORDS = rf"{COMMON_HAN}{LATIN}0-9０-９"
_LETTER = re.compile(rf"[{_WORDS}]")
_FINISHED = re.compile(r"[。！？；：!?…;:.|][”’」』）)\"*`]*\Z")
# A place inside a sentence that splits no Latin word and no number.
_BETWEEN_WORDS = re.compile(
    rf"(?<=[{COMMON_HAN}])(?=[{COMMON_HAN}{LATIN}0-9])"
    rf"|(?<=[^\s{COMMON_HAN}])(?=[ ,，、{COMMON_HAN}])"
)
_INSIDE_WORD = re.compile(
    rf"(?<=[{COMMON_HAN}])(?=[{COMMON_HAN}])|(?<=[{LATIN}]{{2}})(?=[{LATIN}]{{2}})|(?<=[0-9０-９])(?=[0-9０-９])"
)
_INLINE = re.compile(r"\*\*([^*\n]+)\*\*|__([^_\n]+)__|`([^`\n]+)`|\[([^\[\]\n]+)\]\([^()\s]*\)")


def empty_answer(_answer: str, _rng: random.Random, _others: Sequence[str]) -> str:
    """Return an empty answer."""
    return ""


def truncate_answer(answer: str, _rng: random.Random, _others: Sequence[str]) -> str | None:
    """Return about the first half, up to a place inside a sentence."""
    return _cut_near(answer, len(answer.rstrip()) // 2, _BETWEEN_WORDS)


def cut_in_word(answer: str, _rng: random.Random, _others: Sequence[str]) -> str | None:
    """Return about three quarters, up to a place inside a word or number."""
    return _cut_near(answer, len(answer.rstrip()) * 3 // 4, _INSIDE_WORD)


def _cut_near(answer: str, target: int, places: re.Pattern[str]) -> str | None:
    """Return an answer up to the place nearest to a target; never up to a finished sentence."""
    text = answer.rstrip()
    start, end = max(1, target - _MAX_SHIFT), min(len(text), target + _MAX_SHIFT)
    candidates = (match.start() for match in places.finditer(text, start, end))
    for at in sorted(candidates, key=lambda place: abs(place - target)):
        beginning = text[:at].rstrip()
        is_finished = (
            _FINISHED.search(beginning, max(0, len(beginning) - 8))
            or "\n" in text[len(beginning) : at]
        )
        if (
            beginning
            and not is_finished
            and text[at] != "\n"
            and _LETTER.search(text, at, at + 200)
        ):
            return beginning
    return None


def drop_item(answer: str, rng: random.Random, _others: Sequence[str]) -> str | None:
    """Return the answer without one item of a list, or of an enumeration of three or more."""
    lines = list(matches(_LIST_LINE, answer))
    if len(lines) >= 2:
        line = rng.choice(lines)
        return (answer[: line.start()] + answer[line.end() :]).rstrip()
    items = list(matches(_ENUMERATED, answer))
    if not items:
        return None
    item = rng.choice(items)
    return answer[: item.start()] + answer[item.end() :]


def truncate_json(answer: str, _rng: random.Random, _others: Sequence[str]) -> str | None:
    """Return the first two thirds of JSON, in a code block or without one."""
    fenced = _FENCED.search(answer)
    text = fenced[1].strip() if fenced else answer.strip()
    if not is_json(text):
        return None
    start = text[: max(1, grapheme_boundary(text, len(text) * 2 // 3))].rstrip()
    return f"{answer[: fenced.start(1)]}{start}" if fenced else start


def wrap_json(answer: str, _rng: random.Random, _others: Sequence[str]) -> str | None:
    """Return JSON in a code block, with an introduction."""
    text = answer.strip()
    if not is_json(text):
        return None
    introduction = "好的，这是您要的结果：" if is_chinese(text) else "Sure! Here is the JSON:"
    return f"{introduction}\n```json\n{text}\n```"


def append_to_json(answer: str, _rng: random.Random, _others: Sequence[str]) -> str | None:
    """Return JSON with a sentence after it."""
    text = answer.strip()
    if not is_json(text):
        return None
    end = (
        "以上是您要的结果，还有什么可以帮您?"
        if is_chinese(text)
        else "Let me know if you need more!"
    )
    return f"{text}\n\n{end}"


def strip_markdown(answer: str, _rng: random.Random, _others: Sequence[str]) -> str | None:
    """Return the text without Markdown, the items of a list in one line."""
    if not (_MARKS.search(answer) or _INLINE.search(answer)):
        return None
    plain = _MARKS.sub("", _NEXT_ITEM.sub(" ", answer))
    return _INLINE.sub(lambda match: next(part for part in match.groups() if part), plain)


def is_json(text: str) -> bool:
    """Return whether a text is a JSON object or array."""
    if text[:1] not in ("{", "["):
        return False
    try:
        json.loads(text, parse_int=len, parse_float=len)
    except (ValueError, RecursionError):
        return False
    return True
