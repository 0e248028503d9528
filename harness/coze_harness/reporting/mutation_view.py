"""Mutation scores and surviving mutants as reports show them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from coze_harness.messages import LocalizedText, message
from coze_harness.model import MutationClass, MutationReport, MutationScore, SurvivingMutant
from coze_harness.reporting.diff_view import diff_tree
from coze_harness.reporting.safe_text import single_line, truncate_text
from coze_harness.reporting.view_model import anchor
from coze_harness.text import diff_texts

# `coze-harness mutate --json` prints all of them.
_MAX_SURVIVORS: Final = 200


class SurvivorView(NamedTuple):
    """A mutant that no expectation killed; `tree` is its difference from the original answer."""

    operator: str
    trial: str
    anchor: str
    turn: str
    tree: str
    expectations: Sequence[str]
    hint: str


class ScoreView(NamedTuple):
    """A scenario's mutation score, and as per cent for drawing; empty without mutants."""

    scenario: str
    score: str
    share: str
    tone: str
    killed: str
    survivors: Sequence[SurvivorView]


class MutationView(NamedTuple):
    """The scores, lowest first, and how many survivors are not shown."""

    seed: str
    scores: Sequence[ScoreView]
    more: int


def mutation_view(mutation: MutationReport) -> MutationView:
    """Return mutation scores as reports show them."""
    left = _MAX_SURVIVORS
    scores: list[ScoreView] = []
    for score in mutation.scores:
        shown = score.survivors[:left]
        left -= len(shown)
        scores.append(_score(score, shown))
    more = sum([len(score.survivors) for score in mutation.scores]) - (_MAX_SURVIVORS - left)
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
    diff = diff_texts(truncate_text(survivor.original), truncate_text(survivor.answer))
    return SurvivorView(
        single_line(survivor.operator),
        single_line(survivor.trial),
        anchor(survivor.trial),
        str(survivor.turn),
        diff_tree(diff.pieces),
        [truncate_text(words) for words in survivor.expectations],
        truncate_text(survivor.hint),
    )


def missing_protection(group: MutationClass, n: int) -> LocalizedText:
    """Return how many scenarios would accept a class of wrong answers."""
    return {
        MutationClass.NUMBER: message("mutation.accepts.number", n=n),
        MutationClass.DATE: message("mutation.accepts.date", n=n),
        MutationClass.NAME: message("mutation.accepts.name", n=n),
        MutationClass.NEGATION: message("mutation.accepts.negation", n=n),
        MutationClass.RELEVANCE: message("mutation.accepts.relevance", n=n),
        MutationClass.OMISSION: message("mutation.accepts.omission", n=n),
        MutationClass.REFUSAL: message("mutation.accepts.refusal", n=n),
        MutationClass.INVENTION: message("mutation.accepts.invention", n=n),
        MutationClass.LANGUAGE: message("mutation.accepts.language", n=n),
        MutationClass.LEAK: message("mutation.accepts.leak", n=n),
        MutationClass.SPEAKER: message("mutation.accepts.speaker", n=n),
        MutationClass.FORM: message("mutation.accepts.form", n=n),
    }[group]
