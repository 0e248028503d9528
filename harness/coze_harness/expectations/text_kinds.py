"""Kinds that look for given texts in the answer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from sys import intern
from typing import ClassVar, Final, Literal, Self

from coze_harness.expectations.excerpt import LIMIT, excerpt
from coze_harness.expectations.item_argument import ItemArgument, is_list, quoted
from coze_harness.expectations.kind import ExpectationKind, ItemContext, Spans
from coze_harness.expectations.near_match import find_near_match, first_difference, whole_section
from coze_harness.expectations.parameter import (
    TEXT_SCHEMA,
    Parameter,
    Schema,
    alternatives,
    required_text,
)
from coze_harness.expectations.text_normalization import (
    PLAIN,
    TextNormalization,
    parse_normalization,
)
from coze_harness.messages import literal
from coze_harness.model import JSON, Verdict, replace
from coze_harness.model.trial import EvaluationContext

Quantifier = Literal["all", "any", "none"]

_TEXTS_SCHEMA: Final[Schema] = {"type": "array", "items": TEXT_SCHEMA, "minItems": 1}


def _texts(key: str) -> Parameter[tuple[str, ...]]:
    return Parameter(key, ItemArgument.texts, _TEXTS_SCHEMA, ())


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
    summary = "The answer contains this text; `{any: […]}`, `{all: […]}`, `{none: […]}`."
    example = "contains: {any: [学术助手, assistant], ignore_case: true}"
    verb_forms = ("contains", "contain")
    parameters: ClassVar[tuple[Parameter[tuple[str, ...]], ...]] = (
        Parameter("text", lambda one: (one.text(),), TEXT_SCHEMA, ()),
        *map(_texts, ("all", "any", "none")),
    )
    takes_text_options = True

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
            written = [one for one in cls.parameters if one.key in arguments]
            if len(written) != 1:
                keys = " and ".join(one.key for one in written) if written else "none of them"
                raise argument.error_at(
                    f'"{argument.label}" needs one of text, all, any and none; it has {keys}.',
                    "Write one; for several, write several expectations.",
                )
            texts = written[0].read(arguments)
            quantifier = _QUANTIFIERS[written[0].key]
        elif is_list(argument.value):
            raise argument.type_error(
                "text or a mapping", "Write `contains: {all: […]}` or `contains: {any: […]}`."
            )
        else:
            texts = (argument.text(),)
        normalization = parse_normalization(arguments, item.options)
        needles = tuple([normalization.normalize(text)[0] for text in texts])
        shown = ", ".join(map(quoted, texts))
        lead = "" if len(texts) == 1 and quantifier != "none" else f"{quantifier} of "
        return cls(
            **item.common,
            # Thousands of scenarios expect the same: it is kept once.
            description=intern(f"{lead}{shown}{normalization.words}"),
            quantifier=quantifier,
            texts=texts,
            needles=texts if needles == texts else needles,
            normalization=normalization,
        )

    @classmethod
    def schema(cls) -> Schema:
        """Return the JSON Schema of a text or `{text|all|any|none, …}`."""
        one_of: list[JSON] = [{"required": [one.key]} for one in cls.parameters]
        return alternatives(TEXT_SCHEMA, {**cls.mapping_schema(), "oneOf": one_of})

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
                return self.passed("none of them was found", excerpt(answer))
            return self.failed(self._absence(()), excerpt(answer))
        start, end = places[0]
        actual = answer if len(answer) <= LIMIT else excerpt(answer, start, end)
        evidence: Spans = tuple(places) if is_aligned else ()
        if self.quantifier == "none":
            shown = ", ".join(map(quoted, present))
            reason = f"the answer contains {shown}, the first at character {start + 1}"
            return self.failed(reason, actual, evidence)
        if self.quantifier == "any" or len(places) == len(self.needles):
            return self.passed(f"found at character {start + 1}", actual, evidence)
        return self.failed(self._absence(present), actual, evidence)

    def explain_failure(self, context: EvaluationContext, failed: Verdict) -> Verdict:
        """Add the nearest match of the first text that is missing."""
        if self.quantifier == "none":
            return failed
        answer = context.reply.answer
        text = self.normalization.normalize(answer)[0]
        missing = next(t for t, n in zip(self.texts, self.needles, strict=True) if n not in text)
        near = find_near_match(answer, missing, self.normalization)
        if not near.words:
            return failed
        about = f"{quoted(missing)}: " if len(self.texts) > 1 else ""
        return replace(
            failed,
            reason=literal(f"{failed.reason}; {about}{near.words}"),
            actual=literal(excerpt(answer, near.start, near.end)),
        )

    def _absence(self, present: Collection[str]) -> str:
        """Return which texts are missing, in words."""
        if self.quantifier == "any":
            return "the answer contains none of them"
        missing = [text for text in self.texts if text not in present]
        of = f" ({len(missing)} of {len(self.texts)})" if len(self.texts) > 1 else ""
        return f"the answer does not contain {', '.join(map(quoted, missing))}{of}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SingleTextKind(ExpectationKind):
    """What the kinds with exactly one text share."""

    parameters: ClassVar[tuple[Parameter[str], ...]] = (required_text("text"),)
    short_form = "text"
    takes_text_options = True

    text: str
    needle: str
    """The text, normalized."""
    normalization: TextNormalization = PLAIN

    @classmethod
    def parse(cls, argument: ItemArgument, item: ItemContext) -> Self:
        """Parse a text or `{text: …}`."""
        arguments = cls.read_arguments(argument)
        text = cls.parameters[0].read(arguments)
        normalization = parse_normalization(arguments, item.options)
        return cls(
            **item.common,
            description=f"{quoted(text)}{normalization.words}",
            text=text,
            needle=normalization.normalize(text)[0],
            normalization=normalization,
        )


class Equals(SingleTextKind):
    """The answer is exactly a text."""

    __slots__ = ()

    kind = "equals"
    summary = "The whole answer is this text, white space included."
    example = "equals: 好的。"
    verb_forms = ("equals", "equal")
    parameters = (
        Parameter("text", lambda one: one.text(empty=True), {"type": "string"}, "", True),
    )

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge the whole answer."""
        answer = context.reply.answer
        if self.normalization.normalize(answer)[0] == self.needle:
            return self.passed("it is the same", excerpt(answer), _span(0, len(answer)))
        return self.failed(f"the answer is not {quoted(excerpt(self.text))}", excerpt(answer))

    def explain_failure(self, context: EvaluationContext, failed: Verdict) -> Verdict:
        """Add where the answer first differs."""
        answer = context.reply.answer
        near = first_difference(answer, self.text, self.normalization)
        actual = excerpt(answer, near.start, near.end)
        reason = literal(f"{failed.reason}; {near.words}")
        return replace(failed, reason=reason, actual=literal(actual))


