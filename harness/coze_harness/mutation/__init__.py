"""Recorded answers, spoilt on purpose: which spoilings do the expectations miss?

`SPOILINGS` is the table of ways; `examine` puts one turn's answer through them, `Scores` adds up.
Everything here is a function of the answer and a seed: no clock, no files, no network.
"""

from __future__ import annotations

from coze_harness.mutation.answer_pool import Others
from coze_harness.mutation.mutant_evaluation import Examined, Scores, Subject, examine, unfit
from coze_harness.mutation.mutation_operator import Spoiling, chance
from coze_harness.mutation.operator_registry import SPOILINGS

__all__ = [
    "SPOILINGS",
    "Examined",
    "Others",
    "Scores",
    "Spoiling",
    "Subject",
    "chance",
    "examine",
    "unfit",
]
