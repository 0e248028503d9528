"""The kind `markdown`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from coze_harness.expectations.absence import NONE
from coze_harness.expectations.answer_limit import reject_long_answer
from coze_harness.expectations.excerpt import excerpt
from coze_harness.expectations.item_argument import ItemArgument, is_list
from coze_harness.expectations.kind import ExpectationKind, ItemContext
from coze_harness.expectations.markdown.markdown_structure import (
    ELEMENTS,
    MAX_PARSED,
    parse_markdown,
)
from coze_harness.expectations.parameter import Parameter, Schema, alternatives
from coze_harness.expectations.subject import ANSWER
from coze_harness.messages import LocalizedText, message
from coze_harness.model import JSON, Verdict
from coze_harness.model.trial import EvaluationContext

_NAMES: Final = {
    "heading": message("kind.markdown.heading"),
    "list": message("kind.markdown.list"),
    "table": message("kind.markdown.table"),
    "code_block": message("kind.markdown.code_block"),
    "quote": message("kind.markdown.quote"),
    "bold": message("kind.markdown.bold"),
    "link": message("kind.markdown.link"),
    "image": message("kind.markdown.image"),
}
_MAX_FAULTS: Final = 3
"""Faults that a verdict shows."""
_WORDS: Final[list[JSON]] = list(ELEMENTS)


def _parse_elements(argument: ItemArgument) -> tuple[str, ...]:
    if not is_list(argument.value):
        return (argument.choice((*ELEMENTS, NONE)),)
    members = argument.members(message("expectation.write_one_of", names=ELEMENTS))
    return tuple(one.choice(ELEMENTS) for one in members)


_FORMS: Final[tuple[Schema, Schema]] = (
    {"type": "string", "enum": [*_WORDS, NONE]},
    {"type": "array", "items": {"enum": _WORDS}, "minItems": 1},
)
_CONTAINS: Final[Parameter[tuple[str, ...]]] = Parameter(
    "contains",
    _parse_elements,
    alternatives(*_FORMS),
    (),
)
_WELL_FORMED: Final[Parameter[bool]] = Parameter(
    "well_formed", ItemArgument.flag, {"type": "boolean"}, default=False
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Markdown(ExpectationKind):
    """The answer has elements of Markdown, has none, or is well-formed."""

    kind = "markdown"
    summary = message("kind.markdown.summary")
    example = "markdown: {contains: [table, list], well_formed: true}"
    parameters = (_CONTAINS, _WELL_FORMED)
    short_form = "contains"

    elements: tuple[str, ...]
    """Empty if any will do; `none` alone if there must be none."""
    well_formed: bool

    @classmethod
    def parse(cls, argument: ItemArgument, item: ItemContext) -> Self:
        """Parse an element, a list of elements, `none` or `{contains, well_formed}`."""
        arguments = cls.read_arguments(argument)
        elements, well_formed = _CONTAINS.read(arguments), _WELL_FORMED.read(arguments)
        if not elements and not well_formed:
            raise argument.error_at(
                message("expectation.markdown.nothing", label=argument.label),
                message("expectation.write", code=cls.example),
            )
        return cls(**item.common, elements=elements, well_formed=well_formed)

    @classmethod
    def schema(cls) -> Schema:
        """Return the JSON Schema of an element, a list or a mapping."""
        return alternatives(
            *_FORMS,
            {
                **cls.mapping_schema(),
                "minProperties": 1,
                "anyOf": [
                    {"required": ["contains"]},
                    {"properties": {"well_formed": {"const": True}}},
                ],
            },
        )

    @property
    def expected(self) -> LocalizedText:
        """The elements, and whether the text is well-formed."""
        if self.elements == (NONE,):
            return message("kind.markdown.expected.none")
        names = _names(self.elements)
        if not names:
            return message("kind.markdown.expected.well_formed")
        if self.well_formed:
            return message("kind.markdown.expected.both", elements=names)
        return message("kind.markdown.expected", elements=names)

    def evaluate(self, context: EvaluationContext) -> Verdict:
        """Judge the answer; evidence marks the lines with faults."""
        answer = context.reply.answer
        if verdict := reject_long_answer(self, answer, MAX_PARSED):
            return verdict
        structure = parse_markdown(answer)
        if self.elements == (NONE,):
            if structure.elements:
                present = _names([one for one in ELEMENTS if one in structure.elements])
                reason = message("kind.markdown.unwanted", subject=ANSWER, elements=present)
                return self.failed(reason, excerpt(answer))
        elif missing := _names([one for one in self.elements if one not in structure.elements]):
            reason = message("kind.markdown.missing", subject=ANSWER, elements=missing)
            return self.failed(reason, excerpt(answer))
        if self.well_formed and (faults := structure.faults):
            reasons = tuple([fault.reason for fault in faults[:_MAX_FAULTS]])
            reason = message("kind.markdown.malformed", subject=ANSWER, reasons=reasons)
            evidence = _line_spans(answer, [fault.line for fault in faults])
            start, end = evidence[0] if evidence else (0, 0)
            return self.failed(reason, excerpt(answer, start, end), evidence)
        return self.passed(message("kind.markdown.passed", subject=ANSWER), excerpt(answer))


def _names(elements: Sequence[str]) -> tuple[LocalizedText, ...]:
    return tuple([_NAMES[one] for one in elements])


def _line_spans(text: str, numbers: list[int]) -> tuple[tuple[int, int], ...]:
    """Return start and end of the lines of a text, by their numbers from 0."""
    spans = []
    start = 0
    for number, line in enumerate(text.split("\n")):
        if number in numbers and line:
            spans.append((start, start + len(line)))
        start += len(line) + 1
    return tuple(spans)
