"""Measures judges: known good answers must be accepted, wrong ones rejected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from coze_harness.compare.exact_tests import wilson_interval
from coze_harness.execution.flow_driver import run_flow
from coze_harness.execution.judge_ratings import BY_LABELS, BY_MUTANTS, JudgeRating
from coze_harness.execution.replay_runner import ReplayRunner
from coze_harness.expectations.combinator_kinds import AllOf, Not
from coze_harness.expectations.judge_kind import Judge, judges_in
from coze_harness.expectations.kind import Inconclusive
from coze_harness.messages import LocalizedText, message
from coze_harness.model import Reply, Severity, Target, VerdictStatus, replace
from coze_harness.model.errors import HarnessError
from coze_harness.model.trial import EvaluationContext, Expectation, Trial
from coze_harness.mutation.answer_pool import AnswerPool
from coze_harness.mutation.equivalent_answers import repeats, rewrite_answer
from coze_harness.mutation.mutant_evaluation import MutationTarget, with_answer, wrong_answers
from coze_harness.mutation.mutation_operator import MutationOperator

RECORDED = "recorded"
"""The origin of an accepted recording's answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeSample:
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


@dataclass(slots=True, kw_only=True)
class JudgeMeasurement:
    """How a version of a judge answered one question about known answers.

    `pairs` has, for each answer, whether it is good and what the judge takes it for. `missed`
    counts the wrong decisions by the origin of the answer.
    """

    judge: Target
    version: str
    topic: str
    words: str
    by_labels: bool = False
    pairs: list[tuple[bool, bool | None]] = field(default_factory=list)
    missed: Counter[str] = field(default_factory=Counter)

    def add(self, sample: JudgeSample, replies: Mapping[str, str]) -> None:
        """Count the judge's decision on an answer."""
        found = sample.accepts(replies)
        self.pairs.append((sample.is_good, found))
        if found is not sample.is_good:
            self.missed[sample.origin] += 1

    def counts(self, *, good: bool) -> tuple[int, int]:
        """Return how many of the good, or of the wrong answers the judge decides rightly."""
        found = [judged is good for is_good, judged in self.pairs if is_good is good]
        return sum(found), len(found)

    @property
    def undecided(self) -> int:
        """The number of answers about which the judge cannot tell, or replied no verdict."""
        return sum(judged is None for _is_good, judged in self.pairs)

    @property
    def kappa(self) -> float | None:
        """Cohen's kappa of labels and judge; `None` where it is not defined, or without labels."""
        return cohens_kappa(self.pairs) if self.by_labels else None

    def rating(self, bound: float) -> JudgeRating:
        """Return the measurement as it is stored."""
        accepted, good = self.counts(good=True)
        rejected, wrong = self.counts(good=False)
        return JudgeRating(
            judge=self.judge.id,
            version=self.version,
            topic=self.topic,
            source=BY_LABELS if self.by_labels else BY_MUTANTS,
            words=self.words,
            good=good,
            accepted=accepted,
            wrong=wrong,
            rejected=rejected,
            specificity=round(wilson_interval(accepted, good)[0], 4),
            sensitivity=round(wilson_interval(rejected, wrong)[0], 4),
            bound=bound,
            kappa=self.kappa,
        )


def least_answers(bound: float) -> int:
    """Return how many answers of each sort a judge must decide rightly to reach a bound.

    At most 1,000: a bound of 1 is never reached.
    """
    return next((n for n in range(1, 1000) if wilson_interval(n, n)[0] >= bound), 1000)


def cohens_kappa(pairs: Iterable[tuple[object, object]]) -> float | None:
    """Return how far two raters agree beyond chance, -1..1.

    Args:
        pairs: the categories that the two gave to each item.

    Returns:
        `None` without items, or if chance alone agrees always (one category in all).
    """
    counted = Counter(pairs)
    total = counted.total()
    if not total:
        return None
    first: Counter[object] = Counter()
    second: Counter[object] = Counter()
    for (one, other), count in counted.items():
        first[one] += count
        second[other] += count
    agreed = sum(count for (one, other), count in counted.items() if one == other) / total
    by_chance = sum(first[one] * second[one] for one in first) / total**2
    if by_chance == 1:
        return None
    return round((agreed - by_chance) / (1 - by_chance), 4)


def measure_judges(
    samples: Iterable[tuple[JudgeSample, str, Mapping[str, str]]], *, by_labels: bool
) -> list[JudgeMeasurement]:
    """Return the measurement of each judge and question.

    Args:
        samples: the answers, each with the judge's version and replies.
        by_labels: whether people have labelled the answers.
    """
    found: dict[tuple[Target, str], JudgeMeasurement] = {}
    for sample, version, replies in samples:
        judge = sample.judge
        measurement = found.setdefault(
            (sample.target, judge.topic),
            JudgeMeasurement(
                judge=sample.target,
                version=version,
                topic=judge.topic,
                words=judge.words,
                by_labels=by_labels,
            ),
        )
        measurement.add(sample, replies)
    return list(found.values())


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
        turns: Sequence[MutationTarget],
        repeated: Sequence[Sequence[MutationTarget]],
        pool: AnswerPool,
    ) -> Iterator[JudgeSample]:
        for turn in turns:
            judges = [one for item in turn.expectations for one in _checkable(item)]
            if trial.judge is None or not judges or not self._is_good(turn, note=True):
                continue
            answer = turn.context.reply.answer
            others = [
                other[turn.turn - 1].context.reply.answer
                for other in repeated
                if len(other) >= turn.turn and self._is_good(other[turn.turn - 1])
            ]
            right = [(RECORDED, answer)]
            right += [(one.origin, one.text) for one in repeats(answer, others)]
            right += [(one.origin, one.text) for one in rewrite_answer(answer)]
            known = [text for _origin, text in right]
            mutants = wrong_answers(
                turn, pool.answers_for(trial.key.scenario), self.seed, known, self.operators
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

    def _is_good(self, turn: MutationTarget, *, note: bool = False) -> bool:
        """Return whether a recorded answer passes what is expected besides the judge's verdict."""
        for verdict in turn.verdicts:
            if verdict.status is VerdictStatus.FAILED and verdict.severity is Severity.ERROR:
                if note:
                    text = message("judge_check.failing", turn=turn.turn, expected=verdict.expected)
                    self.notes.append((turn.trial, text))
                return False
        if not turn.context.reply.answer.strip():
            if note:
                self.notes.append((turn.trial, message("judge_check.empty", turn=turn.turn)))
            return False
        return True

    def _replay(self, trial: Trial) -> Sequence[MutationTarget]:
        """Return the turns of a recording, with the verdicts of all but judges."""
        redactor = self.runner.redactor
        try:
            replay = self.runner.open_replay(trial, redactor)
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
        targets: list[MutationTarget] = []
        previous: tuple[Reply, ...] = ()
        for number, (turn, judged) in enumerate(zip(turns, result.turns, strict=False), 1):
            if judged.reply is None:
                break
            targets.append(
                MutationTarget(
                    trial=trial.key.id,
                    turn=number,
                    location=turn.location,
                    context=EvaluationContext(turn.prompt, judged.reply, previous),
                    expectations=turn.expectations,
                    verdicts=judged.verdicts,
                    descriptions=(),
                )
            )
            previous = (*previous, judged.reply)
        return targets


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
