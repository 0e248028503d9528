"""Why a text was not found: what the answer has instead, in words that name the edit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from coze_harness.expectations.item_argument import quoted
from coze_harness.expectations.text_normalization import TextNormalization
from coze_harness.model import replace

MAX_ANSWER: Final = 20_000
"""Characters up to which an answer is searched for the reason why a text is missing."""
MAX_TEXT: Final = 300
MIN_SIMILARITY: Final = 60.0
"""The least similarity (0..100) of a part of the answer that is shown as the closest one."""


@dataclass(frozen=True, slots=True)
class NearMatch:
    """What a person should know about a text that is missing; offsets are of the answer."""

    words: str = ""
    start: int = 0
    end: int = 0


def find_near_match(answer: str, text: str, normalization: TextNormalization) -> NearMatch:
    """Return what comes nearest to a text that an answer does not contain."""
    if not answer.strip():
        return NearMatch("the answer is empty" if not answer else "the answer is only white space")
    if len(answer) > MAX_ANSWER:
        return NearMatch()
    looser = (
        (replace(normalization, ignore_case=True), "case (ignore_case: true would take it)"),
        (replace(normalization, width=True), "width (normalize: width would take it)"),
    )
    for rule, words in looser:
        if rule != normalization and (match := _find(answer, text, rule)):
            return replace(match, words=f"it is there in another {words}")
    if "".join(text.split()) in "".join(answer.split()) and text.strip():
        return NearMatch("it is there, but with other spaces or line breaks")
    return _closest_part(answer, text)


def _find(answer: str, text: str, normalization: TextNormalization) -> NearMatch | None:
    haystack, is_aligned = normalization.normalize(answer)
    needle = normalization.normalize(text)[0]
    at = haystack.find(needle)
    if at < 0:
        return None
    return NearMatch("", at, at + len(needle)) if is_aligned else NearMatch()


def _closest_part(answer: str, text: str) -> NearMatch:
    if not 1 < len(text) <= MAX_TEXT:
        return NearMatch()
    from rapidfuzz import fuzz  # 10 ms to import, and only failures need it

    match = fuzz.partial_ratio_alignment(text, answer, score_cutoff=MIN_SIMILARITY)
    if match is None or match.dest_start == match.dest_end:
        return NearMatch()
    # Half of a number or a word is no part of the answer: of "15 天", "5 天" says something else.
    start, end = match.dest_start, match.dest_end
    # At an end of the answer the aligned section is shorter than the text: " 折" for "9 折".
    if missing := max(0, len(text) - (end - start)):
        start, end = (start - missing, end) if end == len(answer) else (start, end + missing)
        start, end = max(0, start), min(len(answer), end)
    bounds = _whole_bounds(answer, start, end)
    if bounds is None:
        return NearMatch()
    start, end = bounds
    part = answer[start:end]
    start += len(part) - len(part.lstrip())
    words = f"the closest piece is {quoted(part.strip())}, at character {start + 1}"
    return NearMatch(words, start, end)


def first_difference(answer: str, text: str, normalization: TextNormalization) -> NearMatch:
    """Return where an answer first differs from the text that it should be."""
    if not answer:
        return NearMatch("the answer is empty")
    actual, is_aligned = normalization.normalize(answer)
    expected = normalization.normalize(text)[0]
    if actual.strip() == expected.strip():
        return NearMatch("they differ only in white space at the beginning or end")
    if actual.casefold() == expected.casefold():
        return NearMatch("they differ only in case (ignore_case: true would take it)")
    by_width = replace(normalization, width=True)
    if by_width.normalize(answer)[0] == by_width.normalize(text)[0]:
        return NearMatch("they differ only in width (normalize: width would take it)")
    shorter = min(len(actual), len(expected))
    at = next((i for i in range(shorter) if actual[i] != expected[i]), shorter)
    if at == shorter and len(actual) < len(expected):
        missing = quoted(whole_section(expected, at, at + 40))
        words = f"the answer stops at character {at}, before {missing}"
    elif at == shorter:
        more = quoted(whole_section(actual, at, at + 40))
        words = f"the answer goes on after character {at}: {more}"
    else:
        # Both texts are the same up to there, so a part that is cut begins at the same place.
        at = min((_whole_bounds(one, at, at) or (at, at))[0] for one in (expected, actual))
        wanted, found = (quoted(whole_section(one, at, at + 20)) for one in (expected, actual))
        words = f"they differ from character {at + 1} on: {wanted} expected, {found} found"
    return NearMatch(words, at, at) if is_aligned else NearMatch(words)


def whole_section(text: str, start: int, end: int) -> str:
    """Return a section of a text, longer where it would cut a number or a word."""
    start, end = max(0, start), min(len(text), end)
    first, last = _whole_bounds(text, start, end) or (start, end)
    return text[first:last]


def _whole_bounds(text: str, start: int, end: int) -> tuple[int, int] | None:
    from coze_harness.text.whole_parts import widen_to_whole_parts  # only failures need it

    return widen_to_whole_parts(text, start, end)
