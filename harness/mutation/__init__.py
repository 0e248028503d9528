"""Recorded answers, spoilt on purpose: which spoilings do the expectations miss?

`SPOILINGS` is the table of ways; `examine` puts one turn's answer through them, `Scores` adds up.
Everything here is a function of the answer and a seed: no clock, no files, no network.
"""

from __future__ import annotations

from harness.mutation.judging import Examined, Scores, Subject, examine, unfit
from harness.mutation.others import Others
from harness.mutation.spoiling import Spoiling, chance
from harness.mutation.table import SPOILINGS

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
