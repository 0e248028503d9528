"""Evaluates mutants of an answer with the expectations that the answer itself passes."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Final, NamedTuple, TypeAlias

from msgspec import Struct

from coze_harness.expectations import judge_expectation, score_verdict
from coze_harness.messages import LocalizedText, message
from coze_harness.model import (
    ClassScore,
    Message,
    MutationClass,
    MutationScore,
    RejectedAnswer,
    Severity,
    SurvivingMutant,
    Verdict,
    replace,
)
from coze_harness.model.errors import HarnessError
from coze_harness.model.location import Location
from coze_harness.model.trial import EvaluationContext, Expectation, MinScore
from coze_harness.mutation.equivalent_answers import EquivalentAnswer, repeats, rewrite_answer
from coze_harness.mutation.mutation_operator import MutationOperator, is_same_text, seeded_random
from coze_harness.mutation.operator_registry import OPERATORS
from coze_harness.text.facts import compare_facts

# A weak scenario with thousands of cases has tens of thousands of survivors.
_MAX_SURVIVORS: Final = 200
_MAX_SURVIVORS_IN_ALL: Final = 20_000
_MIN_SURVIVORS: Final = 3
_MAX_REJECTED: Final = 50
_MAX_ANSWER_LENGTH: Final = 4_000
_MAX_FACTS_LENGTH: Final = 8_000
_TRIES: Final = 3


class TargetExpectation(NamedTuple):
    """An expectation of a target, and what it expects, redacted; `is_scored` under `min_score`."""

    expectation: Expectation
    expected: LocalizedText
    is_scored: bool


class MutationTarget(Struct, frozen=True, kw_only=True):
    """One turn of a trial, whose recorded answer is mutated.

    `turn` counts from 1. `verdicts` are those of the expectations on the recorded reply, in the
    same order. `location` is where the turn is in its scenario file; the turns of several cases
    have the same.
    """

    trial: str
    turn: int
    location: Location
    context: EvaluationContext
    expectations: Sequence[TargetExpectation]
    verdicts: Sequence[Verdict]
    min_score: MinScore | None = None


class Survivor(NamedTuple):
    """A mutant that survived, whole, and its operator."""

    operator: MutationOperator
    text: str


SurvivorKey: TypeAlias = tuple[Location, str, str]
"""What a hint is for: the turn in its file, the operator and the mutant."""


def survivor_key(target: MutationTarget, survivor: Survivor) -> SurvivorKey:
    """Return the key of a survivor's hint."""
    return (target.location, survivor.operator.name, survivor.text)


class MutantResults(Struct, frozen=True):
    """What the expectations of one turn did: with mutants, and with right answers.

    `killed` has the operators of the mutants that were killed. `accepted` has the right answers
    that pass, `rejected` the others with what the expectation that fails expects.
    """

    target: MutationTarget
    killed: Sequence[MutationOperator]
    survivors: Sequence[Survivor]
    accepted: Sequence[EquivalentAnswer]
    rejected: Sequence[tuple[EquivalentAnswer, LocalizedText]]


def skip_reason(target: MutationTarget) -> LocalizedText:
    """Return why a turn's answer cannot be mutated; empty if it can."""
    failing = _first_failure(target, zip(target.verdicts, target.expectations, strict=True))
    if failing is not None:
        return message("mutation.skipped.failing", expected=failing)
    if target.context.reply.answer.strip():
        return LocalizedText()
    return message("mutation.skipped.empty")


