"""The kind `similar`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from coze_harness.expectations.answer_limit import reject_long_answer
from coze_harness.expectations.excerpt import excerpt, truncate_score
from coze_harness.expectations.item_argument import ItemArgument
from coze_harness.expectations.kind import ExpectationKind, ItemContext
from coze_harness.expectations.optional_package import require_package
from coze_harness.expectations.parameter import choice, required_text, share
from coze_harness.expectations.similarity.similarity_metrics import (
    METRICS,
    METRICS_OF_PACKAGE,
    SimilarityMetric,
    similarity_score,
)
from coze_harness.expectations.text_normalization import (
    PLAIN,
    TextNormalization,
    parse_normalization,
)
from coze_harness.messages import LocalizedText, message
from coze_harness.model import Verdict
from coze_harness.model.trial import EvaluationContext

_TO: Final = required_text("to")
AT_LEAST: Final = share("at_least", 0.75)
"""The least similarity that passes; the default is promptfoo's."""
_METRIC: Final = choice("metric", METRICS, reserved=("embedding",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar(ExpectationKind):
    """The answer is similar to a text."""

    kind = "similar"
    summary = message("kind.similar.summary")
    example = 'similar: {to: "我是chatchat,一个虚拟的学术助手。", at_least: 0.6}'
    parameters = (_TO, AT_LEAST, _METRIC)
    short_form = "to"
    takes_text_options = True

    text: str
    needle: str
    """The text, normalized."""
    at_least: float
    metric: SimilarityMetric = "ratio"
    normalization: TextNormalization = PLAIN

    @classmethod
    def parse(cls, argument: ItemArgument, item: ItemContext) -> Self:
        """Parse `{to, at_least, metric}`, or the text alone."""
        arguments = cls.read_arguments(argument)
        text, at_least = _TO.read(arguments), AT_LEAST.read(arguments)
        metric = _METRIC.read(arguments)
        if metric in METRICS_OF_PACKAGE:
            name = f"similar: {{metric: {metric}}}"
            require_package("metrics", name, arguments[_METRIC.key].location)
        normalization = parse_normalization(arguments, item.options)
        return cls(
            **item.common,
            text=text,
            needle=normalization.normalize(text)[0],
            at_least=at_least,
            metric=metric,
            normalization=normalization,
        )

    @property
    def expected(self) -> LocalizedText:
        """The text, and how similar the answer is."""
        text, least, metric = self.text, self.at_least, self.metric
        if metric == "ratio":
            expected = message("kind.similar.expected", text=text, least=least)
        else:
            expected = message(
                "kind.similar.expected.metric", text=text, least=least, metric=metric
            )
        return self.normalization.describe(expected)

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge the answer; the verdict's score is the similarity."""
        answer = context.reply.answer
        is_slow = self.metric not in ("ratio", "token_set")
        if is_slow and (verdict := reject_long_answer(self, answer)):
            return verdict
        score = similarity_score(self.normalization.normalize(answer)[0], self.needle, self.metric)
        if score >= self.at_least:
            reason = message("kind.similar.passed", score=truncate_score(score))
            return self.passed(reason, excerpt(answer), (), score)
        reason = message("kind.similar.failed", score=truncate_score(score), least=self.at_least)
        return self.failed(reason, excerpt(answer), (), score)