class StartsWith(SingleTextKind):
    """The answer begins with a text."""

    __slots__ = ()

    kind = "starts_with"
    summary = "The answer begins with this text."
    example = "starts_with: 我是chatchat"
    verb_forms = ("starts with", "start with")

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge the beginning of the answer."""
        answer = context.reply.answer
        text, is_aligned = self.normalization.normalize(answer)
        size = len(self.needle)
        if text.startswith(self.needle):
            return self.passed("it does", excerpt(answer), _span(0, size) if is_aligned else ())
        at = text.find(self.needle)
        reason = f"the answer starts with {quoted(whole_section(text, 0, size + 10))}"
        if at > 0:
            reason += f"; {quoted(self.text)} comes at character {at + 1}"
        elif not text:
            reason = "the answer is empty"
        return self.failed(reason, excerpt(answer))


class EndsWith(SingleTextKind):
    """The answer ends with a text."""

    __slots__ = ()

    kind = "ends_with"
    summary = "The answer ends with this text, white space included."
    example = "ends_with: 。"
    verb_forms = ("ends with", "end with")

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge the end of the answer."""
        answer = context.reply.answer
        text, is_aligned = self.normalization.normalize(answer)
        size = len(text)
        actual = excerpt(answer, len(answer), len(answer))
        if text.endswith(self.needle):
            evidence = _span(size - len(self.needle), size) if is_aligned else ()
            return self.passed("it does", actual, evidence)
        end = whole_section(text, size - len(self.needle) - 10, size)
        reason = f"the answer ends with {quoted(end)}"
        if text.rstrip().endswith(self.needle):
            reason += "; only white space comes after it"
        elif not text:
            reason = "the answer is empty"
        return self.failed(reason, actual)


def _span(start: int, end: int) -> Spans:
    return ((start, end),) if start < end else ()
