"""Spoilt answers put before the expectations that passed the good one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from coze_harness.model import (
    Message,
    MutationScore,
    Reply,
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

MOST_SURVIVORS = 200
"""Survivors kept of one scenario; a weak one with thousands of cases has tens of thousands."""
MOST_IN_ALL = 20_000
"""Survivors kept of all scenarios together, but at least the first three of each."""
LONGEST = 4_000
"""Characters kept of a survivor's answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MutationTarget:
    """One turn of a trial, whose recorded answer is to be spoilt.

    `turn` counts from 1. `verdicts` are what the expectations made of the recorded reply, in step
    with them. `wanted` are the expectations in words, as survivors name them.
    """

    trial: str
    turn: int
    seen: EvaluationContext
    expectations: Sequence[Expectation]
    verdicts: Sequence[Verdict]
    wanted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MutantResults:
    """What came of one turn's spoilings."""

    mutants: int
    killed: int
    survivors: tuple[SurvivingMutant, ...]


def skip_reason(subject: MutationTarget) -> str:
    """Return why a turn has nothing that could be spoilt, in words; empty where it has."""
    for verdict, wanted in zip(subject.verdicts, subject.wanted, strict=True):
        if _fails(verdict):
            return f"its recorded answer does not pass: {wanted}"
    return "" if subject.seen.reply.answer.strip() else "its recorded answer is empty"


def evaluate_mutants(
    subject: MutationTarget,
    others: Sequence[str],
    seed: int,
    spoilings: Sequence[MutationOperator] = OPERATORS,
) -> MutantResults:
    """Spoil a turn's answer in every way that applies, and judge what came of it.

    Args:
        subject: a turn without a `skip_reason`.
        others: what other scenarios were answered.
        seed: the same one spoils in the same way.
        spoilings: the ways; all there are unless told otherwise.
    """
    original = subject.seen.reply.answer
    judges = _judges(subject)
    tried = caught = 0
    survivors: list[SurvivingMutant] = []
    for spoiling in spoilings:
        rng = seeded_random(seed, subject.trial, subject.turn, spoiling.name)
        spoilt = spoiling.mutate(original, rng, others)
        if spoilt is None:
            continue
        tried += 1
        if _caught(judges, replace(subject.seen, reply=_answered(subject.seen.reply, spoilt))):
            caught += 1
            continue
        survivors.append(
            SurvivingMutant(
                operator=spoiling.name,
                trial=subject.trial,
                turn=subject.turn,
                answer=_shortened(spoilt),
                original=_shortened(original),
                expectations=subject.wanted,
                hint=spoiling.suggest(original, spoilt),
            )
        )
    return MutantResults(tried, caught, tuple(survivors))


class ScoreBuilder:
    """Adds up what came of turns, by scenario."""

    def __init__(self) -> None:
        self._found: dict[str, MutationScore] = {}

    def add(self, scenario: str, turns: Iterable[MutantResults] = ()) -> None:
        """Take turns of a scenario; without any it is listed all the same."""
        score = self._found.get(scenario) or MutationScore(scenario=scenario, mutants=0, killed=0)
        for one in turns:
            kept = (*score.survivors, *one.survivors[: MOST_SURVIVORS - len(score.survivors)])
            score = MutationScore(
                scenario=scenario,
                mutants=score.mutants + one.mutants,
                killed=score.killed + one.killed,
                survivors=kept,
            )
        self._found[scenario] = score

    def sorted(self) -> tuple[MutationScore, ...]:
        """Return the scores, the lowest first; scenarios without one come last."""
        most = max(3, MOST_IN_ALL // max(len(self._found), 1))
        found = [replace(score, survivors=score.survivors[:most]) for score in self._found.values()]
        return tuple(sorted(found, key=lambda s: (s.score is None, s.score or 0.0)))


def _judges(subject: MutationTarget) -> list[Expectation]:
    """Return the expectations that can tell a spoilt answer by what it says.

    A spoilt answer is one message, whatever the bot sent. An expectation that minds that already
    would seem to see every spoiling, so only those judge that pass the right answer as one message.
    """
    reply = subject.seen.reply
    merged = replace(subject.seen, reply=_answered(reply, reply.answer))
    whole = sum(message.type == "answer" for message in reply.messages) == 1
    return [
        expectation
        for expectation, verdict in zip(subject.expectations, subject.verdicts, strict=True)
        if verdict.severity is Severity.ERROR and (whole or not _caught([expectation], merged))
    ]


def _caught(judges: Iterable[Expectation], seen: EvaluationContext) -> bool:
    for expectation in judges:
        try:
            if _fails(expectation.judge(seen)):
                return True
        except HarnessError:
            # It needs more than the answer (a recorded judgement of it), which offline there is
            # not: whether it would have seen the spoiling nobody knows, so nobody may count on it.
            continue
    return False


def _fails(verdict: Verdict) -> bool:
    return verdict.status is VerdictStatus.FAILED and verdict.severity is Severity.ERROR


def _answered(reply: Reply, text: str) -> Reply:
    """Return a reply with another answer, in its first answer message; the others are gone."""
    messages: list[Message] = []
    given = False
    for message in reply.messages:
        if message.type != "answer":
            messages.append(message)
        elif not given:
            messages.append(replace(message, content=text))
            given = True
    return replace(reply, messages=tuple(messages))


def _shortened(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    return f"{text[:LONGEST]}… ({len(text):,} characters in all)"
