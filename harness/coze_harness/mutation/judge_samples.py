"""Answers whose verdict is known, to measure judges on: recorded ones, and mutants of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec import Struct

from coze_harness.execution.flow_driver import run_flow
from coze_harness.execution.judge_survey import JudgeSurvey
from coze_harness.execution.replay_runner import ReplayRunner
from coze_harness.expectations.combinator_kinds import AllOf, Not
from coze_harness.expectations.judge.judge_kind import Judge, judges_in
from coze_harness.expectations.kind import Inconclusive
from coze_harness.messages import LocalizedText, message
from coze_harness.model import Reply, Severity, Target, Verdict, VerdictStatus, replace
from coze_harness.model.errors import HarnessError
from coze_harness.model.trial import EvaluationContext, Expectation, Trial
from coze_harness.mutation.answer_pool import AnswerPool
from coze_harness.mutation.equivalent_answers import repeats, rewrite_answer
from coze_harness.mutation.mutant_evaluation import with_answer, wrong_answers
from coze_harness.mutation.mutation_operator import MutationOperator

RECORDED = "recorded"
"""The origin of an accepted recording's answer."""


class JudgeSample(Struct, frozen=True, kw_only=True):
    """An answer whose verdict is known, and the judge that is asked about it.

    `origin` is the mutation operator, the rewrite, `recorded`, `repeat` or `label`. A judge
    inside `not` is `opposite`: it must say no to a good answer.
    """

    judge: Judge
    target: Target
    context: EvaluationContext
    origin: str
    is_good: bool
    opposite: bool = False

    def accepts(self, replies: Mapping[str, str]) -> bool | None:
        """Return whether the judge takes the answer for a good one; `None` if it cannot tell."""
        try:
            verdict = self.judge.evaluate(replace(self.context, judge_replies=replies))
        except HarnessError:  # a reply that is no verdict is missing
            return None
        if isinstance(verdict, Inconclusive):
            return None
        return (verdict.status is VerdictStatus.PASSED) is not self.opposite


def survey_of(
    samples: Sequence[JudgeSample], *, path: str, name: str, scenario: str = ""
) -> JudgeSurvey:
    """Return the questions about answers, which all have one judge.

    Args:
        samples: the answers; at least one.
        path: the path of the recording.
        name: a trial, or a file of labelled answers.
        scenario: empty for the latter.
    """
    return JudgeSurvey(
        judge=samples[0].target,
        questions=[one for sample in samples for one in sample.judge.questions(sample.context)],
        path=path,
        name=name,
        scenario=scenario,
    )


class _RecordedTurn(Struct, frozen=True):
    """A turn of a recording; `problem` says why its answer cannot be taken for good, if so."""

    context: EvaluationContext
    expectations: Sequence[Expectation]
    problem: LocalizedText


