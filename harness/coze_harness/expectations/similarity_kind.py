"""Kinds that measure how near the answer is to a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final, Literal, Self, cast

from coze_harness.expectations.excerpt import excerpt
from coze_harness.expectations.item_argument import ItemArgument, listed, quoted
from coze_harness.expectations.kind import ExpectationKind, ItemContext, Schema
from coze_harness.expectations.safe_regex import words
from coze_harness.expectations.text_normalization import (
    OPTIONS,
    PLAIN,
    TextNormalization,
    option_schemas,
    parse_normalization,
)
from coze_harness.model import Verdict
from coze_harness.model.trial import EvaluationContext

Metric = Literal["ratio", "token_set"]
METRICS: Final[tuple[Metric, ...]] = ("ratio", "token_set")
METRICS_TO_COME: Final = ("rouge_l", "bleu", "chrf", "embedding")
AT_LEAST: Final = 0.75
"""The least likeness where none is given; promptfoo's."""


def similarity_score(left: str, right: str, metric: Metric) -> float:
    """Return how alike two texts are, 0..1.

    `ratio` counts the characters to insert or delete (rapidfuzz's ratio). `token_set` compares the
    sets of words, where each Chinese character is a word: order and repetition do not count, and a
    text all of whose words are in the other is fully alike (rapidfuzz's token_set_ratio).
    """
    from rapidfuzz import fuzz  # 10 ms to import, which only this kind needs

    if metric == "ratio":
        return fuzz.ratio(left, right) / 100
    return fuzz.token_set_ratio(" ".join(words(left)), " ".join(words(right))) / 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar(ExpectationKind):
    """The answer is near to a text."""

    kind: ClassVar[str] = "similar"
    summary: ClassVar[str] = (
        "The answer is at least this much like a text (0..1). `metric`: `ratio` (characters, the "
        "default) or `token_set` (words in any order)."
    )
    example: ClassVar[str] = 'similar: {to: "我是chatchat,一个虚拟的学术助手。", at_least: 0.6}'
    keys: ClassVar[tuple[str, ...]] = ("to", "at_least", "metric", *OPTIONS)
    options: ClassVar[tuple[str, ...]] = OPTIONS
    verbs: ClassVar[tuple[str, str]] = ("resembles", "resemble")

    text: str
    at_least: float
    metric: Metric = "ratio"
    folding: TextNormalization = PLAIN

    @classmethod
    def parse(cls, given: ItemArgument, item: ItemContext) -> Self:
        """Build from `{to, at_least, metric}`, or from the text alone."""
        fields: dict[str, ItemArgument] = {"to": given}
        if isinstance(given.value, dict):
            fields = given.fields(cls.keys, 'similar: {to: "…", at_least: 0.6}')
        if "to" not in fields:
            raise given.error_at(
                f'"{given.label}" does not say to what.', 'write similar: {to: "…", at_least: 0.6}'
            )
        text, fold = fields["to"].text(), parse_normalization(item, fields)
        at_least = AT_LEAST
        if "at_least" in fields:
            at_least = fields["at_least"].number(above=0, up_to=1)
        metric: Metric = "ratio"
        if "metric" in fields:
            asked = fields["metric"]
            if asked.value in METRICS_TO_COME:
                raise asked.error_at(
                    f'the metric "{asked.value}" is not available in this version.',
                    f"use one of: {listed(METRICS)}",
                )
            metric = cast("Metric", asked.choice(METRICS))
        return cls(
            **item.common,
            description=f"{quoted(text)} by at least {at_least:g} ({metric}){fold.words}",
            text=fold.normalize(text)[0],
            at_least=at_least,
            metric=metric,
            folding=fold,
        )

    @classmethod
    def schema(cls) -> Schema:
        """Return the JSON Schema of `{to, at_least, metric}`."""
        text: Schema = {"type": "string", "minLength": 1}
        return {
            "description": cls.summary,
            "anyOf": [
                text,
                {
                    "type": "object",
                    "properties": {
                        "to": text,
                        "at_least": {
                            "type": "number",
                            "exclusiveMinimum": 0,
                            "maximum": 1,
                            "default": AT_LEAST,
                        },
                        "metric": {"enum": list(METRICS), "default": "ratio"},
                        **option_schemas(),
                    },
                    "required": ["to"],
                    "additionalProperties": False,
                },
            ],
        }

    def evaluate(self, seen: EvaluationContext) -> Verdict:
        """Judge the answer; the verdict's score is the likeness."""
        answer = seen.reply.answer
        score = similarity_score(self.folding.normalize(answer)[0], self.text, self.metric)
        # Rounding must not turn 0.5996 into a "0.6" that failed.
        said = f"likeness is {int(score * 1000) / 1000:g}"
        if score >= self.at_least:
            return self.passed(said, excerpt(answer), (), score)
        said = f"{said}, at least {self.at_least:g} wanted"
        return self.failed(said, excerpt(answer), (), score)
