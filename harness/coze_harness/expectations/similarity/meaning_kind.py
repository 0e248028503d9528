"""The kind `meaning`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Self

from coze_harness.expectations.answer_limit import reject_long_answer
from coze_harness.expectations.excerpt import excerpt, truncate_score
from coze_harness.expectations.function_reference import FunctionReference
from coze_harness.expectations.item_argument import ItemArgument
from coze_harness.expectations.kind import ExpectationKind, ItemContext
from coze_harness.expectations.parameter import Parameter, required_text, share
from coze_harness.expectations.python_kind import FUNCTION_SCHEMA, function_name, source_digest
from coze_harness.expectations.similarity.answer_passages import find_passages
from coze_harness.expectations.similarity.text_embedding import (
    FunctionEmbedding,
    cosine,
    packaged_embedding,
    unit_vector,
)
from coze_harness.messages import LocalizedText, message
from coze_harness.model import Verdict
from coze_harness.model.trial import EvaluationContext
from coze_harness.text.facts import FactChange, FactKind, compare_facts

_TO: Final = required_text("to")
AT_LEAST: Final = share("at_least", 0.55)
"""Measured on the pairs of docs/meaning.md."""
_EMBED: Final = Parameter("embed", function_name, FUNCTION_SCHEMA, "")
MAX_ANSWER: Final = 5_000
"""Characters; a longer answer would take more than half a second."""
_MAX_SHOWN: Final = 5
_NEEDED: Final = frozenset({FactKind.NUMBER, FactKind.UNIT, FactKind.DATE, FactKind.NEGATION})
"""Facts of the text that must be in the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning(ExpectationKind):
    """The answer says what a text says, in whatever words, and with the same facts."""

    kind = "meaning"
    summary = message("kind.meaning.summary")
    example = "meaning: 签收后 7 天内可以无理由退货。"
    parameters = (_TO, AT_LEAST, _EMBED)
    short_form = "to"

    text: str
    at_least: float
    embed: FunctionEmbedding | None = None
    """In place of the packaged model."""

    @classmethod
    def parse(cls, argument: ItemArgument, item: ItemContext) -> Self:
        """Parse a text or `{to, at_least, embed}`; a function must exist."""
        arguments = cls.read_arguments(argument)
        text, at_least = _TO.read(arguments), AT_LEAST.read(arguments)
        embed = None
        if name := _EMBED.read(arguments):
            root = item.code.root
            reference = FunctionReference(name, root, arguments[_EMBED.key].location)
            embed = FunctionEmbedding(name, root, source_digest(reference.load()), reference)
        return cls(**item.common, text=text, at_least=at_least, embed=embed)

    @property
    def expected(self) -> LocalizedText:
        """The text, and how similar the meaning is."""
        return message("kind.meaning.expected", text=self.text, least=self.at_least)

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge the answer; the score is the similarity of its most similar passage.

        Raises:
            ScenarioError: the model is not installed, or the author's function fails.
        """
        answer = context.reply.answer
        if verdict := reject_long_answer(self, answer, MAX_ANSWER):
            return verdict
        score, (start, end) = self._most_similar(answer)
        passage = excerpt(answer[start:end])
        # Two decimals: further ones differ between processors.
        passed = message("kind.meaning.passed", score=truncate_score(score, 2))
        if score < self.at_least:
            reason = message("kind.meaning.failed", **passed.params, least=self.at_least)
            return self.failed(reason, passage, (), score)
        differences = list(_differences(self.text, answer, answer[start:end]))
        if not differences:
            return self.passed(passed, passage, ((start, end),), score)
        reasons = tuple([_reason(one) for one in differences[:_MAX_SHOWN]])
        # Without a score: as a share of what was expected, a wrong fact counts nothing.
        return self.failed(message("kind.meaning.facts", **passed.params, reasons=reasons), passage)

    def _most_similar(self, answer: str) -> tuple[float, tuple[int, int]]:
        embed = self.embed or packaged_embedding(self.location)
        reference = unit_vector(embed, self.text)
        places = find_passages(answer, self.text)
        vectors = [unit_vector(embed, answer[start:end]) for start, end in places]
        if self.embed and any(len(vector) != len(reference) for vector in vectors):
            what = message("kind.meaning.lengths", function=self.embed.name)
            raise self.embed.reference.error(what, message("kind.meaning.embed.next"))
        return max(
            (cosine(reference, vector), place)
            for vector, place in zip(vectors, places, strict=True)
        )


def _differences(text: str, answer: str, passage: str) -> Iterator[FactChange]:
    """Yield the facts by which an answer says something else than a text.

    Facts of the text that the answer changes or lacks; further numbers, dates and names are none,
    but a further negation is, in the passage that says the same.
    """
    changes = compare_facts(text, answer)
    for one in changes.changed:
        is_certain = one.before and one.after and one.before.is_certain and one.after.is_certain
        if one.kind is not FactKind.NAME or is_certain:
            yield one
    yield from (one for one in changes.removed if one.kind in _NEEDED)
    added = compare_facts(text, passage).added
    yield from (one for one in added if one.kind is FactKind.NEGATION)


def _reason(change: FactChange) -> LocalizedText:
    before = change.before.text if change.before else ""
    after = change.after.text if change.after else ""
    if not after:
        return message("kind.meaning.missing", text=before)
    if not before:
        return message("kind.meaning.added", text=after)
    return message("kind.meaning.changed", before=before, after=after)