@dataclass(slots=True)
class SampleCollector:
    """Collects answers of recordings that are known to be good, and mutants of them. Offline.

    Args:
        runner: replays recordings; judges are not needed.
        seed: the same seed gives the same mutants.
        operators: the mutation operators to use.

    Attributes:
        notes: why trials or turns give no samples, by trial.
        errors: what is wrong with recordings.
    """

    runner: ReplayRunner
    seed: int
    operators: Sequence[MutationOperator]
    notes: list[tuple[str, LocalizedText]] = field(default_factory=list)
    errors: list[HarnessError] = field(default_factory=list)

    def collect(
        self, groups: Iterable[Sequence[Trial]]
    ) -> list[tuple[Trial, Sequence[JudgeSample]]]:
        """Return samples of the first trial of each group; the others are its repeats."""
        replayed = [(group[0], [self._replay(trial) for trial in group]) for group in groups]
        firsts = {
            trial.key.scenario: turns[0].context.reply.answer
            for trial, (turns, *_repeats) in reversed(replayed)
            if turns and turns[0].context.reply.answer.strip()
        }
        pool = AnswerPool(self.seed, firsts)
        return [
            (trial, list(self._samples(trial, turns, repeated, pool)))
            for trial, (turns, *repeated) in replayed
            if trial.judge is not None and trial.tester is None
        ]

    def _samples(
        self,
        trial: Trial,
        turns: Sequence[_RecordedTurn],
        repeated: Sequence[Sequence[_RecordedTurn]],
        pool: AnswerPool,
    ) -> Iterator[JudgeSample]:
        for index, turn in enumerate(turns):
            judges = [one for item in turn.expectations for one in _checkable(item)]
            if trial.judge is None or not judges:
                continue
            if turn.problem:
                self.notes.append((trial.key.id, turn.problem))
                continue
            answer = turn.context.reply.answer
            others = [
                other[index].context.reply.answer
                for other in repeated
                if len(other) > index and not other[index].problem
            ]
            right = [(RECORDED, answer)]
            right += [(one.origin, one.text) for one in repeats(answer, others)]
            right += [(one.origin, one.text) for one in rewrite_answer(answer)]
            known = [text for _origin, text in right]
            mutants = wrong_answers(
                trial.key.id,
                index + 1,
                known,
                pool.answers_for(trial.key.scenario),
                self.seed,
                self.operators,
            )
            answers = [(origin, text, True) for origin, text in right]
            answers += [(operator.name, text, False) for operator, text in mutants]
            for judge, opposite in judges:
                for origin, text, is_good in answers:
                    yield JudgeSample(
                        judge=judge,
                        target=trial.judge,
                        context=with_answer(turn.context, text),
                        origin=origin,
                        is_good=is_good,
                        opposite=opposite,
                    )

    def _replay(self, trial: Trial) -> Sequence[_RecordedTurn]:
        """Return the turns of a recording, judged by all but judges."""
        try:
            replay = self.runner.open_replay(trial)
        except HarnessError as error:
            if trial.key.trial == 1:
                self.errors.append(error)
            return ()
        turns = replay.turns
        plain = [
            replace(
                turn,
                expectations=[one for one in turn.expectations if not any(judges_in(one))],
                min_score=None,
            )
            for turn in turns
        ]
        result = run_flow(replace(replay, turns=plain).flow(None), replay.transport)
        if result.error is not None:
            if trial.key.trial == 1:
                self.errors.append(result.error)
            return ()
        recorded: list[_RecordedTurn] = []
        previous: tuple[Reply, ...] = ()
        for number, (turn, judged) in enumerate(zip(turns, result.turns, strict=False), 1):
            if judged.reply is None:
                break
            context = EvaluationContext(turn.prompt, judged.reply, previous)
            problem = _problem(number, judged.reply, judged.verdicts)
            recorded.append(_RecordedTurn(context, turn.expectations, problem))
            previous = (*previous, judged.reply)
        return recorded


def _problem(turn: int, reply: Reply, verdicts: Sequence[Verdict]) -> LocalizedText:
    """Return why a recorded answer cannot be taken for good, whatever a judge says; or nothing."""
    for verdict in verdicts:
        if verdict.status is VerdictStatus.FAILED and verdict.severity is Severity.ERROR:
            return message("judge_check.failing", turn=turn, expected=verdict.expected)
    return LocalizedText() if reply.answer.strip() else message("judge_check.empty", turn=turn)


def _checkable(expectation: Expectation, *, opposite: bool = False) -> Iterator[tuple[Judge, bool]]:
    """Yield the judges whose verdict on a good answer is known, and whether it must be no.

    Of `any_of`, any may fail. What is better than the baseline depends on another answer.
    """
    if isinstance(expectation, Judge):
        if not expectation.is_pairwise:
            yield expectation, opposite
    elif isinstance(expectation, Not | AllOf):
        is_not = isinstance(expectation, Not)
        for one in expectation.operands():
            # Not all of several: any of them may be wrong.
            if not (opposite and isinstance(expectation, AllOf)):
                yield from _checkable(one, opposite=opposite is not is_not)


def checkable_judges(expectations: Iterable[Expectation]) -> list[Judge]:
    """Return the judges among expectations that can be checked."""
    return [judge for one in expectations for judge, _opposite in _checkable(one)]
