"""Mutation scores: how many mutants of recorded answers the expectations kill."""

from __future__ import annotations

from msgspec import Struct

from coze_harness.model.record import Count


class SurvivingMutant(Struct, frozen=True, kw_only=True, rename={"operator": "spoiling"}):
    """A mutant that passes all expectations of its turn.

    `operator` is the mutation operator, `trial` the trial's id; `turn` counts from 1. `answer` is
    the mutant, `original` the recorded answer; long ones are cut, and end in an ellipsis then.
    `expectations` has what the turn's expectations expect, in English. `hint` is an item to add to
    them that would kill the mutant.
    """

    operator: str
    trial: str
    turn: Count
    answer: str
    original: str
    expectations: tuple[str, ...]
    hint: str = ""


class MutationScore(
    Struct, frozen=True, kw_only=True, rename={"mutants": "spoilings", "killed": "caught"}
):
    """How many mutants of a scenario's answers its expectations killed.

    `survivors` has the first mutants that survived, not all of very many.
    """

    scenario: str
    mutants: Count
    killed: Count
    survivors: tuple[SurvivingMutant, ...] = ()

    @property
    def score(self) -> float | None:
        """The share of mutants that were killed, 0..1; `None` without mutants."""
        return self.killed / self.mutants if self.mutants else None


class MutationReport(Struct, frozen=True, kw_only=True):
    """The scores of all scenarios, the lowest first; the same `seed` gives the same mutants."""

    seed: int
    scores: tuple[MutationScore, ...]
