"""Mutation scores and surviving mutants as reports show them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
    expectations: Sequence[LocalizedText]
    hint: str


class ScoreView(NamedTuple):
    """A scenario's mutation score, and as per cent for drawing; empty without mutants."""

    scenario: str
    score: str
    share: str
    tone: str
    killed: str
    survivors: Sequence[SurvivorView]


class ProtectionView(NamedTuple):
    """A class of wrong answers that some scenarios would accept, and one of them."""

    title: LocalizedText
    scenario: str
    example: SurvivorView


class MutationView(NamedTuple):
    """The scores, lowest first, how many survivors are not shown, and what protection is missing.

    `rejected` counts the right answers that do not pass.
    """

    seed: str
    scores: Sequence[ScoreView]
    more: int
    missing: Sequence[ProtectionView] = ()
    rejected: int = 0


def mutation_view(mutation: MutationReport) -> MutationView:
    """Return mutation scores as reports show them."""
    left = _MAX_SURVIVORS
    scores: list[ScoreView] = []
    for score in mutation.scores:
        shown = score.survivors[:left]
        left -= len(shown)
        scores.append(_score(score, shown))
    more = sum([len(score.survivors) for score in mutation.scores]) - (_MAX_SURVIVORS - left)
    rejected = sum(score.good - score.accepted for score in mutation.scores)
    return MutationView(str(mutation.seed), scores, more, list(_missing(mutation)), rejected)


def _missing(mutation: MutationReport) -> Iterator[ProtectionView]:
    """Yield the missing protection, the most serious first."""
    for group in MutationClass:
        survivors = [
            (score.scenario, own)
            for score in mutation.scores
            if (own := [one for one in score.survivors if one.mutation_class == group])
        ]
        if survivors:
            scenario, own = survivors[0]
            # One with a suggestion says more.
            example = next((one for one in own if one.hint), own[0])
            title = missing_protection(group, len(survivors))
            yield ProtectionView(title, single_line(scenario), _survivor(example))


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
        survivor.expected,
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
