"""Measures judges: known good answers must be accepted, wrong ones rejected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from coze_harness.model import PassShare, Target
from coze_harness.model.judge_rating import BY_LABELS, BY_MUTANTS, JudgeRating
from coze_harness.mutation.judge_samples import JudgeSample


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
        decision = sample.accepts(replies)
        self.pairs.append((sample.is_good, decision))
        if decision is not sample.is_good:
            self.missed[sample.origin] += 1

    def counts(self, *, good: bool) -> tuple[int, int]:
        """Return how many of the good, or of the wrong answers the judge decides rightly."""
        are_right = [judged is good for is_good, judged in self.pairs if is_good is good]
        return sum(are_right), len(are_right)

    def interval(self, *, good: bool) -> tuple[float, float]:
        """Return the 95 % interval of the share that is decided rightly."""
        share = PassShare.of(*self.counts(good=good))
        return share.low, share.high

    @property
    def undecided(self) -> int:
        """The number of answers about which the judge cannot tell, or replied no verdict."""
        return sum(judged is None for _is_good, judged in self.pairs)

    @property
    def kappa(self) -> float | None:
        """Cohen's kappa of labels and judge; `None` where it is not defined, or without labels."""
        return cohens_kappa(self.pairs) if self.by_labels else None

    def required_answers(self, bound: float) -> int:
        """Return how many answers of each sort reaching a bound takes; 0 if there are as many."""
        least = least_answers(bound)
        good, wrong = (self.counts(good=sort)[1] for sort in (True, False))
        return least if min(good, wrong) < least else 0

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
            specificity=round(self.interval(good=True)[0], 4),
            sensitivity=round(self.interval(good=False)[0], 4),
            bound=bound,
            kappa=self.kappa,
        )


def least_answers(bound: float) -> int:
    """Return how many answers of each sort a judge must decide rightly to reach a bound.

    At most 1,000: a bound of 1 is never reached.
    """
    return next((n for n in range(1, 1000) if PassShare.of(n, n).low >= bound), 1000)


def cohens_kappa(pairs: Sequence[tuple[object, object]]) -> float | None:
    """Return how far two raters agree beyond chance, -1..1.

    Args:
        pairs: the categories that the two gave to each item.

    Returns:
        `None` without items, or if chance alone agrees always (one category in all).
    """
    total = len(pairs)
    if not total:
        return None
    first, second = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    agreed = sum(one == other for one, other in pairs) / total
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
    measurements: dict[tuple[Target, str], JudgeMeasurement] = {}
    for sample, version, replies in samples:
        key = sample.target, sample.judge.topic
        if key not in measurements:
            measurements[key] = JudgeMeasurement(
                judge=sample.target,
                version=version,
                topic=sample.judge.topic,
                words=sample.judge.words,
                by_labels=by_labels,
            )
        measurements[key].add(sample, replies)
    return list(measurements.values())