def evaluate_mutants(
    target: MutationTarget,
    other_answers: Sequence[str],
    seed: int,
    recorded: Sequence[str] = (),
) -> MutantResults:
    """Evaluate mutants of a turn's answer, and other right answers.

    Args:
        target: a turn without a `skip_reason`.
        other_answers: answers of other scenarios.
        seed: the same seed gives the same mutants.
        recorded: other recorded answers of this turn that are known to be right.
    """
    answer = target.context.reply.answer
    expectations = _answer_expectations(target)
    right = [*repeats(answer, recorded), *rewrite_answer(answer)]
    known = (answer, *(one.text for one in right))

    def failure(text: str) -> LocalizedText | None:
        return find_failure(target, expectations, with_answer(target.context, text))

    killed: list[MutationOperator] = []
    survivors: list[Survivor] = []
    for operator, mutant in wrong_answers(
        target.trial, target.turn, known, other_answers, seed, OPERATORS
    ):
        if failure(mutant) is None:
            survivors.append(Survivor(operator, mutant))
        else:
            killed.append(operator)
    accepted: list[EquivalentAnswer] = []
    rejected: list[tuple[EquivalentAnswer, LocalizedText]] = []
    for one in right:
        failing = failure(one.text)
        if failing is None:
            accepted.append(one)
        else:
            rejected.append((one, failing))
    return MutantResults(target, killed, survivors, accepted, rejected)


def wrong_answers(
    trial: str,
    turn: int,
    known: Sequence[str],
    other_answers: Sequence[str],
    seed: int,
    operators: Sequence[MutationOperator],
) -> Iterator[tuple[MutationOperator, str]]:
    """Yield mutants of a turn's answer that are wrong, each with its operator.

    Args:
        trial: the trial's id.
        turn: number of the turn, from 1.
        known: the answer, then others that are right; no mutant says the same.
        other_answers: answers of other scenarios.
        seed: the same seed gives the same mutants.
        operators: the mutation operators.
    """
    for operator in operators:
        rng = seeded_random(seed, trial, turn, operator.name)
        mutant = _wrong_answer(operator, rng, other_answers, known)
        if mutant is not None:
            yield operator, mutant


_FACT_CLASSES: Final = frozenset({MutationClass.NUMBER, MutationClass.DATE, MutationClass.NAME})


def _wrong_answer(
    operator: MutationOperator, rng: random.Random, others: Sequence[str], known: Sequence[str]
) -> str | None:
    """Return a mutant that is wrong: no known right answer says the same."""
    for _ in range(_TRIES):
        mutant = operator.mutate(known[0], rng, others)
        if mutant is None:
            return None
        if not any(is_same_text(mutant, right) for right in known) and (
            operator.mutation_class not in _FACT_CLASSES
            or _states_other_facts(operator.mutation_class, mutant, known)
        ):
            return mutant
    return None


def _states_other_facts(group: MutationClass, mutant: str, known: Sequence[str]) -> bool:
    """Return whether the facts of a mutant differ from those of each right answer."""
    answer, *others = known
    if max(len(answer), len(mutant)) > _MAX_FACTS_LENGTH:
        return True
    if not compare_facts(answer, mutant):
        # Places and people in Chinese are no facts; exchanged facts are the same in other places.
        return group is MutationClass.NAME or sorted(answer) == sorted(mutant)
    return all(compare_facts(right, mutant) for right in others)


