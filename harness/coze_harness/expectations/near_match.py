"""Why a text was not found: what stands there instead, in words that name the edit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from coze_harness.expectations.excerpt import excerpt
from coze_harness.expectations.item_argument import quoted
from coze_harness.expectations.text_normalization import TextNormalization

LONGEST_ANSWER: Final = 20_000
"""Characters up to which an answer is searched for the reason why a text is missing."""
LONGEST_TEXT: Final = 300
ALIKE: Final = 60.0
"""From this likeness on (0..100) a piece of the answer is worth showing as the closest one."""


@dataclass(frozen=True, slots=True)
class NearMatch:
    """What a person should know about a text that is missing; offsets are of the answer."""

    words: str = ""
    start: int = 0
    end: int = 0


def _located(answer: str, text: str, folding: TextNormalization, words: str) -> NearMatch | None:
    folded, aligned = folding.normalize(answer)
    wanted = folding.normalize(text)[0]
    at = folded.find(wanted)
    if at < 0:
        return None
    return NearMatch(words, at, at + len(wanted)) if aligned else NearMatch(words)


def _closest(answer: str, text: str) -> NearMatch:
    if not 1 < len(text) <= LONGEST_TEXT:
        return NearMatch()
    from rapidfuzz import fuzz  # 10 ms to import, and only failures need it

    found = fuzz.partial_ratio_alignment(text, answer, score_cutoff=ALIKE)
    if found is None or found.dest_start == found.dest_end:
        return NearMatch()
    piece = answer[found.dest_start : found.dest_end].strip()
    words = f"the closest piece is {quoted(piece)}, at character {found.dest_start + 1}"
    return NearMatch(words, found.dest_start, found.dest_end)


def find_near_match(answer: str, text: str, folding: TextNormalization) -> NearMatch:
    """Look for what comes nearest to a text that an answer does not contain."""
    if not answer.strip():
        return NearMatch("the answer is empty" if not answer else "the answer is only white space")
    if len(answer) > LONGEST_ANSWER:
        return NearMatch()
    if not folding.ignore_case:
        looser = replace(folding, ignore_case=True)
        words = "it is there in another case (ignore_case: true would take it)"
        if found := _located(answer, text, looser, words):
            return found
    if not folding.width:
        looser = replace(folding, width=True)
        words = "it is there in another width (normalize: width would take it)"
        if found := _located(answer, text, looser, words):
            return found
    if "".join(text.split()) in "".join(answer.split()) and text.strip():
        return NearMatch("it is there, but with other spaces or line breaks")
    return _closest(answer, text)


def first_difference(answer: str, text: str, folding: TextNormalization) -> NearMatch:
    """Say where an answer first differs from the text that it should be."""
    if not answer:
        return NearMatch("the answer is empty")
    got, aligned = folding.normalize(answer)
    wanted = folding.normalize(text)[0]
    if got.strip() == wanted.strip():
        return NearMatch("they differ only in white space at the beginning or end")
    if got.casefold() == wanted.casefold():
        return NearMatch("they differ only in case (ignore_case: true would take it)")
    both = TextNormalization(folding.ignore_case, width=True)
    if both.normalize(answer)[0] == both.normalize(text)[0]:
        return NearMatch("they differ only in width (normalize: width would take it)")
    at = next((i for i, (a, b) in enumerate(zip(got, wanted, strict=False)) if a != b), None)
    if at is None:
        at = min(len(got), len(wanted))
        if len(got) < len(wanted):
            words = (
                f"the answer stops at character {at}, before {quoted(excerpt(wanted[at:])[:40])}"
            )
        else:
            words = f"the answer goes on after character {at}: {quoted(got[at : at + 40])}"
    else:
        words = (
            f"they differ from character {at + 1} on: {quoted(wanted[at : at + 20])} expected, "
            f"{quoted(got[at : at + 20])} found"
        )
    return NearMatch(words, at, at) if aligned else NearMatch(words)
