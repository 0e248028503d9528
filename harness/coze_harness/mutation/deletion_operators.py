"""Removes something from an answer: everything, the second half, or the format."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Sequence

from coze_harness.mutation.text_language import is_chinese, sentence_ends
from coze_harness.text.graphemes import grapheme_boundary

_FENCED = re.compile(r"```(?:json)?[ \t]*\n(.*?)\n?```", re.DOTALL)
# Possessive and bounded, so that long answers take linear time.
_ITEM = r"[ \t]*+(?:[-*+•]|[0-9]{1,3}[.)、])[ \t]++"
_NEXT_ITEM = re.compile(rf"\n{_ITEM}")
_MARKS = re.compile(
    rf"(?m:^{_ITEM})"
    r"|(?m:^#{1,6}[ \t]++)"
    r"|(?m:^```.*$\n?)"
    r"|(?m:^>[ \t]?)"
    r"|(?m:^\|?[ \t]*+:?-{3}[-:| \t]*+$\n?)"
)
_INLINE = re.compile(r"\*\*([^*\n]+)\*\*|__([^_\n]+)__|`([^`\n]+)`|\[([^\[\]\n]+)\]\([^()\s]*\)")


def empty_answer(_answer: str, _rng: random.Random, _others: Sequence[str]) -> str:
    """Return an empty answer."""
    return ""


def truncate_answer(answer: str, _rng: random.Random, _others: Sequence[str]) -> str | None:
    """Return about the first half, up to the end of a sentence if one is near."""
    length, half = len(answer), len(answer) // 2
    ends = sentence_ends(answer, length // 4, length * 3 // 4)
    at = min(ends, key=lambda end: abs(end - half)) if ends else grapheme_boundary(answer, half)
    return answer[:at].rstrip() or None


def truncate_json(answer: str, _rng: random.Random, _others: Sequence[str]) -> str | None:
    """Return the first two thirds of JSON, in a code block or without one."""
    fenced = _FENCED.search(answer)
    text = fenced[1].strip() if fenced else answer.strip()
    if not _is_json(text):
        return None
    start = text[: max(1, grapheme_boundary(text, len(text) * 2 // 3))].rstrip()
    return f"{answer[: fenced.start(1)]}{start}" if fenced else start


def wrap_json(answer: str, _rng: random.Random, _others: Sequence[str]) -> str | None:
    """Return JSON in a code block, with an introduction."""
    text = answer.strip()
    if not _is_json(text):
        return None
    introduction = "好的，这是您要的结果：" if is_chinese(text) else "Sure! Here is the JSON:"
    return f"{introduction}\n```json\n{text}\n```"


def strip_markdown(answer: str, _rng: random.Random, _others: Sequence[str]) -> str | None:
    """Return the text without Markdown, the items of a list in one line."""
    if not (_MARKS.search(answer) or _INLINE.search(answer)):
        return None
    plain = _MARKS.sub("", _NEXT_ITEM.sub(" ", answer))
    return _INLINE.sub(lambda match: next(part for part in match.groups() if part), plain)


def _is_json(text: str) -> bool:
    """Return whether a text is a JSON object or array."""
    if text[:1] not in ("{", "["):
        return False
    try:
        json.loads(text, parse_int=len, parse_float=len)
    except (ValueError, RecursionError):
        return False
    return True
