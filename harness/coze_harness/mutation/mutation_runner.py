"""Mutate: recordings are replayed, their answers spoilt, and the spoilt ones judged. Offline."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

from coze_harness.baseline.cassette_check import batches
from coze_harness.cassettes import Redactor
from coze_harness.execution.conversation_runner import ConversationResult, build_trial_result
from coze_harness.execution.replay_runner import ReplayRunner
from coze_harness.model import MutationReport, Reply, Run, TrialResult, replace
from coze_harness.model.errors import HarnessError
from coze_harness.model.trial import EvaluationContext, Trial, Turn
from coze_harness.mutation import (
    AnswerPool,
    MutationTarget,
    ScoreBuilder,
    evaluate_mutants,
    skip_reason,
)
from coze_harness.reporting.encoded_result import EncodedResult, encode_result
from coze_harness.reporting.report_formats import TrialRenderer

_BATCH = 20
_NOTHING = "every spoiling survives: nothing is expected of it"
_BLIND = "every spoiling survives: no expectation looks at what the answer says"


@dataclass(frozen=True, slots=True)
class Remark:
    """What is to be said of a turn, or with turn 0 of a whole trial."""

    scenario: str
    trial: str
    turn: int
    words: str


@dataclass(frozen=True, slots=True)
class _Played:
    """A replayed trial with the turns that it was held by; none where it could not be judged."""

    result: TrialResult
    turns: Sequence[Turn]


def one_of_each(trials: Sequence[Trial]) -> list[Trial]:
    """Return the first trial of each scenario, bot and case: repeats would add nothing."""
    first = {(t.key.scenario, t.key.bot, t.key.case): t for t in reversed(trials)}
    return list(reversed(first.values()))


class MutationRunner:
    """Replays trials as `run` does, and keeps what came of spoiling their answers.

    All are replayed before the first is spoilt, since answers are also swapped. Interrupted, what
    was found so far is kept.

    Args:
        replayer: plays the project's cassettes.
        seed: the same one spoils in the same way.

    Attributes:
        left_out: whose answers were not spoilt, and why.
        blind: turns of which no spoiling was caught.
    """

    def __init__(self, replayer: ReplayRunner, seed: int) -> None:
        self.skipped: list[Remark] = []
        self.unprotected: list[Remark] = []
        self._replayer = replayer
        self._redactor = replayer.redactor
        self._seed = seed
        self._scores = ScoreBuilder()

    def source(
        self, trials: Sequence[Trial], renderer: TrialRenderer
    ) -> Generator[Sequence[EncodedResult], None, None]:
        """Replay trials, spoil their answers, and yield their results."""
        played: list[_Played] = []
        for chunk in batches(trials):
            replayer = self._replayer.prefetch(chunk)
            played += [self._play(trial, replayer) for trial in chunk]
        others = AnswerPool(self._seed, _answers(played))
        batch: list[EncodedResult] = []
        for one in played:
            self._spoil(one, others)
            batch.append(encode_result(one.result, renderer, self._redactor))
            if len(batch) == _BATCH:
                yield batch
                batch = []
        yield batch

    def complete(self, run: Run, _folder: Path) -> Run:
        """Return the run with the scores."""
        return replace(run, mutation=MutationReport(seed=self._seed, scores=self._scores.sorted()))

    def _play(self, trial: Trial, replayer: ReplayRunner) -> _Played:
        try:
            recording, turns = replayer.load(trial, replayer.path(trial))
        except HarnessError as fault:
            return _Played(build_trial_result(trial, ConversationResult(()), error=fault), ())
        result = replayer.replay_recording(trial, recording, turns, self._redactor)
        return _Played(result, () if result.error else turns)

    def _spoil(self, played: _Played, others: AnswerPool) -> None:
        key = played.result.key
        self._scores.add(key.scenario)
        if fault := played.result.error:
            words = self._redactor.redact(f"it cannot be judged: {fault.what}")
            self.skipped.append(Remark(key.scenario, key.id, 0, words))
            return
        swapped = others.of(key.scenario)
        for subject in _subjects(played, self._redactor):
            if reason := skip_reason(subject):
                self.skipped.append(Remark(key.scenario, key.id, subject.turn, reason))
                continue
            found = evaluate_mutants(subject, swapped, self._seed)
            self._scores.add(key.scenario, [found])
            if not found.killed:
                words = _BLIND if subject.expectations else _NOTHING
                self.unprotected.append(Remark(key.scenario, key.id, subject.turn, words))


def _answers(played: Sequence[_Played]) -> dict[str, str]:
    """Return one answer of each scenario that has any."""
    found: dict[str, str] = {}
    for one in played:
        for turn in one.result.turns:
            if turn.reply and turn.reply.answer.strip():
                found.setdefault(one.result.key.scenario, turn.reply.answer)
    return found


def _subjects(played: _Played, redactor: Redactor) -> Generator[MutationTarget, None, None]:
    """Yield a trial's turns as they were judged, each with the replies before it."""
    earlier: tuple[Reply, ...] = ()
    # A conversation that a failed turn ended has fewer results than turns.
    for number, (turn, judged) in enumerate(
        zip(played.turns, played.result.turns, strict=False), 1
    ):
        if judged.reply is None:
            return
        yield MutationTarget(
            trial=played.result.key.id,
            turn=number,
            # The recording is the baseline itself, and a spoilt answer is held to it.
            seen=EvaluationContext(turn.prompt, judged.reply, earlier, judged.reply.answer),
            expectations=turn.expectations,
            verdicts=judged.verdicts,
            wanted=tuple([redactor.redact(verdict.expected) for verdict in judged.verdicts]),
        )
        earlier = (*earlier, judged.reply)
