"""What a spoiling is: a way to make a good answer wrong, and what would have seen it."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TypeAlias

Change: TypeAlias = Callable[[str, random.Random, Sequence[str]], str | None]
"""Makes a spoilt answer of an answer, from chance and from what other scenarios were answered."""

Suggestion: TypeAlias = Callable[[str, str], str]
"""Suggests, for an answer and its mutant, an item of `expect:` that only the answer passes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MutationOperator:
    """One way to mutate an answer.

    `summary` describes the change, `defect_class` the real defect of a bot that it models.
    """

    name: str
    summary: str
    defect_class: str
    change: Change
    suggest: Suggestion

    def mutate(self, answer: str, rng: random.Random, others: Sequence[str]) -> str | None:
        """Return the mutant, or `None` if this operator does not apply to the answer.

        Never the answer itself, nor a text that differs from it only in white space or Unicode
        normalization.

        Args:
            answer: what the bot said.
            rng: the random source; equal sources give equal mutants.
            others: what other scenarios were answered, the one to take first.
        """
        spoilt = self.change(answer, rng, others)
        return None if spoilt is None or is_same_text(answer, spoilt) else spoilt


def is_same_text(one: str, other: str) -> bool:
    """Tell whether two answers read the same."""
    return one == other or _comparable(one) == _comparable(other)


def _comparable(text: str) -> list[str]:
    return unicodedata.normalize("NFC", text).split()


def seeded_random(seed: int, trial: str, turn: int, spoiling: str) -> random.Random:
    """Return the chance of one spoiling of one answer, which depends on nothing else.

    A scenario more, another order or another Python leave it as it is.
    """
    drawn = hashed(f"{seed}\n{trial}\n{turn}\n{spoiling}")
    return random.Random(drawn)  # noqa: S311 (chance that can be repeated is what is wanted)


def hashed(text: str) -> int:
    """Return a number of 64 bits that stands for a text in every process."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest())
