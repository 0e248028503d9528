"""Kinds that look for given texts in the answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from sys import intern
from typing import ClassVar, Final, Literal, Self

from coze_harness.expectations.excerpt import LIMIT, excerpt
from coze_harness.expectations.item_argument import ItemArgument, is_list, quoted
from coze_harness.expectations.kind import ExpectationKind, ItemContext, Schema, Spans
from coze_harness.expectations.near_match import find_near_match, first_difference
from coze_harness.expectations.text_normalization import (
    OPTIONS,
    PLAIN,
    TextNormalization,
    option_schemas,
    parse_normalization,
)
from coze_harness.model import Verdict, replace
from coze_harness.model.trial import EvaluationContext

_TEXT: Final[Schema] = {"type": "string", "minLength": 1}
_TEXTS: Final[Schema] = {"type": "array", "items": _TEXT, "minItems": 1}

How = Literal["all", "any", "none"]


def _text_or_mapping(description: str, properties: Mapping[str, Schema], text: Schema) -> Schema:
    """Return the schema of a kind that is written as a text or as a mapping."""
    return {
        "description": description,
        "anyOf": [
            text,
            {
                "type": "object",
                "properties": {**properties, **option_schemas()},
                "oneOf": [{"required": [key]} for key in properties],
                "additionalProperties": False,
            },
        ],
    }


def parse_single_text(
    given: ItemArgument, item: ItemContext, *, empty: bool = False
) -> tuple[str, TextNormalization]:
    """Return the text and the folding of a kind that is written `kind: TEXT` or `{text: TEXT}`."""
    if not isinstance(given.value, dict):
        return given.text(empty=empty), parse_normalization(item, {})
    fields = given.fields(("text", *OPTIONS), f'{given.path[-1]}: "…"')
    if "text" not in fields:
        raise given.error_at(
            f'"{given.label}" does not say which text.', f'write {given.path[-1]}: {{text: "…"}}'
        )
    return fields["text"].text(empty=empty), parse_normalization(item, fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contains(ExpectationKind):
    """The answer holds a text, or all, any or none of several."""

    kind: ClassVar[str] = "contains"
    summary: ClassVar[str] = (
        "The answer holds this text; `{any: […]}`, `{all: […]}`, `{none: […]}`."
    )
    example: ClassVar[str] = "contains: {any: [学术助手, assistant], ignore_case: true}"
    keys: ClassVar[tuple[str, ...]] = ("text", "all", "any", "none", *OPTIONS)
    options: ClassVar[tuple[str, ...]] = OPTIONS
    verbs: ClassVar[tuple[str, str]] = ("contains", "contain")

    quantifier: How = "all"
    texts: tuple[str, ...]
    needles: tuple[str, ...]
    """The texts, made comparable."""
    folding: TextNormalization = PLAIN

    @classmethod
    def parse(cls, given: ItemArgument, item: ItemContext) -> Self:
        """Build from a text, or from a mapping with one of `text`, `all`, `any`, `none`."""
        how: How = "all"
        if isinstance(given.value, dict):
            fields = given.fields(cls.keys, f'{given.path[-1]}: "…"')
            chosen = [key for key in ("text", "all", "any", "none") if key in fields]
            if len(chosen) != 1:
                said = " and ".join(chosen) if chosen else "none of them"
                raise given.error_at(
                    f'"{given.label}" wants one of text, all, any and none; it has {said}.',
                    "write one; for several, write several expectations",
                )
            argument = fields[chosen[0]]
            texts = (argument.text(),) if chosen[0] == "text" else argument.texts()
            how = "any" if chosen[0] == "any" else "none" if chosen[0] == "none" else "all"
            fold = parse_normalization(item, fields)
        elif is_list(given.value):
            raise given.type_error(
                "text, or a mapping", f"write {given.path[-1]}: {{all: […]}} or {{any: […]}}"
            )
        else:
            texts, fold = (given.text(),), parse_normalization(item, {})
        shown = ", ".join(map(quoted, texts))
        lead = "" if len(texts) == 1 and how != "none" else f"{how} of "
        needles = tuple([fold.normalize(text)[0] for text in texts])
        return cls(
            **item.common,
            # Thousands of scenarios demand the same: it is kept once.
            description=intern(f"{lead}{shown}{fold.words}"),
            quantifier=how,
            texts=texts,
            needles=texts if needles == texts else needles,
            folding=fold,
        )

    @classmethod
    def schema(cls) -> Schema:
        """Return the JSON Schema of a text or `{text|all|any|none, …}`."""
        properties = {"text": _TEXT, "all": _TEXTS, "any": _TEXTS, "none": _TEXTS}
        return _text_or_mapping("The answer holds this text.", properties, _TEXT)

    def evaluate(self, seen: EvaluationContext) -> Verdict:
        """Judge the answer; evidence marks the first place of each text that was found."""
        answer = seen.reply.answer
        text, aligned = self.folding.normalize(answer)
        found: list[tuple[int, int]] = []
        there: list[str] = []
        for i, needle in enumerate(self.needles):
            at = text.find(needle)
            if at >= 0:
                found.append((at, at + len(needle)))
                there.append(self.texts[i])
        if not found:
            if self.quantifier == "none":
                return self.passed("none of them was found", excerpt(answer))
            return self.failed(self._absence(()), excerpt(answer))
        start, end = found[0]
        actual = answer if len(answer) <= LIMIT else excerpt(answer, start, end)
        spans: Spans = tuple(found) if aligned else ()
        if self.quantifier == "none":
            shown = ", ".join(map(quoted, there))
            reason = f"the answer holds {shown}, the first at character {start + 1}"
            return self.failed(reason, actual, spans)
        if self.quantifier == "any" or len(found) == len(self.needles):
            return self.passed(f"found at character {start + 1}", actual, spans)
        return self.failed(self._absence(there), actual, spans)

    def explain_failure(self, seen: EvaluationContext, failed: Verdict) -> Verdict:
        """Add what comes nearest to the first text that is missing."""
        if self.quantifier == "none":
            return failed
        answer = seen.reply.answer
        text = self.folding.normalize(answer)[0]
        missing = next(t for t, n in zip(self.texts, self.needles, strict=True) if n not in text)
        near = find_near_match(answer, missing, self.folding)
        if not near.words:
            return failed
        about = f"{quoted(missing)}: " if len(self.texts) > 1 else ""
        return replace(
            failed,
            reason=f"{failed.reason}; {about}{near.words}",
            actual=excerpt(answer, near.start, near.end),
        )

    def _absence(self, there: Collection[str]) -> str:
        """Return which texts are missing, in words."""
        if self.quantifier == "any":
            return "the answer contains none of them"
        missing = [text for text in self.texts if text not in there]
        of = f" ({len(missing)} of {len(self.texts)})" if len(self.texts) > 1 else ""
        return f"the answer does not contain {', '.join(map(quoted, missing))}{of}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OneText(ExpectationKind):
    """The part that kinds with exactly one text share."""

    keys: ClassVar[tuple[str, ...]] = ("text", *OPTIONS)
    options: ClassVar[tuple[str, ...]] = OPTIONS
    may_be_empty: ClassVar[bool] = False

    text: str
    needle: str
    """The text, made comparable."""
    folding: TextNormalization = PLAIN

    @classmethod
    def parse(cls, given: ItemArgument, item: ItemContext) -> Self:
        """Build from a text or `{text: …}`."""
        text, fold = parse_single_text(given, item, empty=cls.may_be_empty)
        return cls(
            **item.common,
            description=f"{quoted(text)}{fold.words}",
            text=text,
            needle=fold.normalize(text)[0],
            folding=fold,
        )

    @classmethod
    def schema(cls) -> Schema:
        """Return the JSON Schema of a text or `{text: …}`."""
        text: Schema = {"type": "string"} if cls.may_be_empty else _TEXT
        return _text_or_mapping(cls.summary, {"text": text}, text)


class Equals(OneText):
    """The answer is exactly a text."""

    __slots__ = ()

    kind: ClassVar[str] = "equals"
    summary: ClassVar[str] = "The whole answer is this text, white space included."
    example: ClassVar[str] = "equals: 好的。"
    verbs: ClassVar[tuple[str, str]] = ("equals", "equal")
    may_be_empty: ClassVar[bool] = True

    def evaluate(self, seen: EvaluationContext) -> Verdict:
        """Judge the whole answer."""
        answer = seen.reply.answer
        if self.folding.normalize(answer)[0] == self.needle:
            span = ((0, len(answer)),) if answer else ()
            return self.passed("it is the same", excerpt(answer), span)
        return self.failed(f"the answer is not {quoted(excerpt(self.text))}", excerpt(answer))

    def explain_failure(self, seen: EvaluationContext, failed: Verdict) -> Verdict:
        """Add where the answer first differs."""
        answer = seen.reply.answer
        near = first_difference(answer, self.text, self.folding)
        actual = excerpt(answer, near.start, near.end)
        return replace(failed, reason=f"{failed.reason}; {near.words}", actual=actual)


class StartsWith(OneText):
    """The answer begins with a text."""

    __slots__ = ()

    kind: ClassVar[str] = "starts_with"
    summary: ClassVar[str] = "The answer begins with this text."
    example: ClassVar[str] = "starts_with: 我是chatchat"
    verbs: ClassVar[tuple[str, str]] = ("starts with", "start with")

    def evaluate(self, seen: EvaluationContext) -> Verdict:
        """Judge the beginning of the answer."""
        answer = seen.reply.answer
        text, aligned = self.folding.normalize(answer)
        size = len(self.needle)
        if text.startswith(self.needle):
            return self.passed("it does", excerpt(answer), ((0, size),) if aligned else ())
        at = text.find(self.needle)
        reason = f"the answer starts with {quoted(text[: size + 10])}"
        if at > 0:
            reason += f"; {quoted(self.text)} comes at character {at + 1}"
        elif not text:
            reason = "the answer is empty"
        return self.failed(reason, excerpt(answer))


class EndsWith(OneText):
    """The answer ends with a text."""

    __slots__ = ()

    kind: ClassVar[str] = "ends_with"
    summary: ClassVar[str] = "The answer ends with this text, white space included."
    example: ClassVar[str] = "ends_with: 。"
    verbs: ClassVar[tuple[str, str]] = ("ends with", "end with")

    def evaluate(self, seen: EvaluationContext) -> Verdict:
        """Judge the end of the answer."""
        answer = seen.reply.answer
        text, aligned = self.folding.normalize(answer)
        last = len(text)
        actual = excerpt(answer, len(answer), len(answer))
        if text.endswith(self.needle):
            span = ((last - len(self.needle), last),) if aligned else ()
            return self.passed("it does", actual, span)
        reason = f"the answer ends with {quoted(text[-len(self.needle) - 10 :])}"
        if text.rstrip().endswith(self.needle):
            reason += "; only white space comes after it"
        elif not text:
            reason = "the answer is empty"
        return self.failed(reason, actual)
