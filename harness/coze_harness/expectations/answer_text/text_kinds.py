"""Kinds that look for given texts in the answer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar, Final, Literal, Self

from coze_harness.expectations.answer_text.near_match import (
    explain_difference,
    find_near_match,
    whole_section,
)
from coze_harness.expectations.excerpt import excerpt, excerpt_around
from coze_harness.expectations.item_argument import ItemArgument, is_list
from coze_harness.expectations.kind import ExpectationKind, ItemContext, Spans
from coze_harness.expectations.parameter import (
    TEXT_SCHEMA,
    Parameter,
    Schema,
    required_text,
    text_list,
)
from coze_harness.expectations.subject import ANSWER
from coze_harness.expectations.text_normalization import (
    PLAIN,
    TextNormalization,
    parse_normalization,
)
from coze_harness.messages import LocalizedText, literal, message
from coze_harness.model import Verdict, replace
from coze_harness.model.trial import EvaluationContext

Quantifier = Literal["all", "any", "none"]

_MAX_END: Final = 100
"""Characters of an answer's beginning or end that are shown in place of the expected ones."""
_QUANTIFIERS: Final[dict[str, Quantifier]] = {
    "text": "all",
    "all": "all",
    "any": "any",
    "none": "none",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Contains(ExpectationKind):
    """The answer contains a text, or all, any or none of several."""

    kind = "contains"
    summary = message("kind.contains.summary")
    example = "contains: {any: [学术助手, assistant], ignore_case: true}"
    parameters: ClassVar[tuple[Parameter[tuple[str, ...]], ...]] = (
        Parameter("text", lambda one: (one.text(),), TEXT_SCHEMA, ()),
        *map(text_list, ("all", "any", "none")),
    )
    takes_text_options = True
    short_schemas = (TEXT_SCHEMA,)
    mapping_rules: ClassVar[Schema] = {"oneOf": [{"required": [key]} for key in _QUANTIFIERS]}

    quantifier: Quantifier = "all"
    texts: tuple[str, ...]
    needles: tuple[str, ...]
    """The texts, normalized."""
    normalization: TextNormalization = PLAIN

    @classmethod
    def parse(cls, argument: ItemArgument, item: ItemContext) -> Self:
        """Parse a text, or a mapping with one of `text`, `all`, `any`, `none`."""
        quantifier: Quantifier = "all"
        arguments: dict[str, ItemArgument] = {}
        if isinstance(argument.value, dict):
            arguments = cls.read_arguments(argument)
            quantities = [one for one in cls.parameters if one.key in arguments]
            if len(quantities) != 1:
                what = message("expectation.contains.none", label=argument.label)
                if keys := tuple([one.key for one in quantities]):
                    what = message("expectation.contains.several", **what.params, keys=keys)
                raise argument.error_at(what, message("expectation.contains.next"))
            texts = quantities[0].read(arguments)
            quantifier = _QUANTIFIERS[quantities[0].key]
        elif is_list(argument.value):
            raise argument.type_error(
                message("expectation.type.text_or_mapping"),
                message("expectation.contains.write_lists"),
            )
        else:
            texts = (argument.text(),)
        normalization = parse_normalization(arguments, item.options)
        needles = tuple([normalization.normalize(text)[0] for text in texts])
        return cls(
            **item.common,
            quantifier=quantifier,
            texts=texts,
            needles=texts if needles == texts else needles,
            normalization=normalization,
        )

    @property
    def expected(self) -> LocalizedText:
        """What the answer contains."""
        texts = self.texts
        if self.quantifier == "none":
            expected = message("kind.contains.expected.none", texts=texts)
        elif len(texts) == 1:
            expected = message("kind.contains.expected", text=texts[0])
        elif self.quantifier == "any":
            expected = message("kind.contains.expected.any", texts=texts)
        else:
            expected = message("kind.contains.expected.all", texts=texts)
        return self.normalization.describe(expected)

    @property
    def opposite(self) -> LocalizedText:
        """What the answer does not contain."""
        texts = self.texts
        if self.quantifier == "none":
            expected = message("kind.contains.opposite.none", texts=texts)
        elif len(texts) == 1:
            expected = message("kind.contains.opposite", text=texts[0])
        elif self.quantifier == "any":
            expected = message("kind.contains.expected.none", texts=texts)
        else:
            expected = message("kind.contains.opposite.all", texts=texts)
        return self.normalization.describe(expected)

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge the answer; evidence marks the first place of each text that was found."""
        answer = context.reply.answer
        text, is_aligned = self.normalization.normalize(answer)
        places: list[tuple[int, int]] = []
        present: list[str] = []
        for i, needle in enumerate(self.needles):
            at = text.find(needle)
            if at >= 0:
                places.append((at, at + len(needle)))
                present.append(self.texts[i])
        if not places:
            if self.quantifier == "none":
                reason = message("kind.contains.none", subject=ANSWER)
                return self.passed(reason, excerpt(answer))
            return self.failed(self._absence(present), excerpt(answer))
        start, end = places[0]
        actual = excerpt_around(answer, start, end) if is_aligned else excerpt(answer, start, end)
        evidence: Spans = tuple(places) if is_aligned else ()
        if self.quantifier == "none":
            reason = message(
                "kind.contains.unwanted", subject=ANSWER, texts=tuple(present), at=start + 1
            )
            return self.failed(reason, actual, evidence)
        if self.quantifier == "any" or len(self.needles) == 1:
            reason = message("kind.contains.found", text=present[0], at=start + 1)
            return self.passed(reason, actual, evidence)
        if len(places) == len(self.needles):
            return self.passed(message("kind.contains.all_found", at=start + 1), actual, evidence)
        return self.failed(self._absence(present), actual, evidence)

    def explain_opposite(self, passed: Verdict) -> LocalizedText:
        """Say which text must not be there, and where it is."""
        values = passed.reason.params
        if passed.reason.id == "kind.contains.found":
            return message("kind.contains.contradicted", subject=ANSWER, **values)
        return message("kind.not.failed", reason=passed.reason)

    def explain_failure(self, context: EvaluationContext, failed: Verdict) -> Verdict:
        """Add the nearest match of the first text that is missing."""
        if self.quantifier == "none":
            return failed
        answer = context.reply.answer
        text = self.normalization.normalize(answer)[0]
        missing = next(t for t, n in zip(self.texts, self.needles, strict=True) if n not in text)
        several = len(self.texts) > 1
        near = find_near_match(answer, missing, self.normalization, names_text=several)
        return near.explain(failed, answer)

    def _absence(self, present: Collection[str]) -> LocalizedText:
        of = len(self.texts)
        if of == 1:
            return message("kind.contains.missing", subject=ANSWER, text=self.texts[0])
        if self.quantifier == "any":
            return message("kind.contains.missing.any", subject=ANSWER, texts=self.texts)
        texts = tuple([text for text in self.texts if text not in present])
        return message(
            "kind.contains.missing.all", subject=ANSWER, texts=texts, count=len(texts), n=of
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleTextKind(ExpectationKind):
    """What the kinds with exactly one text share."""

    parameters: ClassVar[tuple[Parameter[str], ...]] = (required_text("text"),)
    short_form = "text"
    takes_text_options = True

    expected_id: ClassVar[str]
    opposite_id: ClassVar[str]
    """Ids of what is expected, and of the opposite; both have the parameter `text`."""

    text: str
    needle: str
    """The text, normalized."""
    normalization: TextNormalization = PLAIN

    @property
    def expected(self) -> LocalizedText:
        """What the answer is, or begins or ends with."""
        return self.normalization.describe(message(self.expected_id, text=self.text))

    @property
    def opposite(self) -> LocalizedText:
        """What the answer is not, or does not begin or end with."""
        return self.normalization.describe(message(self.opposite_id, text=self.text))

    @classmethod
    def parse(cls, argument: ItemArgument, item: ItemContext) -> Self:
        """Parse a text or `{text: …}`."""
        arguments = cls.read_arguments(argument)
        text = cls.parameters[0].read(arguments)
        normalization = parse_normalization(arguments, item.options)
        return cls(
            **item.common,
            text=text,
            needle=normalization.normalize(text)[0],
            normalization=normalization,
        )


class Equals(SingleTextKind):
    """The answer is exactly a text."""

    __slots__ = ()

    kind = "equals"
    summary = message("kind.equals.summary")
    example = "equals: 好的。"
    expected_id = "kind.equals.expected"
    opposite_id = "kind.equals.opposite"
    parameters = (
        Parameter("text", lambda one: one.text(empty=True), {"type": "string"}, "", True),
    )

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge the whole answer."""
        answer = context.reply.answer
        if self.normalization.normalize(answer)[0] == self.needle:
            reason = message("kind.equals.same", subject=ANSWER)
            return self.passed(reason, excerpt(answer), _span(0, len(answer)))
        reason = message("kind.equals.other", subject=ANSWER, text=excerpt(self.text))
        return self.failed(reason, excerpt(answer))

    def explain_failure(self, context: EvaluationContext, failed: Verdict) -> Verdict:
        """Say where the answer first differs."""
        answer = context.reply.answer
        near = explain_difference(answer, self.text, self.normalization)
        actual = excerpt(answer, near.start, near.end)
        return replace(failed, reason=near.hint, actual=literal(actual))


class StartsWith(SingleTextKind):
    """The answer begins with a text."""

    __slots__ = ()

    kind = "starts_with"
    summary = message("kind.starts_with.summary")
    example = "starts_with: 我是chatchat"
    expected_id = "kind.starts_with.expected"
    opposite_id = "kind.starts_with.opposite"

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge the beginning of the answer."""
        answer = context.reply.answer
        text, is_aligned = self.normalization.normalize(answer)
        size = len(self.needle)
        if text.startswith(self.needle):
            reason = message("kind.starts_with.passed", subject=ANSWER, text=self.text)
            actual = excerpt_around(answer, 0, size) if is_aligned else excerpt(answer)
            return self.passed(reason, actual, _span(0, size) if is_aligned else ())
        if not answer:
            return self.failed(message("kind.text.empty", subject=ANSWER), "")
        start = excerpt(whole_section(answer, 0, min(size + 10, _MAX_END)))
        reason = message("kind.starts_with.failed", subject=ANSWER, start=start, text=self.text)
        at = text.find(self.needle)
        if at > 0:
            hint = message("kind.near.later", text=self.text, at=at + 1)
            reason = message("kind.hint", reason=reason, hint=hint)
        return self.failed(reason, start)


class EndsWith(SingleTextKind):
    """The answer ends with a text."""

    __slots__ = ()

    kind = "ends_with"
    summary = message("kind.ends_with.summary")
    example = "ends_with: 。"
    expected_id = "kind.ends_with.expected"
    opposite_id = "kind.ends_with.opposite"

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge the end of the answer."""
        answer = context.reply.answer
        text, is_aligned = self.normalization.normalize(answer)
        size = len(text)
        if text.endswith(self.needle):
            evidence = _span(size - len(self.needle), size) if is_aligned else ()
            reason = message("kind.ends_with.passed", subject=ANSWER, text=self.text)
            actual = excerpt_around(answer, max(0, len(answer) - len(self.needle)), len(answer))
            return self.passed(reason, actual, evidence)
        if not answer:
            return self.failed(message("kind.text.empty", subject=ANSWER), "")
        length = min(len(self.needle) + 10, _MAX_END)
        end = excerpt(whole_section(answer, len(answer) - length, len(answer)))
        reason = message("kind.ends_with.failed", subject=ANSWER, end=end, text=self.text)
        if text.rstrip().endswith(self.needle):
            hint = message("kind.near.white_space_after", text=self.text)
            reason = message("kind.hint", reason=reason, hint=hint)
        return self.failed(reason, end)


def _span(start: int, end: int) -> Spans:
    return ((start, end),) if start < end else ()
