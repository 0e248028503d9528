"""Why a text was not found: what stands there instead, in words that name the edit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from coze_harness.expectations.excerpt import excerpt
from coze_harness.expectations.item_argument import quoted
from coze_harness.expectations.text_normalization import Folding

LONGEST_ANSWER: Final = 20_000
"""Characters up to which an answer is searched for the reason why a text is missing."""
LONGEST_TEXT: Final = 300
ALIKE: Final = 60.0
"""From this likeness on (0..100) a piece of the answer is worth showing as the closest one."""


@dataclass(frozen=True, slots=True)
class NearMiss:
    """What a person should know about a text that is missing; offsets are of the answer."""

    words: str = ""
    start: int = 0
    end: int = 0


def _located(answer: str, text: str, folding: Folding, words: str) -> NearMiss | None:
    folded, aligned = folding.fold(answer)
    wanted = folding.fold(text)[0]
    at = folded.find(wanted)
    if at < 0:
        return None
    return NearMiss(words, at, at + len(wanted)) if aligned else NearMiss(words)


def _closest(answer: str, text: str) -> NearMiss:
    if not 1 < len(text) <= LONGEST_TEXT:
        return NearMiss()
    from rapidfuzz import fuzz  # 10 ms to import, and only failures need it

    found = fuzz.partial_ratio_alignment(text, answer, score_cutoff=ALIKE)
    if found is None or found.dest_start == found.dest_end:
        return NearMiss()
    piece = answer[found.dest_start : found.dest_end].strip()
    words = f"the closest piece is {quoted(piece)}, at character {found.dest_start + 1}"
    return NearMiss(words, found.dest_start, found.dest_end)


def near_miss(answer: str, text: str, folding: Folding) -> NearMiss:
    """Look for what comes nearest to a text that an answer does not contain."""
    if not answer.strip():
        return NearMiss("the answer is empty" if not answer else "the answer is only white space")
    if len(answer) > LONGEST_ANSWER:
        return NearMiss()
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
        return NearMiss("it is there, but with other spaces or line breaks")
    return _closest(answer, text)


def difference(answer: str, text: str, folding: Folding) -> NearMiss:
    """Say where an answer first differs from the text that it should be."""
    if not answer:
        return NearMiss("the answer is empty")
    got, aligned = folding.fold(answer)
    wanted = folding.fold(text)[0]
    if got.strip() == wanted.strip():
        return NearMiss("they differ only in white space at the beginning or end")
    if got.casefold() == wanted.casefold():
        return NearMiss("they differ only in case (ignore_case: true would take it)")
    both = Folding(folding.ignore_case, width=True)
    if both.fold(answer)[0] == both.fold(text)[0]:
        return NearMiss("they differ only in width (normalize: width would take it)")
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
    return NearMiss(words, at, at) if aligned else NearMiss(words)
