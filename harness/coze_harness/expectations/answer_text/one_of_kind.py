"""The kind `one_of`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from coze_harness.expectations.excerpt import excerpt
from coze_harness.expectations.item_argument import ItemArgument
from coze_harness.expectations.kind import ExpectationKind, ItemContext
from coze_harness.expectations.parameter import text_list
from coze_harness.expectations.subject import ANSWER
from coze_harness.expectations.text_normalization import (
    PLAIN,
    TextNormalization,
    parse_normalization,
)
from coze_harness.messages import LocalizedText, message
from coze_harness.model import Verdict, replace
from coze_harness.model.trial import EvaluationContext

_LABELS: Final = text_list("labels", is_required=True)
# A sign such as # or + may be a part of a label: C# is not C.
_QUOTES: Final = "\"'“”‘’「」『』《》〈〉()（）[]［］【】<>*_`"
_END_MARKS: Final = ".,!?;:。．，！？；：、…~～"
_SPACE: Final = " \t\r\n\u00a0\u3000"
_MAX_AROUND: Final = 1_000
"""Characters around a label that may be white space and punctuation."""


def without_punctuation(text: str) -> str:
    """Return a text without the quotation marks, brackets and full stops around it."""
    while text:
        trimmed = text.lstrip(_QUOTES + _SPACE).rstrip(_QUOTES + _END_MARKS + _SPACE)
        if trimmed == text:
            break
        text = trimmed
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOf(ExpectationKind):
    """The whole answer is one of several labels."""

    kind = "one_of"
    summary = message("kind.one_of.summary")
    example = "one_of: [退款, 换货, 投诉]"
    parameters = (_LABELS,)
    short_form = "labels"
    takes_text_options = True

    labels: tuple[str, ...]
    normalization: TextNormalization = PLAIN

    @classmethod
    def parse(cls, argument: ItemArgument, item: ItemContext) -> Self:
        """Parse a list of labels or `{labels: […]}`."""
        arguments = cls.read_arguments(argument)
        labels = _LABELS.read(arguments)
        normalization = parse_normalization(arguments, item.options)
        return cls(**item.common, labels=labels, normalization=normalization)

    @property
    def expected(self) -> LocalizedText:
        """The labels."""
        expected = message("kind.one_of.expected", labels=self.labels)
        return self.normalization.describe(expected)

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge the whole answer, without white space and punctuation around it."""
        answer = context.reply.answer
        label = self._label(answer, self.normalization)
        if label is not None:
            start = len(answer) - len(answer.lstrip())
            reason = message("kind.one_of.passed", subject=ANSWER, label=label)
            return self.passed(reason, excerpt(answer), ((start, len(answer.rstrip())),))
        if not answer:
            return self.failed(message("kind.text.empty", subject=ANSWER), "")
        if not answer.strip():
            return self.failed(message("kind.text.blank", subject=ANSWER), excerpt(answer))
        reason = message("kind.one_of.failed", subject=ANSWER, labels=self.labels)
        return self.failed(reason, excerpt(answer))

    def _label(self, answer: str, normalization: TextNormalization) -> str | None:
        """Return the label that an answer is; `None` if it is none."""
        whole = normalization.normalize(answer.strip())[0]
        longest = max(map(len, self.labels))
        if not whole or len(whole) > longest + _MAX_AROUND:
            return None
        bare = without_punctuation(whole)
        normalized = [(normalization.normalize(one)[0], one) for one in self.labels]
        for text, label in normalized:
            if text in (whole, bare):
                return label
        return next(
            (one for text, one in normalized if bare and without_punctuation(text) == bare), None
        )

    def explain_failure(self, context: EvaluationContext, failed: Verdict) -> Verdict:
        """Say which label the answer has in another case or width, or with more text."""
        answer = context.reply.answer
        if label := self._label(answer, replace(self.normalization, ignore_case=True)):
            hint = message("kind.near.case", text=label)
        elif label := self._label(answer, replace(self.normalization, width=True)):
            hint = message("kind.near.width", text=label)
        else:
            text = self.normalization.normalize(answer)[0]
            present = [one for one in self.labels if self.normalization.normalize(one)[0] in text]
            if not present:
                return failed
            hint = message("kind.one_of.more", labels=tuple(present), n=len(present))
        return replace(failed, reason=message("kind.hint", reason=failed.reason, hint=hint))
