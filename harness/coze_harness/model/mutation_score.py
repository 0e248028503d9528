"""What came of spoiling recorded answers: which spoilings the expectations miss."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SurvivingMutant:
    """A spoilt answer that every expectation of its turn let pass.

    `turn` counts from 1; `answer` is the spoilt one, `original` what it was made of.
    `expectations` are those of the turn, in words, one of which should have seen it. `hint` is an
    item to add to them that would. Long answers are cut, with a remark of how long they are.
    """

    operator: str
    trial: str
    turn: int
    answer: str
    original: str
    expectations: tuple[str, ...]
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MutationScore:
    """How many of the spoilings of a scenario's answers its expectations caught.

    `score` is the share caught, 0..1; a scenario to which no spoiling applies has none. Of very
    many survivors only the first are kept.
    """

    scenario: str
    mutants: int
    killed: int
    survivors: tuple[SurvivingMutant, ...] = ()

    @property
    def score(self) -> float | None:
        """Return the share of spoilings caught."""
        return self.killed / self.mutants if self.mutants else None


@dataclass(frozen=True, slots=True, kw_only=True)
class MutationReport:
    """The scores of all scenarios, the lowest first; `seed` makes the same spoilings again."""

    seed: int
    scores: tuple[MutationScore, ...]
