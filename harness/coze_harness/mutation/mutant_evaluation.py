"""Evaluates mutants of an answer with the expectations that the answer itself passes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from coze_harness.messages import LocalizedText, message
from coze_harness.model import (
    Message,
    MutationScore,
    Severity,
    SurvivingMutant,
    Verdict,
    VerdictStatus,
    replace,
)
from coze_harness.model.errors import HarnessError
from coze_harness.model.trial import EvaluationContext, Expectation
from coze_harness.mutation.mutation_operator import MutationOperator, seeded_random
from coze_harness.mutation.operator_registry import OPERATORS

# A weak scenario with thousands of cases has tens of thousands of survivors.
_MAX_SURVIVORS: Final = 200
_MAX_SURVIVORS_IN_ALL: Final = 20_000
_MIN_SURVIVORS: Final = 3
_MAX_ANSWER_LENGTH: Final = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class MutationTarget:
    """One turn of a trial, whose recorded answer is mutated.

    `turn` counts from 1. `verdicts` and `descriptions` are those of the expectations, in the same
    order: their verdicts on the recorded reply, and what they expect.
    """

    trial: str
    turn: int
    context: EvaluationContext
    expectations: Sequence[Expectation]
    verdicts: Sequence[Verdict]
    descriptions: tuple[LocalizedText, ...]


@dataclass(frozen=True, slots=True)
class MutantResults:
    """The number of mutants of one turn, how many were killed, and those that survived."""

    mutants: int
    killed: int
    survivors: tuple[SurvivingMutant, ...]


def skip_reason(target: MutationTarget) -> LocalizedText:
    """Return why a turn's answer cannot be mutated; empty if it can."""
    for verdict, description in zip(target.verdicts, target.descriptions, strict=True):
        if _is_failure(verdict):
            return message("mutation.skipped.failing", expected=description)
    if target.context.reply.answer.strip():
        return LocalizedText()
    return message("mutation.skipped.empty")


def evaluate_mutants(
    target: MutationTarget,
    other_answers: Sequence[str],
    seed: int,
    operators: Sequence[MutationOperator] = OPERATORS,
) -> MutantResults:
    """Mutate a turn's answer with each operator that applies, and evaluate the mutants.

    Args:
        target: a turn without a `skip_reason`.
        other_answers: answers of other scenarios.
        seed: the same seed gives the same mutants.
        operators: the mutation operators; all by default.
    """
    reply = target.context.reply
    expectations = _answer_expectations(target)
    descriptions = tuple(map(str, target.descriptions))
    mutants = killed = 0
    survivors: list[SurvivingMutant] = []
    for operator in operators:
        rng = seeded_random(seed, target.trial, target.turn, operator.name)
        mutant = operator.mutate(reply.answer, rng, other_answers)
        if mutant is None:
            continue
        mutants += 1
        if _is_killed(expectations, _with_answer(target.context, mutant)):
            killed += 1
            continue
        survivors.append(
            SurvivingMutant(
                operator=operator.name,
                trial=target.trial,
                turn=target.turn,
                answer=_truncated(mutant),
                original=_truncated(reply.answer),
                expectations=descriptions,
                hint=operator.suggest(reply.answer, mutant),
            )
        )
    return MutantResults(mutants, killed, tuple(survivors))


class ScoreBuilder:
    """Adds the results of turns up to the scores of scenarios."""

    def __init__(self) -> None:
        self._scores: dict[str, MutationScore] = {}

    def add(self, scenario: str, turns: Iterable[MutantResults] = ()) -> None:
        """Add turns of a scenario; without turns it gets a score without mutants."""
        score = self._scores.get(scenario) or MutationScore(scenario=scenario, mutants=0, killed=0)
        for turn in turns:
            remaining = _MAX_SURVIVORS - len(score.survivors)
            score = MutationScore(
                scenario=scenario,
                mutants=score.mutants + turn.mutants,
                killed=score.killed + turn.killed,
                survivors=(*score.survivors, *turn.survivors[:remaining]),
            )
        self._scores[scenario] = score

    def sorted(self) -> tuple[MutationScore, ...]:
        """Return the scores, the lowest first, scenarios without mutants last.

        At most 20,000 survivors are kept, but at least three of each scenario.
        """
        limit = max(_MIN_SURVIVORS, _MAX_SURVIVORS_IN_ALL // max(len(self._scores), 1))
        scores = [replace(s, survivors=s.survivors[:limit]) for s in self._scores.values()]
        return tuple(sorted(scores, key=lambda s: (s.score is None, s.score or 0.0)))


def _answer_expectations(target: MutationTarget) -> list[Expectation]:
    """Return the expectations that can kill a mutant because of its text.

    A mutant is one message, even if the bot sent several. An expectation that fails because of this
    would kill every mutant, so it is ignored.
    """
    reply = target.context.reply
    merged = _with_answer(target.context, reply.answer)
    answers = [m for m in reply.messages if m.type == "answer" and m.content_type != "audio"]
    is_one_message = len(answers) == 1
    return [
        expectation
        for expectation, verdict in zip(target.expectations, target.verdicts, strict=True)
        if verdict.severity is Severity.ERROR
        and (is_one_message or not _is_killed([expectation], merged))
    ]


def _is_killed(expectations: Iterable[Expectation], context: EvaluationContext) -> bool:
    for expectation in expectations:
        try:
            if _is_failure(expectation.judge(context)):
                return True
        except HarnessError:
            # It needs data of this answer that was never recorded, so it cannot kill a mutant.
            continue
    return False


def _is_failure(verdict: Verdict) -> bool:
    return verdict.status is VerdictStatus.FAILED and verdict.severity is Severity.ERROR


def _with_answer(context: EvaluationContext, answer: str) -> EvaluationContext:
    """Return a context whose reply has this answer, as its only answer message."""
    reply = context.reply
    texts = (m for m in reply.messages if m.type == "answer" and m.content_type != "audio")
    first = next(texts, None)
    messages: list[Message] = []
    for one in reply.messages:
        if one is first:
            messages.append(replace(one, content=answer))
        elif one.type != "answer" or one.content_type == "audio":
            messages.append(one)
    return replace(context, reply=replace(reply, messages=tuple(messages)))


def _truncated(text: str) -> str:
    return text if len(text) <= _MAX_ANSWER_LENGTH else f"{text[:_MAX_ANSWER_LENGTH]}…"
