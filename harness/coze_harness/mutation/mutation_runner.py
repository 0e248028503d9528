"""Replays recordings, and evaluates mutants of their answers. Offline."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Final, TypeVar

from msgspec import Struct

from coze_harness.execution.conversation_runner import (
    ConversationResult,
    build_trial_result,
    judged_turns,
)
from coze_harness.execution.process_pool import in_batches
from coze_harness.execution.replay_runner import ReplayRunner
from coze_harness.messages import LocalizedText, change_texts, message
from coze_harness.model import (
    MIN_SCORE,
    MutationReport,
    Reply,
    Run,
    Severity,
    TrialResult,
    TurnResult,
    VerdictStatus,
    replace,
)
from coze_harness.model.errors import HarnessError
from coze_harness.model.location import Location
from coze_harness.model.protocols import EncodeResult, TextRedactor
from coze_harness.model.trial import EvaluationContext, Trial, Turn
from coze_harness.model.trial_key import CaseKey
from coze_harness.mutation.answer_pool import AnswerPool
from coze_harness.mutation.expectation_suggestions import Suggestion, suggest_expectations
from coze_harness.mutation.mutant_evaluation import (
    MutantResults,
    MutationTarget,
    TargetExpectation,
    evaluate_mutants,
    mutation_scores,
    skip_reason,
    survivor_key,
)

Encoded = TypeVar("Encoded")

_BATCH_SIZE: Final = 20


class MutationNote(Struct, frozen=True):
    """A note on a turn, or (turn 0) on a whole trial."""

    trial: str
    turn: int
    text: LocalizedText


class _ReplayedTrial(Struct, frozen=True):
    """A replayed trial with its turns; without turns if it could not be judged."""

    result: TrialResult
    turns: Sequence[Turn]


def group_repeats(trials: Sequence[Trial]) -> list[list[Trial]]:
    """Return the trials in groups of one scenario, bot and case."""
    groups: dict[CaseKey, list[Trial]] = {}
    for trial in trials:
        groups.setdefault(trial.key.case_key, []).append(trial)
    return list(groups.values())


class MutationRunner:
    """Replays trials as `run` does, and evaluates mutants of their answers.

    All trials are replayed first, because some mutants use answers of other scenarios. An
    interrupted run keeps the scores so far.

    Args:
        runner: replays the project's cassettes.
        seed: the same seed gives the same mutants.
        trials: of repeats, the first is mutated; answers of the others that pass are right too.

    Attributes:
        trials: those that are mutated.
        skipped: turns whose answers were not mutated, and why.
        unprotected: turns of which every mutant survived.
        simulated: where the scenarios with a simulated user are: their turns are not in the file.
    """

    def __init__(self, runner: ReplayRunner, seed: int, trials: Sequence[Trial]) -> None:
        groups = group_repeats(trials)
        self.trials = [first for first, *_repeats in groups]
        self.skipped: list[MutationNote] = []
        self.unprotected: list[MutationNote] = []
        self.simulated: set[Location] = set()
        self._runner = runner
        self._redactor = runner.redactor
        self._seed = seed
        self._repeats = {first.key.id: repeats for first, *repeats in groups}
        self._results: dict[str, list[MutantResults]] = {}

    def results(
        self, trials: Sequence[Trial], encode: EncodeResult[Encoded]
    ) -> Generator[Sequence[Encoded], None, None]:
        """Replay trials, evaluate mutants of their answers, and yield the trials' results."""
        batch: list[Encoded] = []
        for result in self._evaluate_trials(trials):
            batch.append(encode(result))
            if len(batch) == _BATCH_SIZE:
                yield batch
                batch = []
        yield batch

    def evaluate(self) -> list[TrialResult]:
        """Replay the trials and evaluate mutants of their answers, for `suggestions`.

        Returns:
            The trials that could not be replayed.
        """
        return [result for result in self._evaluate_trials(self.trials) if result.error]

    def _evaluate_trials(self, trials: Sequence[Trial]) -> Iterator[TrialResult]:
        replayed: list[_ReplayedTrial] = []
        for chunk in in_batches(trials):
            runner = self._runner.prefetch(chunk)
            replayed += [self._replay(trial, runner) for trial in chunk]
        pool = AnswerPool(self._seed, _first_answers(replayed))
        for trial in replayed:
            self._mutate(trial, pool)
            yield trial.result

    def summarize(self, run: Run, _results: Callable[[], Iterator[TrialResult]]) -> Run:
        """Return the run with its mutation scores."""
        hints = {
            survivor_key(target, survivor): suggestion.item
            for _location, suggestions in reversed(self.suggestions())
            for suggestion in reversed(suggestions)
            for target, survivor in suggestion.kills
        }
        scores = mutation_scores(self._results, hints)
        return replace(run, mutation=MutationReport(seed=self._seed, scores=scores))

    def suggestions(self) -> list[tuple[Location, list[Suggestion]]]:
        """Return what to add to each turn of the files whose mutants survived."""
        turns: dict[Location, list[MutantResults]] = {}
        for results in self._results.values():
            for one in results:
                turns.setdefault(one.target.location, []).append(one)
        suggestions_by_turn = (
            (location, suggest_expectations(turn)) for location, turn in turns.items()
        )
        return [
            (location, suggestions) for location, suggestions in suggestions_by_turn if suggestions
        ]

    def _replay(self, trial: Trial, runner: ReplayRunner) -> _ReplayedTrial:
        try:
            recording, turns = runner.load(trial, runner.path(trial))
        except HarnessError as error:
            result = build_trial_result(trial, ConversationResult(()), error=error)
            return _ReplayedTrial(result, ())
        if trial.tester is not None:
            self.simulated.update(turn.location for turn in turns)
        result = runner.replay_recording(trial, recording, turns)
        return _ReplayedTrial(result, () if result.error else judged_turns(turns, result.turns))

    def _mutate(self, replayed: _ReplayedTrial, pool: AnswerPool) -> None:
        key = replayed.result.key
        scores = self._results.setdefault(key.scenario, [])
        if error := replayed.result.error:
            what = change_texts(error.what, self._redactor.redact)
            text = message("mutation.skipped.error", error=what)
            self.skipped.append(MutationNote(key.id, 0, text))
            return
        other_answers = pool.answers_for(key.scenario)
        repeated = [self._right_answers(trial) for trial in self._repeats[key.id]]
        for target in _targets(replayed, self._redactor):
            if reason := skip_reason(target):
                self.skipped.append(MutationNote(key.id, target.turn, reason))
                continue
            recorded = [answers[target.turn - 1] for answers in repeated if answers]
            results = evaluate_mutants(target, other_answers, self._seed, recorded)
            scores.append(results)
            if not results.killed:
                text = message("mutation.unprotected")
                if target.expectations:
                    text = message("mutation.unprotected.answer")
                self.unprotected.append(MutationNote(key.id, target.turn, text))

    def _right_answers(self, trial: Trial) -> Sequence[str]:
        """Return the answers of a repeat; none unless all its turns pass.

        The prompts of a simulated user are others in each repeat.
        """
        if trial.tester is not None:
            return ()
        replayed = self._replay(trial, self._runner)
        turns = replayed.result.turns
        if not replayed.turns or len(turns) != len(replayed.turns):
            return ()
        if not all(map(_is_right, turns)):
            return ()
        return [turn.reply.answer for turn in turns if turn.reply]


