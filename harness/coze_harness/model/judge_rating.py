"""What `judge-check` measures of a judge."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

BY_LABELS: Final = "labels"
BY_MUTANTS: Final = "mutants"


class JudgeRating(Struct, frozen=True, kw_only=True):
    """How a version of a judge answers one question.

    `source` is what it was measured on: ``mutants`` or ``labels``. Of the `good` answers it has
    accepted some, of the `wrong` ones rejected some. `specificity` and `sensitivity` are the lower
    95 % bounds of these shares, `bound` is what both must reach. `kappa` is Cohen's.
    """

    judge: str
    version: str
    topic: str
    source: str
    words: str
    good: int
    accepted: int
    wrong: int
    rejected: int
    specificity: float
    sensitivity: float
    bound: float
    kappa: float | None = None

    @property
    def is_weak(self) -> bool:
        """Whether the judge cannot tell good answers from wrong ones, as far as it is known."""
        return min(self.specificity, self.sensitivity) < self.bound