def mutation_scores(
    results: Mapping[str, Sequence[MutantResults]], hints: Mapping[SurvivorKey, str]
) -> tuple[MutationScore, ...]:
    """Return the scores of scenarios, the lowest first, those without mutants last.

    At most 20,000 survivors are kept, but at least three of each scenario.

    Args:
        results: those of each scenario's turns, by its name.
        hints: expectations that would kill survivors.
    """
    limit = max(_MIN_SURVIVORS, _MAX_SURVIVORS_IN_ALL // max(len(results), 1))
    scores = [_score(scenario, turns, hints, limit) for scenario, turns in results.items()]
    return tuple(sorted(scores, key=lambda s: (s.score is None, s.score or 0.0, s.killed_share)))


def _score(
    scenario: str, turns: Sequence[MutantResults], hints: Mapping[SurvivorKey, str], limit: int
) -> MutationScore:
    killed = Counter(one.mutation_class for turn in turns for one in turn.killed)
    survived = Counter(one.operator.mutation_class for turn in turns for one in turn.survivors)
    mutants = killed + survived
    survivors = [(turn.target, one) for turn in turns for one in turn.survivors]
    rejected = [(turn.target, *one) for turn in turns for one in turn.rejected]
    accepted = sum(len(turn.accepted) for turn in turns)
    return MutationScore(
        scenario=scenario,
        mutants=mutants.total(),
        killed=killed.total(),
        survivors=tuple(
            [
                _surviving_mutant(target, survivor, hints)
                for target, survivor in survivors[: min(limit, _MAX_SURVIVORS)]
            ]
        ),
        classes=tuple(
            [
                ClassScore(name=group.value, mutants=mutants[group], killed=killed[group])
                for group in MutationClass
                if mutants[group]
            ]
        ),
        good=accepted + len(rejected),
        accepted=accepted,
        rejected=tuple(
            [
                RejectedAnswer(
                    origin=answer.origin,
                    trial=target.trial,
                    turn=target.turn,
                    answer=_truncate(answer.text),
                    original=_truncate(target.context.reply.answer),
                    expected=str(expected),
                    expected_message=expected,
                )
                for target, answer, expected in rejected[: min(limit, _MAX_REJECTED)]
            ]
        ),
    )


def _surviving_mutant(
    target: MutationTarget, survivor: Survivor, hints: Mapping[SurvivorKey, str]
) -> SurvivingMutant:
    descriptions = tuple([one.expected for one in target.expectations])
    return SurvivingMutant(
        operator=survivor.operator.name,
        trial=target.trial,
        turn=target.turn,
        answer=_truncate(survivor.text),
        original=_truncate(target.context.reply.answer),
        expectations=tuple(map(str, descriptions)),
        hint=hints.get(survivor_key(target, survivor), ""),
        mutation_class=survivor.operator.mutation_class.value,
        expectation_messages=descriptions,
    )


def _answer_expectations(target: MutationTarget) -> list[TargetExpectation]:
    """Return the expectations that can kill a mutant because of its text.

    A mutant is one message, even if the bot sent several. An expectation whose verdict changes
    because of this would kill every mutant, so it is ignored.
    """
    reply = target.context.reply
    merged = with_answer(target.context, reply.answer)
    is_one_message = len(reply.answer_messages) == 1
    return [
        one
        for one, verdict in zip(target.expectations, target.verdicts, strict=True)
        if verdict.severity is Severity.ERROR
        and (is_one_message or _fails(one, merged) == verdict.is_failure)
    ]


def find_failure(
    target: MutationTarget, expectations: Iterable[TargetExpectation], context: EvaluationContext
) -> LocalizedText | None:
    """Return what a reply fails of a turn with these expectations; `None` if the turn passes."""
    return _first_failure(target, _judge_each(expectations, context))


def _judge_each(
    expectations: Iterable[TargetExpectation], context: EvaluationContext
) -> Iterator[tuple[Verdict, TargetExpectation]]:
    for one in expectations:
        # One that needs data of this answer that was never recorded cannot kill a mutant.
        with suppress(HarnessError):
            yield judge_expectation(one.expectation, context), one


def _first_failure(
    target: MutationTarget, judged: Iterable[tuple[Verdict, TargetExpectation]]
) -> LocalizedText | None:
    """Return what is expected by the first verdict that fails the turn; `None` if it passes."""
    scored_verdicts: list[Verdict] = []
    for verdict, one in judged:
        if one.is_scored:
            scored_verdicts.append(verdict)
        elif verdict.is_failure:
            return one.expected
    if target.min_score is None:
        return None
    score = score_verdict(target.min_score, scored_verdicts)
    return score.expected if score.is_failure else None


def _fails(one: TargetExpectation, context: EvaluationContext) -> bool:
    return any(verdict.is_failure for verdict, _one in _judge_each([one], context))


def with_answer(context: EvaluationContext, answer: str) -> EvaluationContext:
    """Return a context whose reply has this answer, as its only answer message."""
    reply = context.reply
    first = next(iter(reply.answer_messages), None)
    messages: list[Message] = []
    for one in reply.messages:
        if one is first:
            messages.append(replace(one, content=answer))
        elif not one.is_answer_text:
            messages.append(one)
    return replace(context, reply=replace(reply, messages=tuple(messages)))


def _truncate(text: str) -> str:
    return text if len(text) <= _MAX_ANSWER_LENGTH else f"{text[:_MAX_ANSWER_LENGTH]}…"
