"""The kind `similar`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, Self

from coze_harness.expectations.excerpt import excerpt
from coze_harness.expectations.item_argument import ItemArgument
from coze_harness.expectations.kind import ExpectationKind, ItemContext
from coze_harness.expectations.parameter import choice, required_text, share
from coze_harness.expectations.text_normalization import (
    PLAIN,
    TextNormalization,
    parse_normalization,
)
from coze_harness.expectations.word_count import words
from coze_harness.messages import LocalizedText, message
from coze_harness.model import Verdict
from coze_harness.model.trial import EvaluationContext

SimilarityMetric = Literal["ratio", "token_set"]
_METRICS: Final[tuple[SimilarityMetric, ...]] = ("ratio", "token_set")

_TO: Final = required_text("to")
AT_LEAST: Final = share("at_least", 0.75)
"""The least similarity that passes; the default is promptfoo's."""
_METRIC: Final = choice("metric", _METRICS, reserved=("rouge_l", "bleu", "chrf", "embedding"))


def similarity_score(left: str, right: str, metric: SimilarityMetric) -> float:
    """Return how similar two texts are, 0 to 1.

    `ratio` counts the characters to insert or delete (rapidfuzz's ratio). `token_set` compares the
    sets of words, where each Chinese character is a word: order and repetition do not count, and a
    text all of whose words are in the other has 1 (rapidfuzz's token_set_ratio).
    """
    from rapidfuzz import fuzz  # 10 ms to import, and only this kind needs it

    if metric == "ratio":
        return fuzz.ratio(left, right) / 100
    return fuzz.token_set_ratio(" ".join(words(left)), " ".join(words(right))) / 100


def shown_score(score: float) -> float:
    """Return a score with three decimals, not rounded up: 0.5996 must not become a failed 0.6."""
    return int(score * 1000) / 1000


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
        if self.metric == "token_set":
            expected = message(
                "kind.similar.expected.token_set", text=self.text, least=self.at_least
            )
        else:
            expected = message("kind.similar.expected", text=self.text, least=self.at_least)
        return self.normalization.describe(expected)

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge the answer; the verdict's score is the similarity."""
        answer = context.reply.answer
        score = similarity_score(self.normalization.normalize(answer)[0], self.needle, self.metric)
        shown = shown_score(score)
        if score >= self.at_least:
            reason = message("kind.similar.passed", score=shown)
            return self.passed(reason, excerpt(answer), (), score)
        reason = message("kind.similar.failed", score=shown, least=self.at_least)
        return self.failed(reason, excerpt(answer), (), score)
