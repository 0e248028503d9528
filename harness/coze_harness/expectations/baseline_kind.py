"""The kind that holds an answer to the one that was accepted before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final, Literal, Self, cast

from coze_harness.expectations.excerpt import LIMIT, excerpt
from coze_harness.expectations.item_argument import ItemArgument, listed, quoted
from coze_harness.expectations.kind import ExpectationKind, ItemContext, Schema
from coze_harness.expectations.similarity_kind import AT_LEAST
from coze_harness.expectations.text_normalization import (
    OPTIONS,
    PLAIN,
    TextNormalization,
    option_schemas,
    parse_normalization,
)
from coze_harness.model import Verdict
from coze_harness.model.trial import EvaluationContext
from coze_harness.text import similarity

Metric = Literal["similar", "equals"]
METRICS: Final[tuple[Metric, ...]] = ("similar", "equals")
METRICS_TO_COME: Final = ("judge",)
_EXAMPLE: Final = "same_as_baseline: {at_least: 0.8}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SameAsBaseline(ExpectationKind):
    """The answer is that of the committed recording, or near to it."""

    kind: ClassVar[str] = "same_as_baseline"
    summary: ClassVar[str] = (
        "The answer is near to the one in the committed recording, or (`metric: equals`) that very "
        "one. For `compare`, `record` and `live`: a replay is the committed recording."
    )
    example: ClassVar[str] = _EXAMPLE
    keys: ClassVar[tuple[str, ...]] = ("metric", "at_least", *OPTIONS)
    options: ClassVar[tuple[str, ...]] = OPTIONS
    verbs: ClassVar[tuple[str, str]] = ("resembles", "resemble")

    metric: Metric = "similar"
    at_least: float = AT_LEAST
    folding: TextNormalization = PLAIN

    @classmethod
    def parse(cls, given: ItemArgument, item: ItemContext) -> Self:
        """Build from `true`, or from `{metric, at_least}`."""
        fields: dict[str, ItemArgument] = {}
        if isinstance(given.value, dict):
            fields = given.fields(cls.keys, _EXAMPLE)
        elif given.value is not True:
            raise given.type_error(f"true, or a mapping of {listed(cls.keys)}", f"write {_EXAMPLE}")
        metric = _metric(fields["metric"]) if "metric" in fields else "similar"
        at_least = AT_LEAST
        if "at_least" in fields:
            if metric == "equals":
                raise fields["at_least"].error_at(
                    '"at_least" means nothing where the answer must be equal.',
                    "delete it, or take metric: similar",
                )
            at_least = fields["at_least"].number(above=0, up_to=1)
        fold = parse_normalization(item, fields)
        how = "in every character" if metric == "equals" else f"by at least {at_least:g}"
        return cls(
            **item.common,
            description=f"the baseline's answer {how}{fold.words}",
            metric=metric,
            at_least=at_least,
            folding=fold,
        )

    @classmethod
    def schema(cls) -> Schema:
        """Return the JSON Schema of `true` and of `{metric, at_least}`."""
        return {
            "description": cls.summary,
            "anyOf": [
                {"const": True},
                {
                    "type": "object",
                    "properties": {
                        "metric": {"enum": list(METRICS), "default": "similar"},
                        "at_least": {
                            "type": "number",
                            "exclusiveMinimum": 0,
                            "maximum": 1,
                            "default": AT_LEAST,
                        },
                        **option_schemas(),
                    },
                    "additionalProperties": False,
                },
            ],
        }

    def evaluate(self, seen: EvaluationContext) -> Verdict:
        """Judge the answer by the committed one; the verdict's score is how alike they are."""
        if seen.baseline_answer is None:
            return self.skipped("there is no committed recording of this turn to judge against")
        answer = seen.reply.answer
        shown = excerpt(answer)
        if answer == seen.baseline_answer:
            return self.passed("it is the baseline's answer, word for word", shown, (), 1.0)
        now, before = (
            self.folding.normalize(answer)[0],
            self.folding.normalize(seen.baseline_answer)[0],
        )
        if now == before:
            return self.passed(f"it is the baseline's answer{self.folding.words}", shown, (), 1.0)
        was = f"the baseline's answer is {quoted(_short(seen.baseline_answer))}"
        if self.metric == "equals":
            return self.failed(f"it is another answer: {was}", shown)
        score = similarity(before, now)
        # Rounding must not turn 0.7496 into a "0.75" that failed.
        said = f"likeness to the baseline's answer is {int(score * 1000) / 1000:g}"
        if score >= self.at_least:
            return self.passed(said, shown, (), score)
        return self.failed(f"{said}, at least {self.at_least:g} wanted: {was}", shown, (), score)


def _short(text: str) -> str:
    return excerpt(text) if len(text) <= LIMIT else f"{excerpt(text)} ({len(text)} characters)"


def _metric(asked: ItemArgument) -> Metric:
    if asked.value in METRICS_TO_COME:
        raise asked.error_at(
            f'the metric "{asked.value}" is not available in this version.',
            f"use one of: {listed(METRICS)}",
        )
    return cast("Metric", asked.choice(METRICS))
