"""Mutants of recorded answers: which of them do the expectations miss?

`OPERATORS` lists the operators; `evaluate_mutants` applies them to one turn's answer,
`ScoreBuilder` adds up.
Everything here is a function of the answer and a seed: no clock, no files, no network.
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
