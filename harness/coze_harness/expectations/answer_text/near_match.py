"""Why a text was not found: what the answer has instead, in messages that name the edit."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from coze_harness.expectations.subject import ANSWER
from coze_harness.expectations.text_normalization import TextNormalization
from coze_harness.messages import LocalizedText, literal, message
from coze_harness.model import Verdict, replace

NO_HINT: Final = LocalizedText()
MAX_ANSWER: Final = 20_000
"""Characters up to which an answer is searched for the reason why a text is missing."""
MAX_TEXT: Final = 300
MIN_SIMILARITY: Final = 60.0
"""The least similarity (0..100) of a part of the answer that is shown as the closest one."""
MIN_WHOLE_SIMILARITY: Final = 55.0
"""The same of whole words: "for its" is not close to "Paris", although "r its" is."""


class NearMatch(Struct, frozen=True):
    """What a person should know about a text that is missing: one sentence, if there is any.

    `start` and `end` are those of the part of the answer that comes nearest; equal if none does.
    """

    hint: LocalizedText = NO_HINT
    start: int = 0
    end: int = 0

    def explain(self, failed: Verdict, answer: str) -> Verdict:
        """Return a failed verdict with the hint, and with the nearest part of the answer."""
        if not self.hint:
            return failed
        reason = message("kind.hint", reason=failed.reason, hint=self.hint)
        if self.start == self.end:
            return replace(failed, reason=reason)
        return replace(failed, reason=reason, actual=literal(answer[self.start : self.end]))


def find_near_match(
    answer: str, text: str, normalization: TextNormalization, *, names_text: bool = False
) -> NearMatch:
    """Return what comes nearest to a text that an answer does not contain.

    Args:
        answer: the answer.
        text: the missing text.
        normalization: how they were compared.
        names_text: say which text is meant, since it is one of several.
    """
    if not answer:
        return NearMatch(message("kind.text.empty", subject=ANSWER))
    if not answer.strip():
        return NearMatch(message("kind.text.blank", subject=ANSWER))
    if len(answer) > MAX_ANSWER:
        return NearMatch()
    looser = (
        (replace(normalization, ignore_case=True), message("kind.near.case", text=text)),
        (replace(normalization, width=True), message("kind.near.width", text=text)),
    )
    for rule, hint in looser:
        if rule != normalization and (match := _find(answer, text, rule)):
            return replace(match, hint=hint)
    if "".join(text.split()) in "".join(answer.split()) and text.strip():
        return NearMatch(message("kind.near.spaces", text=text))
    closest = _closest_part(answer, text)
    if closest is None:
        return NearMatch()
    start, end = closest
    hint = message("kind.near.closest", near=answer[start:end], at=start + 1)
    if names_text:
        hint = message("kind.near.closest_to", text=text, **hint.params)
    return NearMatch(hint, start, end)


def _find(answer: str, text: str, normalization: TextNormalization) -> NearMatch | None:
    haystack, is_aligned = normalization.normalize(answer)
    needle = normalization.normalize(text)[0]
    at = haystack.find(needle)
    if at < 0:
        return None
    return NearMatch(start=at, end=at + len(needle)) if is_aligned else NearMatch()


def _closest_part(answer: str, text: str) -> tuple[int, int] | None:
    """Return the bounds of the part of an answer that is most similar to a text, if one is."""
    if not 1 < len(text) <= MAX_TEXT:
        return None
    from rapidfuzz import fuzz  # 10 ms to import, and only failures need it

    match = fuzz.partial_ratio_alignment(text, answer, score_cutoff=MIN_SIMILARITY)
    if match is None or match.dest_start == match.dest_end:
        return None
    # Half of a number or a word is no part of the answer: of "15 天", "5 天" says something else.
    start, end = match.dest_start, match.dest_end
    # At an end of the answer the aligned section is shorter than the text: " 折" for "9 折".
    if missing := max(0, len(text) - (end - start)):
        start, end = (start - missing, end) if end == len(answer) else (start, end + missing)
        start, end = max(0, start), min(len(answer), end)
    bounds = _whole_bounds(answer, start, end)
    if bounds is None:
        return None
    start, end = bounds
    part = answer[start:end]
    start += len(part) - len(part.lstrip())
    end = start + len(part.strip())
    part = answer[start:end]
    # Of a number with other digits, nothing but its place may be similar: "9 折" and "8.5 折".
    is_number = any(map(str.isnumeric, part))
    if not is_number and fuzz.ratio(text, part) < MIN_WHOLE_SIMILARITY:
        return None
    return (start, end) if start < end else None


def explain_difference(answer: str, text: str, normalization: TextNormalization) -> NearMatch:
    """Return where an answer first differs from the text that it should be."""
    if not answer:
        return NearMatch(message("kind.equals.empty", subject=ANSWER, text=text))
    actual, is_aligned = normalization.normalize(answer)
    expected = normalization.normalize(text)[0]
    if actual.strip() == expected.strip():
        return NearMatch(message("kind.equals.white_space", subject=ANSWER))
    if actual.casefold() == expected.casefold():
        return NearMatch(message("kind.equals.case", subject=ANSWER))
    by_width = replace(normalization, width=True)
    if by_width.normalize(answer)[0] == by_width.normalize(text)[0]:
        return NearMatch(message("kind.equals.width", subject=ANSWER))
    shorter = min(len(actual), len(expected))
    at = next((i for i in range(shorter) if actual[i] != expected[i]), shorter)
    if at == shorter and len(actual) < len(expected):
        missing = whole_section(expected, at, at + 40)
        hint = message("kind.equals.shorter", subject=ANSWER, at=at, text=missing)
    elif at == shorter:
        rest = whole_section(actual, at, at + 40)
        hint = message("kind.equals.longer", subject=ANSWER, at=at, text=rest)
    else:
        # Both texts are the same up to there, so a part that is cut begins at the same place.
        at = min((_whole_bounds(one, at, at) or (at, at))[0] for one in (expected, actual))
        sides = [whole_section(one, at, at + 20) for one in (expected, actual)]
        parts = {"expected": sides[0], "actual": sides[1]}
        hint = message("kind.equals.different", subject=ANSWER, at=at + 1, **parts)
    return NearMatch(hint, at, at) if is_aligned else NearMatch(hint)


def whole_section(text: str, start: int, end: int) -> str:
    """Return a section of a text, longer where it would cut a number or a word.

    It ends with a mark of omission where the text goes on.
    """
    start, end = max(0, start), min(len(text), end)
    first, last = _whole_bounds(text, start, end) or (start, end)
    return f"{text[first:last]}{'…' if last < len(text) else ''}"


def _whole_bounds(text: str, start: int, end: int) -> tuple[int, int] | None:
    from coze_harness.text.whole_parts import widen_to_whole_parts  # only failures need it

    return widen_to_whole_parts(text, start, end)
