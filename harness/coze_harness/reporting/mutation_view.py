"""Spoilt answers as the page shows them: how many were caught, and those that were not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from coze_harness.model import MutationReport, MutationScore, SurvivingMutant
from coze_harness.reporting.diff_view import diff_tree
from coze_harness.reporting.view_model import anchor
from coze_harness.reporting.visible import single_line, truncate_text
from coze_harness.text import diff_texts

# So many survivors stand in a page; `coze-harness mutate --json` has them all.
_MOST: Final = 200


class SurvivorView(NamedTuple):
    """A spoilt answer that was let pass; `tree` are its differences from the original."""

    spoiling: str
    trial: str
    anchor: str
    turn: str
    tree: str
    expectations: Sequence[str]
    hint: str


class ScoreView(NamedTuple):
    """A scenario's share caught, in words and for drawing (per cent; empty without spoilings)."""

    scenario: str
    score: str
    share: str
    tone: str
    caught: str
    survivors: Sequence[SurvivorView]


class MutationView(NamedTuple):
    """The scores, lowest first; `more` survivors are not shown."""

    seed: str
    scores: Sequence[ScoreView]
    more: int


def mutation_view(mutation: MutationReport) -> MutationView:
    """Return the scores as they are shown."""
    left = _MOST
    scores: list[ScoreView] = []
    for score in mutation.scores:
        shown = score.survivors[:left]
        left -= len(shown)
        scores.append(_score(score, shown))
    more = sum([len(score.survivors) for score in mutation.scores]) - (_MOST - left)
    return MutationView(str(mutation.seed), scores, more)


def _score(score: MutationScore, survivors: Sequence[SurvivingMutant]) -> ScoreView:
    share = score.score
    return ScoreView(
        single_line(score.scenario),
        "" if share is None else f"{share:.2f}",
        "" if share is None else f"{100 * share:.1f}",
        "skipped" if share is None else "passed" if share == 1 else "warning",
        f"{score.killed}/{score.mutants}",
        [_survivor(survivor) for survivor in survivors],
    )


def _survivor(survivor: SurvivingMutant) -> SurvivorView:
    found = diff_texts(truncate_text(survivor.original), truncate_text(survivor.answer))
    return SurvivorView(
        single_line(survivor.operator),
        single_line(survivor.trial),
        anchor(survivor.trial),
        str(survivor.turn),
        diff_tree(found.pieces),
        [truncate_text(words) for words in survivor.expectations],
        truncate_text(survivor.hint),
    )
