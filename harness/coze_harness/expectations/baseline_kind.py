"""The kind `same_as_baseline`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, Self

from coze_harness.expectations.excerpt import LIMIT, excerpt
from coze_harness.expectations.item_argument import ItemArgument, listed, quoted
from coze_harness.expectations.kind import ExpectationKind, ItemContext
from coze_harness.expectations.parameter import TRUE_SCHEMA, Schema, alternatives, choice
from coze_harness.expectations.similarity_kind import AT_LEAST, format_score
from coze_harness.expectations.text_normalization import (
    PLAIN,
    TextNormalization,
    parse_normalization,
)
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
    summary = (
        "The answer is similar to the one in the committed recording, or (`metric: equals`) equal "
        "to it. For `compare`, `record` and `live`: a replay is the committed recording."
    )
    example = "same_as_baseline: {at_least: 0.8}"
    verb_forms = ("resembles", "resemble")
    parameters = (_METRIC, AT_LEAST)
    takes_text_options = True

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
                f"true, or a mapping of {listed(cls.known_keys())}", f"Write `{cls.example}`."
            )
        metric, at_least = _METRIC.read(arguments), AT_LEAST.read(arguments)
        if metric == "equals" and AT_LEAST.key in arguments:
            raise arguments[AT_LEAST.key].error_at(
                '"at_least" has no effect where the answer must be equal.',
                "Delete it, or write `metric: similar`.",
            )
        normalization = parse_normalization(arguments, item.options)
        how = "in every character" if metric == "equals" else f"by at least {at_least:g}"
        return cls(
            **item.common,
            description=f"the baseline's answer {how}{normalization.words}",
            metric=metric,
            at_least=at_least,
            normalization=normalization,
        )

    @classmethod
    def schema(cls) -> Schema:
        """Return the JSON Schema of `true` and of `{metric, at_least}`."""
        return alternatives(TRUE_SCHEMA, cls.mapping_schema())

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge the answer by the committed one; the verdict's score is their similarity."""
        baseline = context.baseline_answer
        if baseline is None:
            return self.skipped("there is no committed recording of this turn to judge against")
        answer = context.reply.answer
        shown = excerpt(answer)
        if answer == baseline:
            return self.passed("it is the baseline's answer, word for word", shown, (), 1.0)
        now = self.normalization.normalize(answer)[0]
        before = self.normalization.normalize(baseline)[0]
        if now == before:
            words = self.normalization.words
            return self.passed(f"it is the baseline's answer{words}", shown, (), 1.0)
        length = f" ({len(baseline)} characters)" if len(baseline) > LIMIT else ""
        was = f"the baseline's answer is {quoted(excerpt(baseline) + length)}"
        if self.metric == "equals":
            return self.failed(f"it is another answer: {was}", shown)
        score = similarity(before, now)
        reason = f"likeness to the baseline's answer is {format_score(score)}"
        if score >= self.at_least:
            return self.passed(reason, shown, (), score)
        return self.failed(f"{reason}, at least {self.at_least:g} wanted: {was}", shown, (), score)
