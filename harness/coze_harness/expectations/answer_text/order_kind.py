"""The kind `order`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from coze_harness.expectations.answer_text.near_match import find_near_match
from coze_harness.expectations.excerpt import excerpt, excerpt_around
from coze_harness.expectations.item_argument import ItemArgument
from coze_harness.expectations.kind import ExpectationKind, ItemContext
from coze_harness.expectations.parameter import TEXT_SCHEMA, Parameter
from coze_harness.expectations.subject import ANSWER
from coze_harness.expectations.text_normalization import (
    PLAIN,
    TextNormalization,
    parse_normalization,
)
from coze_harness.messages import LocalizedText, message
from coze_harness.model import Verdict
from coze_harness.model.trial import EvaluationContext


def _parse_texts(argument: ItemArgument) -> tuple[str, ...]:
    texts = argument.texts()
    if len(texts) < 2:
        raise argument.error_at(
            message("expectation.order.one", label=argument.label),
            message("expectation.write", code='order: ["…", "…"]'),
        )
    return texts


_TEXTS: Final[Parameter[tuple[str, ...]]] = Parameter(
    "texts",
    _parse_texts,
    {"type": "array", "items": TEXT_SCHEMA, "minItems": 2},
    (),
    is_required=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(ExpectationKind):
    """Several texts are in the answer, one after the other."""

    kind = "order"
    summary = message("kind.order.summary")
    example = "order: [打开设置, 选择账号, 点击退出]"
    parameters = (_TEXTS,)
    short_form = "texts"
    takes_text_options = True

    texts: tuple[str, ...]
    needles: tuple[str, ...]
    """The texts, normalized."""
    normalization: TextNormalization = PLAIN

    @classmethod
    def parse(cls, argument: ItemArgument, item: ItemContext) -> Self:
        """Parse a list of texts or `{texts: […]}`."""
        arguments = cls.read_arguments(argument)
        texts = _TEXTS.read(arguments)
        normalization = parse_normalization(arguments, item.options)
        needles = tuple([normalization.normalize(text)[0] for text in texts])
        return cls(**item.common, texts=texts, needles=needles, normalization=normalization)

    @property
    def expected(self) -> LocalizedText:
        """The texts in their order."""
        expected = message("kind.order.expected", texts=self.texts)
        return self.normalization.describe(expected)

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge the answer; evidence marks each text, as far as they are in order."""
        answer = context.reply.answer
        text, is_aligned = self.normalization.normalize(answer)
        places: list[tuple[int, int]] = []
        done = 0
        for index, needle in enumerate(self.needles):
            at = text.find(needle, done)
            if at < 0:
                reason = self._violation(text, index, places)
                return self.failed(reason, excerpt(answer), tuple(places) if is_aligned else ())
            done = at + len(needle)
            places.append((at, done))
        reason = message("kind.order.passed", n=len(places), at=places[0][0] + 1)
        if not is_aligned:
            return self.passed(reason, excerpt(answer))
        return self.passed(reason, excerpt_around(answer, places[0][0], done), tuple(places))

    def _violation(self, text: str, index: int, places: list[tuple[int, int]]) -> LocalizedText:
        """Return why the text of an index is not after those before it."""
        at = text.find(self.needles[index])
        if at < 0:
            return message("kind.contains.missing", subject=ANSWER, text=self.texts[index])
        return message(
            "kind.order.earlier",
            text=self.texts[index],
            at=at + 1,
            previous=self.texts[index - 1],
            after=places[-1][0] + 1,
        )

    def explain_failure(self, context: EvaluationContext, failed: Verdict) -> Verdict:
        """Add the nearest match of a text that is missing."""
        if failed.reason.id != "kind.contains.missing":
            return failed
        answer = context.reply.answer
        missing = str(failed.reason.params["text"])
        return find_near_match(answer, missing, self.normalization).explain(failed, answer)
