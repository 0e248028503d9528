"""The nouns: what is the same, what went, what came."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class DiffOperation(StrEnum):
    """What became of a piece of text."""

    SAME = "same"
    DEL = "del"
    INS = "ins"


class DiffSegment(NamedTuple):
    """A stretch of text that stayed, went or came."""

    op: DiffOperation
    text: str


@dataclass(frozen=True, slots=True)
class TextDiff:
    """What differs between two texts.

    Attributes:
        pieces: in reading order; the SAME and DEL ones joined are the text before, the SAME and INS
            ones the text after. Neighbours differ in `op`; a DEL stands before its INS. No text is
            empty.
        similarity: 0 to 1, as `text.similarity` has it.
        rewritten: the texts have too little in common, or are too long, to be told apart word by
            word: `pieces` is the whole text before and the whole text after.
    """

    pieces: tuple[DiffSegment, ...]
    similarity: float
    rewritten: bool


def replaced_whole(before: str, after: str) -> tuple[DiffSegment, ...]:
    """Return one text as gone and the other as come, or as one that stayed."""
    if before == after:
        return (DiffSegment(DiffOperation.SAME, before),) if before else ()
    pair = (DiffSegment(DiffOperation.DEL, before), DiffSegment(DiffOperation.INS, after))
    return tuple(piece for piece in pair if piece.text)
