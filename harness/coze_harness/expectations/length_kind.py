"""The kind `length`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final, Literal, Self, cast

from coze_harness.expectations.excerpt import excerpt
from coze_harness.expectations.item_argument import ItemArgument
from coze_harness.expectations.kind import ExpectationKind, ItemContext, Schema
from coze_harness.expectations.number_range import NumberRange, format_number, limits_schema
from coze_harness.expectations.safe_regex import count_words
from coze_harness.expectations.text_normalization import nfc
from coze_harness.model import JSON, Verdict
from coze_harness.model.trial import EvaluationContext
from coze_harness.text.graphemes import count_graphemes

Unit = Literal["chars", "words", "lines"]
UNITS: Final[tuple[Unit, ...]] = ("chars", "words", "lines")
_NAMES: Final[dict[Unit, str]] = {"chars": "character", "words": "word", "lines": "line"}


def measure(text: str, unit: Unit) -> int:
    """Count what a reader counts.

    `chars`: characters as they are seen, spaces and punctuation included. `words`: runs of letters
    and digits, and each Chinese or Japanese character. `lines`: lines with something on them.
    """
    if unit == "chars":
        return count_graphemes(nfc(text))
    if unit == "words":
        return count_words(nfc(text))
    return sum(1 for line in text.splitlines() if line and not line.isspace())


@dataclass(frozen=True, slots=True, kw_only=True)
class Length(ExpectationKind):
    """The answer is neither too short nor too long."""

    kind: ClassVar[str] = "length"
    summary: ClassVar[str] = (
        "The answer's length lies in a range. `unit`: `chars` (as seen; the default), `words` "
        "(each Chinese character is one) or `lines` (those that are not blank)."
    )
    example: ClassVar[str] = "length: {max: 120}"
    keys: ClassVar[tuple[str, ...]] = ("min", "max", "unit")
    verbs: ClassVar[tuple[str, str]] = ("has", "have")

    bounds: NumberRange
    unit: Unit = "chars"

    @classmethod
    def parse(cls, given: ItemArgument, item: ItemContext) -> Self:
        """Build from `{min, max, unit}`."""
        fields = given.fields(cls.keys, "length: {max: 120}")
        bounds = NumberRange.of(fields.get("min"), fields.get("max"), given, counts=True)
        unit: Unit = "chars"
        if "unit" in fields:
            unit = cast("Unit", fields["unit"].choice(UNITS))
        plural = "" if bounds.most == 1 or (bounds.most is None and bounds.least == 1) else "s"
        wanted = f"{bounds.describe} {_NAMES[unit]}{plural}"
        return cls(**item.common, description=wanted, bounds=bounds, unit=unit)

    @classmethod
    def schema(cls) -> Schema:
        """Return the JSON Schema of `{min, max, unit}`."""
        number: JSON = {"type": "integer", "minimum": 0}
        return {
            **limits_schema(counts=True),
            "description": cls.summary,
            "properties": {"min": number, "max": number, "unit": {"enum": list(UNITS)}},
            "anyOf": [{"required": ["min"]}, {"required": ["max"]}],
        }

    def evaluate(self, seen: EvaluationContext) -> Verdict:
        """Judge the answer's length."""
        answer = seen.reply.answer
        size = measure(answer, self.unit)
        reason = f"length is {format_number(size)} {_NAMES[self.unit]}{'' if size == 1 else 's'}"
        if breach := self.bounds.violated_limit(size):
            return self.failed(f"{reason}, {breach}", excerpt(answer))
        return self.passed(reason, excerpt(answer))
