"""Mutation scores: which mutants the expectations killed, and which right answers they rejected."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from coze_harness.messages import LocalizedText, literal
from coze_harness.model.record import Count


class MutationClass(StrEnum):
    """What protects against a group of defects, the most serious first."""

    NUMBER = "number"
    DATE = "date"
    NAME = "name"
    NEGATION = "negation"
    RELEVANCE = "relevance"
    OMISSION = "omission"
    REFUSAL = "refusal"
    INVENTION = "invention"
    LANGUAGE = "language"
    LEAK = "leak"
    SPEAKER = "speaker"
    FORM = "form"


_CLASS_WEIGHTS: Final[Mapping[str, int]] = MappingProxyType(
    {
        MutationClass.NUMBER: 5,
        MutationClass.DATE: 5,
        MutationClass.NAME: 5,
        MutationClass.NEGATION: 2,
        MutationClass.RELEVANCE: 4,
        MutationClass.OMISSION: 4,
        MutationClass.REFUSAL: 2,
        MutationClass.INVENTION: 1,
        MutationClass.LANGUAGE: 1,
        MutationClass.LEAK: 1,
        MutationClass.SPEAKER: 1,
        MutationClass.FORM: 1,
    }
)
"""How much each class counts in a score, however many operators it has."""


class SurvivingMutant(
    Struct,
    frozen=True,
    kw_only=True,
    rename={"operator": "spoiling", "mutation_class": "class"},
):
    """A mutant that passes all expectations of its turn.

    `operator` is the mutation operator, `mutation_class` its `MutationClass` (empty in runs of the
    first version), `trial` the trial's id; `turn` counts from 1. `answer` is the mutant, `original`
    the recorded answer; long ones are cut, and end in an ellipsis then. `expectations` has what the
    turn's expectations expect, in English, `expectation_messages` the same as data. `hint` is an
    item to add to them that kills the mutant and passes all known good answers; it is empty if none
    was found.
    """

    operator: str
    trial: str
    turn: Count
    answer: str
    original: str
    expectations: tuple[str, ...]
    hint: str = ""
    mutation_class: str = ""
    expectation_messages: tuple[LocalizedText, ...] = ()

    @property
    def expected(self) -> tuple[LocalizedText, ...]:
        """What the expectations expect; in English only in runs of older versions."""
        return self.expectation_messages or tuple([literal(one) for one in self.expectations])


class RejectedAnswer(Struct, frozen=True, kw_only=True):
    """A right answer that does not pass.

    `origin` is `repeat` for another recorded answer, or the rewrite: `width`, `spaces`, `number`,
    `unit`, `list`, `json`. `expected` is what the expectation that fails expects, in English,
    `expected_message` the same as data.
    """

    origin: str
    trial: str
    turn: Count
    answer: str
    original: str
    expected: str = ""
    expected_message: LocalizedText = LocalizedText()


class ClassScore(
    Struct,
    frozen=True,
    kw_only=True,
    rename={"name": "class", "mutants": "spoilings", "killed": "caught"},
):
    """How many mutants of a class were made and killed."""

    name: str
    mutants: Count
    killed: Count


class MutationScore(
    Struct,
    frozen=True,
    kw_only=True,
    rename={"mutants": "spoilings", "killed": "caught"},
):
    """How many mutants of a scenario's answers its expectations killed, and what they accept.

    `survivors` has the first mutants that survived, not all of very many, and `rejected` the first
    right answers that do not pass. `good` counts all right answers, `accepted` those that pass.
    Runs of the first version have neither `classes` nor right answers.
    """

    scenario: str
    mutants: Count
    killed: Count
    survivors: tuple[SurvivingMutant, ...] = ()
    classes: tuple[ClassScore, ...] = ()
    good: Count = 0
    accepted: Count = 0
    rejected: tuple[RejectedAnswer, ...] = ()

    @property
    def score(self) -> float | None:
        """The share of wrong answers that are found, times that of right answers that pass.

        `None` without mutants.
        """
        if not self.mutants:
            return None
        return self.killed_share * (self.accepted / self.good if self.good else 1.0)

    @property
    def killed_share(self) -> float:
        """The share of mutants that were killed, weighted by class."""
        weights = [(_CLASS_WEIGHTS.get(one.name, 1), one) for one in self.classes if one.mutants]
        if not weights:
            return self.killed / self.mutants if self.mutants else 0.0
        total = sum(weight * one.killed / one.mutants for weight, one in weights)
        return total / sum(weight for weight, _one in weights)


class MutationReport(Struct, frozen=True, kw_only=True):
    """The scores of all scenarios, the lowest first; the same `seed` gives the same mutants."""

    seed: int
    scores: tuple[MutationScore, ...]