def _is_right(turn: TurnResult) -> bool:
    """Return whether a turn passes, and every expectation of severity error was judged."""
    if turn.reply is None or turn.failures:
        return False
    skipped = (one for one in turn.verdicts if one.status is VerdictStatus.SKIPPED)
    return not any(one.severity is Severity.ERROR for one in skipped)


def _first_answers(replayed: Sequence[_ReplayedTrial]) -> dict[str, str]:
    answers: dict[str, str] = {}
    for trial in replayed:
        for turn in trial.result.turns:
            if turn.reply and turn.reply.answer.strip():
                answers.setdefault(trial.result.key.scenario, turn.reply.answer)
    return answers


def _targets(replayed: _ReplayedTrial, redactor: TextRedactor) -> Iterator[MutationTarget]:
    """Yield the turns of a trial that have a reply."""
    previous: tuple[Reply, ...] = ()
    prompts: tuple[str, ...] = ()
    # A conversation that ended at a failed turn has fewer results than turns.
    for number, (turn, judged) in enumerate(
        zip(replayed.turns, replayed.result.turns, strict=False), 1
    ):
        if judged.reply is None:
            return
        verdicts = [one for one in judged.verdicts if one.kind != MIN_SCORE]
        scored_count = turn.min_score.expectations if turn.min_score else 0
        described = [change_texts(one.expected, redactor.redact) for one in verdicts]
        expectations = zip(turn.expectations, described, strict=True)
        yield MutationTarget(
            trial=replayed.result.key.id,
            turn=number,
            location=turn.location,
            # The recorded answer is the baseline.
            context=EvaluationContext(
                prompt=turn.prompt,
                reply=judged.reply,
                previous_replies=previous,
                baseline_answer=judged.reply.answer,
                previous_prompts=prompts,
                snapshot=replayed.result.snapshot,
            ),
            expectations=[
                TargetExpectation(*one, is_scored=index < scored_count)
                for index, one in enumerate(expectations)
            ],
            verdicts=verdicts,
            min_score=turn.min_score,
        )
        previous = (*previous, judged.reply)
        prompts = (*prompts, turn.prompt)
