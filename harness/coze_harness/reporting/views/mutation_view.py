"""Mutation scores and surviving mutants as reports show them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from coze_harness.messages import LocalizedText, literal, message
from coze_harness.model import MutationClass, MutationReport, MutationScore, SurvivingMutant
from coze_harness.model.mutation_score import RejectedAnswer
from coze_harness.reporting.views.diff_view import diff_tree
from coze_harness.reporting.views.safe_text import single_line, truncate_text
from coze_harness.reporting.views.view_model import anchor
from coze_harness.text import diff_texts

# `coze-harness mutate --json` prints all of them.
_MAX_SURVIVORS: Final = 200
_MAX_OTHERS: Final = 30
_MAX_REJECTED: Final = 20
_LOW: Final = 75


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
    """A class of wrong answers that some scenarios would accept, and one of them.

    `others` has one mutant of each further scenario, `more` counts those that are left out.
    `counts` is how many mutants of the class passed, of how many.
    """

    title: LocalizedText
    scenario: str
    example: SurvivorView
    key: str = ""
    others: Sequence[tuple[str, SurvivorView]] = ()
    more: int = 0
    counts: LocalizedText = LocalizedText()


class RejectedView(NamedTuple):
    """A right answer that does not pass: what it says in place of the original one."""

    scenario: str
    trial: str
    anchor: str
    turn: str
    tree: str
    origin: LocalizedText
    expected: LocalizedText


class ClassShareView(NamedTuple):
    """How many mutants of a class were found; `share` is per cent.

    `key` is empty for the right answers that pass.
    """

    key: str
    ratio: str
    share: str
    is_low: bool


class MutationView(NamedTuple):
    """The scores, lowest first, how many survivors are not shown, and what protection is missing.

    `rejected` counts the right answers that do not pass, `rejections` has the first ones. `counts`
    are the numbers of scenarios, mutants and right answers, `suggestions` that of expectations that
    `suggest` would add.
    """

    seed: str
    scores: Sequence[ScoreView]
    more: int
    missing: Sequence[ProtectionView] = ()
    rejected: int = 0
    rejections: Sequence[RejectedView] = ()
    classes: Sequence[ClassShareView] = ()
    counts: LocalizedText = LocalizedText()
    suggestions: int = 0


def mutation_view(mutation: MutationReport) -> MutationView:
    """Return mutation scores as reports show them."""
    left = _MAX_SURVIVORS
    scores: list[ScoreView] = []
    for score in mutation.scores:
        survivors = score.survivors[:left]
        left -= len(survivors)
        scores.append(_score(score, survivors))
    more = sum([len(score.survivors) for score in mutation.scores]) - (_MAX_SURVIVORS - left)
    rejected = sum(score.good - score.accepted for score in mutation.scores)
    suggestions = {
        (score.scenario, survivor.hint)
        for score in mutation.scores
        for survivor in score.survivors
        if survivor.hint
    }
    return MutationView(
        str(mutation.seed),
        scores,
        more,
        list(_missing(mutation)),
        rejected,
        [
            _rejected_view(score.scenario, one)
            for score in mutation.scores
            for one in score.rejected[:_MAX_REJECTED]
        ][:_MAX_REJECTED],
        list(_class_shares(mutation)),
        message(
            "mutations.counts",
            scenarios=len(mutation.scores),
            n=sum([score.mutants for score in mutation.scores]),
            good=sum([score.good for score in mutation.scores]),
        ),
        len(suggestions),
    )


def _missing(mutation: MutationReport) -> Iterator[ProtectionView]:
    """Yield the missing protection, the most serious first."""
    for group in MutationClass:
        survivors = [
            (score.scenario, own)
            for score in mutation.scores
            if (own := [one for one in score.survivors if one.mutation_class == group])
        ]
        if survivors:
            # One with a suggestion says more.
            examples = [
                (single_line(scenario), _survivor(next((one for one in own if one.hint), own[0])))
                for scenario, own in survivors[: _MAX_OTHERS + 1]
            ]
            (scenario, example), *others = sorted(examples, key=lambda pair: not pair[1].hint)
            mutants, killed = _class_counts(mutation, group)
            yield ProtectionView(
                missing_protection(group, len(survivors)),
                scenario,
                example,
                group.value,
                others,
                len(survivors) - len(examples),
                message("mutations.passed_of", n=mutants - killed, of=mutants),
            )


def _class_counts(mutation: MutationReport, group: str) -> tuple[int, int]:
    """Return how many mutants of a class were made, and how many were killed."""
    own = [one for score in mutation.scores for one in score.classes if one.name == group]
    return sum([one.mutants for one in own]), sum([one.killed for one in own])


def _class_shares(mutation: MutationReport) -> Iterator[ClassShareView]:
    """Yield the share of found mutants of each class, and that of right answers that pass."""
    for group in MutationClass:
        mutants, killed = _class_counts(mutation, group)
        if mutants:
            share = 100 * killed // mutants  # never rounded up
            yield ClassShareView(group.value, f"{killed}/{mutants}", str(share), share < _LOW)
    good = sum([score.good for score in mutation.scores])
    if good:
        accepted = sum([score.accepted for score in mutation.scores])
        share = 100 * accepted // good
        yield ClassShareView("", f"{accepted}/{good}", str(share), share < _LOW)


def _rejected_view(scenario: str, answer: RejectedAnswer) -> RejectedView:
    return RejectedView(
        single_line(scenario),
        single_line(answer.trial),
        anchor(answer.trial),
        str(answer.turn),
        _answer_tree(answer.original, answer.answer),
        message("mutations.repeat" if answer.origin == "repeat" else "mutations.rewritten"),
        answer.expected_message or literal(answer.expected),
    )


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
    return SurvivorView(
        single_line(survivor.operator),
        single_line(survivor.trial),
        anchor(survivor.trial),
        str(survivor.turn),
        _answer_tree(survivor.original, survivor.answer),
        survivor.expected,
        truncate_text(survivor.hint),
    )


def _answer_tree(original: str, answer: str) -> str:
    return diff_tree(diff_texts(truncate_text(original), truncate_text(answer)).pieces)


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
