"""Mutates recorded answers, and finds the mutants that the expectations do not kill.

`OPERATORS` lists the mutation operators, `evaluate_mutants` applies them to the answer of one turn,
and `ScoreBuilder` adds the results up. Mutants depend on the answer and the seed only; except for
`mutation_runner`, this room has no clock, files or network.
"""

from __future__ import annotations

from coze_harness.mutation.answer_pool import AnswerPool
from coze_harness.mutation.mutant_evaluation import (
    MutantResults,
    MutationTarget,
    ScoreBuilder,
    evaluate_mutants,
    skip_reason,
)
from coze_harness.mutation.mutation_operator import MutationOperator, seeded_random
from coze_harness.mutation.operator_registry import OPERATORS

__all__ = [
    "OPERATORS",
    "AnswerPool",
    "MutantResults",
    "MutationOperator",
    "MutationTarget",
    "ScoreBuilder",
    "evaluate_mutants",
    "seeded_random",
    "skip_reason",
]
