"""Mutate: recordings are replayed, and mutants of their answers judged. Offline."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from coze_harness.cassettes import Redactor
from coze_harness.execution.conversation_runner import ConversationResult, build_trial_result
from coze_harness.execution.process_pool import in_batches
from coze_harness.execution.replay_runner import ReplayRunner
from coze_harness.model import MutationReport, Reply, Run, TrialResult, replace
from coze_harness.model.errors import HarnessError
from coze_harness.model.protocols import EncodeResult
from coze_harness.model.trial import EvaluationContext, Trial, Turn
from coze_harness.mutation import (
    AnswerPool,
    MutationTarget,
    ScoreBuilder,
    evaluate_mutants,
    skip_reason,
)

Encoded = TypeVar("Encoded")

_BATCH_SIZE: Final = 20
_NO_EXPECTATION = "every mutant survives: the turn has no expectation"
_NO_ANSWER_EXPECTATION = "every mutant survives: no expectation looks at the answer's text"


@dataclass(frozen=True, slots=True)
class MutationNote:
    """A note on a turn, or (turn 0) on a whole trial."""

    scenario: str
    trial: str
    turn: int
    text: str


@dataclass(frozen=True, slots=True)
class _ReplayedTrial:
    """A replayed trial with its turns; without turns if it could not be judged."""

    result: TrialResult
    turns: Sequence[Turn]


def one_of_each(trials: Sequence[Trial]) -> list[Trial]:
    """Return the first trial of each scenario, bot and case: repeats add nothing."""
    first = {(t.key.scenario, t.key.bot, t.key.case): t for t in reversed(trials)}
    return list(reversed(first.values()))


class MutationRunner:
    """Replays trials as `run` does, and judges mutants of their answers.

    All trials are replayed before the first mutant is made, since answers are also swapped. An
    interrupted run keeps the scores so far.

    Args:
        runner: replays the project's cassettes.
        seed: the same seed gives the same mutants.

    Attributes:
        skipped: turns whose answers were not mutated, and why.
        unprotected: turns of which every mutant survived.
    """

    def __init__(self, runner: ReplayRunner, seed: int) -> None:
        self.skipped: list[MutationNote] = []
        self.unprotected: list[MutationNote] = []
        self._runner = runner
        self._redactor = runner.redactor
        self._seed = seed
        self._scores = ScoreBuilder()

    def results(
        self, trials: Sequence[Trial], encode: EncodeResult[Encoded]
    ) -> Generator[Sequence[Encoded], None, None]:
        """Replay trials, judge mutants of their answers, and yield the trials' results."""
        replayed: list[_ReplayedTrial] = []
        for chunk in in_batches(trials):
            runner = self._runner.prefetch(chunk)
            replayed += [self._replay(trial, runner) for trial in chunk]
        pool = AnswerPool(self._seed, _first_answers(replayed))
        batch: list[Encoded] = []
        for one in replayed:
            self._mutate(one, pool)
            batch.append(encode(one.result))
            if len(batch) == _BATCH_SIZE:
                yield batch
                batch = []
        yield batch

    def summarize(self, run: Run, _results: Callable[[], Iterator[TrialResult]]) -> Run:
        """Return the run with the scores."""
        return replace(run, mutation=MutationReport(seed=self._seed, scores=self._scores.sorted()))

    def _replay(self, trial: Trial, runner: ReplayRunner) -> _ReplayedTrial:
        try:
            recording, turns = runner.load(trial, runner.path(trial))
        except HarnessError as error:
            result = build_trial_result(trial, ConversationResult(()), error=error)
            return _ReplayedTrial(result, ())
        result = runner.replay_recording(trial, recording, turns, self._redactor)
        return _ReplayedTrial(result, () if result.error else turns)

    def _mutate(self, replayed: _ReplayedTrial, pool: AnswerPool) -> None:
        key = replayed.result.key
        self._scores.add(key.scenario)
        if error := replayed.result.error:
            text = self._redactor.redact(f"it cannot be judged: {error.what}")
            self.skipped.append(MutationNote(key.scenario, key.id, 0, text))
            return
        other_answers = pool.of(key.scenario)
        for target in _targets(replayed, self._redactor):
            if reason := skip_reason(target):
                self.skipped.append(MutationNote(key.scenario, key.id, target.turn, reason))
                continue
            results = evaluate_mutants(target, other_answers, self._seed)
            self._scores.add(key.scenario, [results])
            if not results.killed:
                text = _NO_ANSWER_EXPECTATION if target.expectations else _NO_EXPECTATION
                self.unprotected.append(MutationNote(key.scenario, key.id, target.turn, text))


def _first_answers(replayed: Sequence[_ReplayedTrial]) -> dict[str, str]:
    """Return one answer of each scenario that has any."""
    answers: dict[str, str] = {}
    for one in replayed:
        for turn in one.result.turns:
            if turn.reply and turn.reply.answer.strip():
                answers.setdefault(one.result.key.scenario, turn.reply.answer)
    return answers


def _targets(replayed: _ReplayedTrial, redactor: Redactor) -> Generator[MutationTarget, None, None]:
    """Yield a trial's turns as they were judged, each with the replies before it."""
    previous: tuple[Reply, ...] = ()
    # A conversation that a failed turn ended has fewer results than turns.
    for number, (turn, judged) in enumerate(
        zip(replayed.turns, replayed.result.turns, strict=False), 1
    ):
        if judged.reply is None:
            return
        yield MutationTarget(
            trial=replayed.result.key.id,
            turn=number,
            # The recording is the baseline itself, and mutants are compared with it.
            seen=EvaluationContext(turn.prompt, judged.reply, previous, judged.reply.answer),
            expectations=turn.expectations,
            verdicts=judged.verdicts,
            wanted=tuple([redactor.redact(verdict.expected) for verdict in judged.verdicts]),
        )
        previous = (*previous, judged.reply)
