"""A mutation operator: a way to make a correct answer wrong."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import TypeAlias

from msgspec import Struct

from coze_harness.model import MutationClass

Change: TypeAlias = Callable[[str, random.Random, Sequence[str]], str | None]
"""Changes an answer that is not blank; its parameters are those of `MutationOperator.mutate`."""


class MutationOperator(Struct, frozen=True):
    """One way to mutate an answer; docs/mutation.md says which real defect of a bot it models."""

    name: str
    mutation_class: MutationClass
    change: Change

    def mutate(self, answer: str, rng: random.Random, others: Sequence[str]) -> str | None:
        """Return the mutant, or `None` if this operator does not apply to the answer.

        A mutant differs from the answer in more than white space and Unicode normalization. A blank
        answer has no mutants.

        Args:
            answer: the bot's answer.
            rng: the random source; equal sources give equal mutants.
            others: answers of other scenarios, the first is preferred.
        """
        mutant = self.change(answer, rng, others) if answer.strip() else None
        return None if mutant is None or is_same_text(answer, mutant) else mutant


def is_same_text(one: str, other: str) -> bool:
    """Return whether two texts are equal except for white space and Unicode normalization."""
    return one == other or _normalize(one) == _normalize(other)


def _normalize(text: str) -> list[str]:
    return unicodedata.normalize("NFC", text).split()


def seeded_random(seed: int, trial: str, turn: int, operator: str) -> random.Random:
    """Return the random source for one operator and one answer.

    It does not depend on other scenarios, their order, or the version of Python.

    Args:
        seed: the seed of the run.
        trial: the trial's id.
        turn: number of the turn, from 1.
        operator: name of the mutation operator.
    """
    value = stable_hash(f"{seed}\n{trial}\n{turn}\n{operator}")
    return random.Random(value)  # noqa: S311 (must be reproducible, not unpredictable)


def stable_hash(text: str) -> int:
    """Return a 64-bit hash of a text that is the same in every process."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest())


def choose_other(values: Sequence[str], value: str, rng: random.Random) -> str:
    """Return one of the values other than `value`, at random."""
    return rng.choice([other for other in values if other != value])
