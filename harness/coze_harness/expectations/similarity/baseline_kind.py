"""The kind `same_as_baseline`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, Self

from coze_harness.expectations.excerpt import LIMIT, excerpt, truncate_score
from coze_harness.expectations.item_argument import ItemArgument
from coze_harness.expectations.kind import ExpectationKind, ItemContext
from coze_harness.expectations.parameter import TRUE_SCHEMA, choice
from coze_harness.expectations.similarity.similarity_kind import AT_LEAST
from coze_harness.expectations.subject import ANSWER
from coze_harness.expectations.text_normalization import (
    PLAIN,
    TextNormalization,
    parse_normalization,
)
from coze_harness.messages import LocalizedText, message
from coze_harness.model import Verdict
from coze_harness.model.trial import EvaluationContext
from coze_harness.text import similarity

BaselineMetric = Literal["similar", "equals"]
_METRICS: Final[tuple[BaselineMetric, ...]] = ("similar", "equals")
_METRIC: Final = choice("metric", _METRICS, reserved=("judge",))


@dataclass(frozen=True, slots=True, kw_only=True)
class SameAsBaseline(ExpectationKind):
    """The answer is that of the committed recording, or similar to it."""

    kind = "same_as_baseline"
    summary = message("kind.same_as_baseline.summary")
    example = "same_as_baseline: {at_least: 0.8}"
    parameters = (_METRIC, AT_LEAST)
    takes_text_options = True
    short_schemas = (TRUE_SCHEMA,)

    metric: BaselineMetric = "similar"
    at_least: float = AT_LEAST.default
    normalization: TextNormalization = PLAIN

    @classmethod
    def parse(cls, argument: ItemArgument, item: ItemContext) -> Self:
        """Parse `true`, or `{metric, at_least}`."""
        arguments: dict[str, ItemArgument] = {}
        if isinstance(argument.value, dict):
            arguments = cls.read_arguments(argument)
        elif argument.value is not True:
            raise argument.type_error(
                message("expectation.type.true_or_mapping", keys=cls.known_keys()),
                message("expectation.write", code=cls.example),
            )
        metric, at_least = _METRIC.read(arguments), AT_LEAST.read(arguments)
        if metric == "equals" and AT_LEAST.key in arguments:
            raise arguments[AT_LEAST.key].error_at(
                message("expectation.baseline.at_least"),
                message("expectation.baseline.at_least.next"),
            )
        normalization = parse_normalization(arguments, item.options)
        return cls(**item.common, metric=metric, at_least=at_least, normalization=normalization)

    @property
    def expected(self) -> LocalizedText:
        """How similar the answer is to the committed one."""
        if self.metric == "equals":
            expected = message("kind.same_as_baseline.expected.equal")
        else:
            expected = message("kind.same_as_baseline.expected", least=self.at_least)
        return self.normalization.describe(expected)

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge the answer by the committed one; the verdict's score is their similarity."""
        baseline = context.baseline_answer
        if baseline is None:
            return self.skipped(message("kind.same_as_baseline.absent"))
        answer = context.reply.answer
        actual = excerpt(answer)
        if answer == baseline:
            reason = message("kind.same_as_baseline.same", subject=ANSWER)
            return self.passed(reason, actual, (), 1.0)
        now = self.normalization.normalize(answer)[0]
        before = self.normalization.normalize(baseline)[0]
        if now == before:
            reason = message("kind.same_as_baseline.equal", subject=ANSWER)
            return self.passed(reason, actual, (), 1.0)
        if self.metric == "equals":
            reason = message("kind.same_as_baseline.other", subject=ANSWER)
            return self.failed(_with_baseline(reason, baseline), actual)
        score = similarity(before, now)
        reason = message("kind.same_as_baseline.passed", score=truncate_score(score))
        if score >= self.at_least:
            return self.passed(reason, actual, (), score)
        reason = message("kind.same_as_baseline.failed", **reason.params, least=self.at_least)
        return self.failed(_with_baseline(reason, baseline), actual, (), score)


def _with_baseline(reason: LocalizedText, baseline: str) -> LocalizedText:
    hint = message("kind.same_as_baseline.baseline", text=excerpt(baseline))
    if len(baseline) > LIMIT:
        hint = message("kind.same_as_baseline.baseline.long", **hint.params, n=len(baseline))
    return message("kind.hint", reason=reason, hint=hint)
